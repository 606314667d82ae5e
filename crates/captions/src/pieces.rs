//! From cues to pieces that are never cut.

use crate::{
    LINE_COLUMNS,
    columns::{columns, columns_of, may_break_between_words, may_break_inside},
};
use contracts::artifacts::Cue;

/// A word with its punctuation, or in text without spaces a character with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub text: String,
    pub columns: usize,
    /// Whether a space separates it from the piece before.
    pub spaced: bool,
    /// Whether the author of the cue ended a line after it.
    pub ends_line: bool,
    pub start_ms: u64,
    pub end_ms: u64,
}

/// The pieces of a cue whose words have times.
pub(crate) fn of_words(cue: &Cue) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut spaced = false;
    for word in &cue.words {
        spaced |= word.text.starts_with(char::is_whitespace);
        let parts = cut(&word.text, |_, _| false);
        for mut piece in timed(parts, word.start_ms, word.end_ms) {
            piece.spaced |= spaced;
            piece.ends_line = false;
            spaced = false;
            match pieces.last_mut() {
                Some(last) if belongs_to(last, &piece) => append(last, &piece),
                _ => pieces.push(piece),
            }
        }
        spaced |= word.text.ends_with(char::is_whitespace);
    }
    pieces
}

/// The pieces of a text whose words have no times of their own: each gets its share by its length.
pub(crate) fn of_text(text: &str, start_ms: u64, end_ms: u64) -> Vec<Piece> {
    timed(cut(text, may_break_inside), start_ms, end_ms)
}

/// Whether a piece is the rest of the word before it.
fn belongs_to(last: &Piece, piece: &Piece) -> bool {
    !piece.spaced
        && !may_break_between_words(&last.text, &piece.text)
        && last.columns + piece.columns <= LINE_COLUMNS
}

fn append(last: &mut Piece, piece: &Piece) {
    last.text.push_str(&piece.text);
    last.columns = columns(&last.text);
    last.end_ms = last.end_ms.max(piece.end_ms);
}

/// Cuts at white space and where `may_break` allows it; what is longer than a line is cut at its end.
fn cut(text: &str, may_break: fn(&str, &str) -> bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for line in text.lines() {
        for (position, word) in line.split_whitespace().enumerate() {
            let mut spaced = position > 0 || !pieces.is_empty();
            let mut open = String::new();
            for character in word.chars().filter(|character| !character.is_control()) {
                let next = character.encode_utf8(&mut [0; 4]).to_owned();
                let is_full = columns_of(character) > 0
                    && columns(&open) + columns_of(character) > LINE_COLUMNS;
                if is_full || may_break(&open, &next) {
                    pieces.extend(piece(std::mem::take(&mut open), spaced));
                    spaced = false;
                }
                open.push(character);
            }
            pieces.extend(piece(open, spaced));
        }
        if let Some(last) = pieces.last_mut() {
            last.ends_line = true;
        }
    }
    pieces
}

fn piece(text: String, spaced: bool) -> Option<Piece> {
    (!text.is_empty()).then(|| Piece {
        columns: columns(&text),
        text,
        spaced,
        ends_line: false,
        start_ms: 0,
        end_ms: 0,
    })
}

/// Spreads pieces over a stretch of time by their length.
fn timed(mut pieces: Vec<Piece>, start_ms: u64, end_ms: u64) -> Vec<Piece> {
    let weight = |piece: &Piece| piece.columns.max(1) as u128;
    let all = pieces.iter().map(weight).sum::<u128>().max(1);
    let duration_ms = u128::from(end_ms.saturating_sub(start_ms));
    let at = |before: u128| start_ms + u64::try_from(duration_ms * before / all).unwrap_or(0);
    let mut before = 0;
    for piece in &mut pieces {
        piece.start_ms = at(before);
        before += weight(piece);
        piece.end_ms = at(before);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::artifacts::Word;

    fn words(texts: &[&str]) -> Vec<String> {
        let words = texts.iter().zip(0..).map(|(text, position)| Word {
            start_ms: position * 100,
            end_ms: position * 100 + 100,
            text: (*text).to_owned(),
            confidence: 1.0,
            interpolated: false,
        });
        let cue = Cue {
            words: words.collect(),
            ..Cue::default()
        };
        shown(&of_words(&cue))
    }

    /// The texts, a `_` for each space in front.
    fn shown(pieces: &[Piece]) -> Vec<String> {
        let mark = |piece: &Piece| if piece.spaced { "_" } else { "" };
        pieces
            .iter()
            .map(|piece| format!("{}{}", mark(piece), piece.text))
            .collect()
    }

    #[test]
    fn parts_of_a_word_are_one_piece() {
        assert_eq!(
            words(&[" I", " don", "'t", " know", "."]),
            ["_I", "_don't", "_know."]
        );
        assert_eq!(
            words(&["今天", "天气", "好", "。"]),
            ["今天", "天气", "好。"]
        );
        assert_eq!(
            words(&["two words ", "more", " ", ""]),
            ["two", "_words", "_more"]
        );
    }

    #[test]
    fn text_is_cut_at_spaces_and_where_there_are_none_between_characters() {
        let pieces = of_text("One\nlong「日本」\u{7}語", 0, 1_400);
        assert_eq!(shown(&pieces), ["One", "_long", "「日", "本」", "語"]);
        assert!(pieces[0].ends_line && !pieces[1].ends_line);
        let times: Vec<u64> = pieces.iter().map(|piece| piece.end_ms).collect();
        assert_eq!(times, [247, 576, 905, 1_235, 1_400]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut_at_its_end() {
        let long = "x".repeat(50);
        let lengths: Vec<usize> = of_text(&long, 0, 1)
            .iter()
            .map(|piece| piece.columns)
            .collect();
        assert_eq!(lengths, [42, 8]);
        assert_eq!(words(&[&long]).concat(), long);
    }
}
