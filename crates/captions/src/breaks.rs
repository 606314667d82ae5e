//! How good a place is to end a caption or a line.

use crate::{pieces::Piece, runs::Run};
use moments::is_last_of_sentence;

/// Marks after which a phrase ends.
const CLAUSE_ENDS: &[char] = &[',', ';', ':', '—', '–', '、', '，', '；', '：', '،', '؛'];
/// A silence of so long, in milliseconds, ends a phrase too.
const BREATH_MS: u64 = 250;

/// Cost of a break in the middle of a phrase; 0 where a sentence ends.
pub(crate) const WORST: u64 = 60;
const AFTER_LINE: u64 = 8;
const AFTER_CLAUSE: u64 = 15;
const BEFORE_LINK: u64 = 35;

/// Words that begin a phrase: conjunctions, prepositions, articles.
const LINKS: &[(&str, &str)] = &[
    (
        "en",
        "a about after an and as at because before but by for from if in into of on or over so than that the \
         through to under when where which while who with without",
    ),
    (
        "de",
        "aber als am an auf aus bei das dass dem den denn der des die durch ein eine einem einen einer für im in \
         mit nach oder ohne über um und unter vom von vor weil wenn wie zu zum zur",
    ),
    (
        "fr",
        "à au aux avec car dans de des du en et la le les mais ou par pour quand que qui sans si sur un une",
    ),
    (
        "es",
        "a al con cuando de del el en la las los o para pero por que si sin sobre un una y",
    ),
];

/// Cost of a break after the piece at `position` of a run, from 0.
pub(crate) fn cost_after(run: &Run, position: usize) -> u64 {
    let piece = &run.pieces[position];
    let Some(next) = run.pieces.get(position + 1) else {
        return 0;
    };
    if is_last_of_sentence(&piece.text) {
        return 0;
    }
    let cost = if piece.ends_line {
        AFTER_LINE
    } else if piece.text.ends_with(CLAUSE_ENDS) || gap_ms(piece, next) >= BREATH_MS {
        AFTER_CLAUSE
    } else if begins_phrase(run, next) {
        BEFORE_LINK
    } else {
        WORST
    };
    // What begins a phrase shall not be left behind.
    if begins_phrase(run, piece) {
        cost + WORST
    } else {
        cost
    }
}

fn gap_ms(piece: &Piece, next: &Piece) -> u64 {
    next.start_ms.saturating_sub(piece.end_ms)
}

fn begins_phrase(run: &Run, piece: &Piece) -> bool {
    let language = run.language.as_deref().unwrap_or_default();
    let primary = language.split('-').next().unwrap_or_default();
    let links = LINKS
        .iter()
        .find(|(of, _)| of.eq_ignore_ascii_case(primary));
    let word = piece.text.to_lowercase();
    links.is_some_and(|(_, links)| links.split(' ').any(|link| link == word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::of_text;

    #[test]
    fn sentences_come_before_clauses_and_those_before_phrases() {
        let run = Run {
            pieces: of_text("Dr. Wu came. He saw, and left for the sea", 0, 900),
            language: Some("en-GB".into()),
            ..Run::default()
        };
        let costs: Vec<u64> = (0..run.pieces.len())
            .map(|position| cost_after(&run, position))
            .collect();
        // Dr.  Wu  came. He  saw, and  left for  the  sea
        assert_eq!(costs, [60, 60, 0, 60, 15, 120, 35, 95, 120, 0]);
    }
}
