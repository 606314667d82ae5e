//! What is left out of what was recognised: text over no speech, loops, and what was heard twice.

use crate::{SAMPLE_RATE_HZ, windows::overlap, words::TimedWord};
use contracts::artifacts::DroppedSpeech;
use std::ops::Range;

/// A segment with less speech under it than this is over none, in samples.
const MIN_SPEECH: usize = SAMPLE_RATE_HZ / 10;
/// The longest phrase that is looked at for loops, in words.
const MAX_PHRASE_WORDS: usize = 12;

/// A recognised segment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Segment {
    pub(crate) words: Vec<TimedWord>,
    /// Whisper's code.
    pub(crate) language: String,
    /// Whether the model took its window for silence.
    pub(crate) is_no_speech: bool,
}

impl Segment {
    pub(crate) fn span(&self) -> Range<usize> {
        let start = self.words.first().map_or(0, |word| word.span.start);
        let end = self.words.iter().map(|word| word.span.end).max();
        start..end.unwrap_or(start).max(start)
    }
}

/// Cleans segments, which come in order of time; `speech` are the stretches of sound that are speech.
pub(crate) fn clean(
    segments: Vec<Segment>,
    speech: &[Range<usize>],
) -> (Vec<Segment>, DroppedSpeech) {
    let mut dropped = DroppedSpeech::default();
    let mut kept: Vec<Segment> = Vec::new();
    for segment in segments {
        if segment.words.is_empty() {
            continue;
        }
        if segment.is_no_speech
            || !says_something(&segment)
            || overlap(&segment.span(), speech) < MIN_SPEECH
        {
            dropped.non_speech += 1;
        } else if kept
            .last()
            .is_some_and(|before| is_repeated(before, &segment))
        {
            dropped.duplicates += 1;
        } else {
            kept.push(segment);
        }
    }
    dropped.repetitions = cut_loops(&mut kept);
    kept.retain(|segment| !segment.words.is_empty());
    (kept, dropped)
}

/// Whether there is a letter or digit outside of brackets: `[Music]`, `(applause)` and `♪` are no words.
fn says_something(segment: &Segment) -> bool {
    let mut depth = 0_usize;
    for letter in segment.words.iter().flat_map(|word| word.text.chars()) {
        match letter {
            '[' | '(' | '【' | '（' => depth += 1,
            ']' | ')' | '】' | '）' => depth = depth.saturating_sub(1),
            _ if depth == 0 && letter.is_alphanumeric() => return true,
            _ => {}
        }
    }
    false
}

/// Whether a segment says again, at the same time, what the one before ends with.
fn is_repeated(before: &Segment, segment: &Segment) -> bool {
    let overlaps = segment.span().start < before.span().end;
    let words = plain_words(&segment.words);
    overlaps
        && plain_words(&before.words)
            .windows(words.len().max(1))
            .any(|part| part == words)
}

/// Cuts every loop down to its first round; answers how many were cut.
fn cut_loops(segments: &mut [Segment]) -> u32 {
    let all: Vec<TimedWord> = segments
        .iter()
        .flat_map(|segment| segment.words.iter().cloned())
        .collect();
    let words = plain_words(&all);
    let mut is_cut = vec![false; words.len()];
    let mut loops = 0;
    let mut at = 0;
    while at < words.len() {
        match loop_at(&words[at..]) {
            Some((phrase, length)) => {
                is_cut[at + phrase..at + length].fill(true);
                loops += 1;
                at += length;
            }
            None => at += 1,
        }
    }
    let mut is_cut = is_cut.into_iter();
    for segment in segments {
        segment.words.retain(|_| !is_cut.next().unwrap_or(false));
    }
    loops
}

