//! Stretches of a transcript that are broken into captions by themselves.

use crate::{
    LINE_COLUMNS, MAX_LINES, MIN_SHOWN_MS,
    columns::{columns, needs_space},
    pieces::{Piece, of_text, of_words},
    timing::{MAX_SHOWN, needed_ms},
};
use contracts::artifacts::{Cue, Transcript};

/// A longer silence than this, in milliseconds, is inside no caption.
const PAUSE_MS: u64 = 1_000;

/// Pieces that may share captions with each other and with nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub pieces: Vec<Piece>,
    /// Language (BCP 47), where known.
    pub language: Option<String>,
    /// The lines as their author broke them, where they keep the limits.
    pub lines: Option<Vec<String>>,
    /// Whether it is a subtitle cue.
    pub is_authored: bool,
    /// Whether the author's times stay as they are.
    pub is_fixed: bool,
    pub start_ms: u64,
    pub end_ms: u64,
}

/// All runs, in order of time. Every piece starts no sooner than the one before it.
pub(crate) fn runs(transcript: &Transcript) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for cue in without_overlaps(&transcript.cues) {
        let language = cue.language.as_ref().or(transcript.language.as_ref());
        if cue.words.is_empty() {
            runs.extend(authored(&cue, language));
        } else {
            extend(&mut runs, of_words(&cue), language);
        }
    }
    order(&mut runs);
    runs
}

/// Adds recognised words: to the last run, until there is a pause.
fn extend(runs: &mut Vec<Run>, pieces: Vec<Piece>, language: Option<&String>) {
    for (position, mut piece) in pieces.into_iter().enumerate() {
        let goes_on = runs
            .last()
            .is_some_and(|run| !run.is_authored && piece.start_ms < run.end_ms + PAUSE_MS);
        if !goes_on {
            runs.push(Run {
                language: language.cloned(),
                start_ms: piece.start_ms,
                ..Run::default()
            });
        }
        let Some(run) = runs.last_mut() else { continue };
        if let (0, Some(last)) = (position, run.pieces.last()) {
            piece.spaced |= needs_space(&last.text, &piece.text);
        }
        run.end_ms = run.end_ms.max(piece.end_ms);
        run.pieces.push(piece);
    }
}

/// A subtitle cue is a run of its own.
fn authored(cue: &Cue, language: Option<&String>) -> Option<Run> {
    let pieces = of_text(&cue.text, cue.start_ms, cue.end_ms);
    if pieces.is_empty() {
        return None;
    }
    let lines: Vec<String> = pieces
        .split_inclusive(|piece| piece.ends_line)
        .map(crate::lines::text)
        .collect();
    let fits = lines.len() <= MAX_LINES && lines.iter().all(|line| columns(line) <= LINE_COLUMNS);
    let shown_ms = cue.end_ms.saturating_sub(cue.start_ms);
    Some(Run {
        is_authored: true,
        is_fixed: fits && (needed_ms(&lines)..=MAX_SHOWN).contains(&shown_ms),
        lines: Some(lines).filter(|_| fits),
        pieces,
        language: language.cloned(),
        start_ms: cue.start_ms,
        end_ms: cue.end_ms.max(cue.start_ms),
    })
}

/// Subtitle cues that are shown at the same time: the earlier one ends where the next starts or, where that
/// leaves it less than a second, both become one.
fn without_overlaps(cues: &[Cue]) -> Vec<Cue> {
    let mut settled: Vec<Cue> = Vec::new();
    for cue in cues {
        match settled.last_mut() {
            Some(last)
                if last.words.is_empty() && cue.words.is_empty() && cue.start_ms < last.end_ms =>
            {
                if cue.start_ms >= last.start_ms + MIN_SHOWN_MS {
                    last.end_ms = cue.start_ms;
                    settled.push(cue.clone());
                } else {
                    last.text.push('\n');
                    last.text.push_str(&cue.text);
                    last.end_ms = last.end_ms.max(cue.end_ms);
                }
            }
            _ => settled.push(cue.clone()),
        }
    }
    settled
}

/// What was recognised may overlap by a little: nothing starts sooner than what comes before it.
fn order(runs: &mut [Run]) {
    let mut from_ms = 0;
    for run in runs {
        run.start_ms = run.start_ms.max(from_ms);
        for piece in &mut run.pieces {
            from_ms = from_ms.max(piece.start_ms);
            piece.start_ms = from_ms;
            piece.end_ms = piece.end_ms.max(from_ms);
        }
        run.end_ms = run.end_ms.max(run.start_ms);
    }
}