/// The phrase that `words` begin with over and over: its length, and that of all its rounds. People say a word
/// three or four times, and a phrase twice; a loop goes on.
fn loop_at(words: &[String]) -> Option<(usize, usize)> {
    (1..=MAX_PHRASE_WORDS.min(words.len() / 3))
        .map(|phrase| {
            let rounds = words
                .chunks_exact(phrase)
                .take_while(|round| *round == &words[..phrase])
                .count();
            (phrase, rounds)
        })
        .find(|(phrase, rounds)| {
            let too_many = match phrase {
                1 => 6,
                2 => 4,
                _ => 3,
            };
            *rounds >= too_many
        })
        .map(|(phrase, rounds)| (phrase, phrase * rounds))
}

/// Words without case and punctuation.
fn plain_words(words: &[TimedWord]) -> Vec<String> {
    let plain = |word: &TimedWord| -> String {
        let letters = word.text.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    words.iter().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word each tenth of a second.
    fn segment(start_tenths: usize, text: &str) -> Segment {
        let tenth = SAMPLE_RATE_HZ / 10;
        let words = text.split_whitespace().enumerate();
        Segment {
            words: words
                .map(|(at, word)| TimedWord {
                    text: format!(" {word}"),
                    span: (start_tenths + at) * tenth..(start_tenths + at + 1) * tenth,
                    log_probability: -0.1,
                    interpolated: false,
                })
                .collect(),
            language: "en".into(),
            is_no_speech: false,
        }
    }

    fn check(
        segments: &[(usize, &str)],
        expected: &[&str],
        [non_speech, repetitions, duplicates]: [u32; 3],
    ) {
        let segments = segments
            .iter()
            .map(|(start, text)| segment(*start, text))
            .collect();
        let speech = 0..100 * SAMPLE_RATE_HZ;
        let (kept, dropped) = clean(segments, std::slice::from_ref(&speech));
        let texts: Vec<String> = kept
            .iter()
            .map(|segment| {
                segment
                    .words
                    .iter()
                    .map(|word| word.text.as_str())
                    .collect::<String>()
                    .trim()
                    .to_owned()
            })
            .collect();
        assert_eq!(texts, expected);
        assert_eq!(
            dropped,
            DroppedSpeech {
                non_speech,
                repetitions,
                duplicates
            }
        );
    }

    #[test]
    fn what_is_said_stays() {
        check(
            &[(0, "No, no, no, I said."), (10, "Again and again.")],
            &["No, no, no, I said.", "Again and again."],
            [0, 0, 0],
        );
    }

    #[test]
    fn what_is_no_speech_goes() {
        check(
            &[
                (0, "[Music]"),
                (10, "(crowd cheering)"),
                (20, "♪ ♪"),
                (30, "Yes."),
            ],
            &["Yes."],
            [3, 0, 0],
        );
        let (kept, dropped) = clean(vec![segment(0, "Thank you.")], &[]);
        assert_eq!((kept.len(), dropped.non_speech), (0, 1));
        let silent = Segment {
            is_no_speech: true,
            ..segment(0, "Thank you.")
        };
        assert_eq!(
            clean(vec![silent], std::slice::from_ref(&(0..SAMPLE_RATE_HZ)))
                .1
                .non_speech,
            1
        );
    }

    #[test]
    fn loops_are_cut_to_their_first_round() {
        check(
            &[(0, "so so so so so so so there")],
            &["so there"],
            [0, 1, 0],
        );
        check(
            &[(0, "I know I know I know I know.")],
            &["I know"],
            [0, 1, 0],
        );
        check(
            &[
                (0, "and then he said"),
                (10, "And then he said,"),
                (20, "and then he said"),
                (30, "stop"),
            ],
            &["and then he said", "stop"],
            [0, 1, 0],
        );
    }

    #[test]
    fn what_was_heard_twice_is_kept_once() {
        check(
            &[(0, "one two three four"), (2, "three four"), (10, "five")],
            &["one two three four", "five"],
            [0, 0, 1],
        );
        check(
            &[(0, "one two three four"), (4, "three four")],
            &["one two three four", "three four"],
            [0, 0, 0],
        );
    }
}
