//! When each word of a window was said.

mod alignment;
mod splitting;

use crate::{
    Decoded, SAMPLE_RATE_HZ, Whisper, Window,
    whisper::ATTENTION_FRAME_SAMPLES,
    windows::{shared, touching},
};
use std::ops::Range;

/// A word of a segment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimedWord {
    /// With the space that separates it from the word before.
    pub(crate) text: String,
    /// Where it was said, in samples of the sound.
    pub(crate) span: Range<usize>,
    /// Mean logarithm of its tokens' probabilities.
    pub(crate) log_probability: f32,
    /// Whether its time was spread instead of measured.
    pub(crate) interpolated: bool,
}

/// A stretch of text that the model marked by times of its own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Marked {
    /// Its text's tokens, as indices into those decoded.
    pub(crate) tokens: Range<usize>,
    /// In samples of the window.
    pub(crate) span: Range<usize>,
}

/// The words of each of `marked`, in order, with their times in the sound. `speech` are the stretches of the sound
/// that are speech: no word begins or ends in the silence between.
pub(crate) fn timed_words(
    whisper: &Whisper,
    window: &Window,
    decoded: &Decoded,
    marked: &[Marked],
    speech: &[Range<usize>],
) -> Vec<Vec<TimedWord>> {
    let starts = token_starts(decoded, marked);
    let mut segments: Vec<Vec<TimedWord>> = marked
        .iter()
        .map(|segment| {
            let tokens = &decoded.tokens[segment.tokens.clone()];
            let spelled = splitting::words(tokens, whisper.vocabulary(), &decoded.language);
            let times = match &starts {
                Some(starts) => measured(segment, &spelled, starts),
                None => spread(segment, &spelled),
            };
            spelled
                .into_iter()
                .zip(times)
                .map(|(word, span)| {
                    let first = segment.tokens.start;
                    let tokens = word.tokens.start + first..word.tokens.end + first;
                    TimedWord {
                        span: in_speech(window.in_sound(span), speech),
                        text: word.text,
                        log_probability: mean(&decoded.log_probabilities[tokens]),
                        interpolated: starts.is_none(),
                    }
                })
                .collect()
        })
        .collect();
    if starts.is_some() {
        let words: Vec<&mut TimedWord> = segments.iter_mut().flatten().collect();
        fill_speech(words, window, speech);
    }
    segments
}

/// Lets the first word after a pause begin with the speech, and the last one before a pause end with it: attention
/// settles on a word a little after it begins, and what else should the sound be?
fn fill_speech(mut words: Vec<&mut TimedWord>, window: &Window, speech: &[Range<usize>]) {
    /// More sound than this is something else than the rest of a word.
    const MOST: usize = SAMPLE_RATE_HZ * 35 / 100;
    let home = |word: &TimedWord| {
        let behind = speech.partition_point(|stretch| stretch.start <= word.span.start);
        behind.checked_sub(1)
    };
    let homes: Vec<Option<usize>> = words.iter().map(|word| home(word)).collect();
    let is_heard = |sample: usize| window.overlap(std::slice::from_ref(&(sample..sample + 1))) > 0;
    for at in 0..words.len() {
        let Some(stretch) = homes[at].map(|home| speech[home].clone()) else {
            continue;
        };
        let span = &mut words[at].span;
        let is_first = at
            .checked_sub(1)
            .is_none_or(|before| homes[before] != homes[at]);
        if is_first && span.start - stretch.start <= MOST && is_heard(stretch.start) {
            span.start = stretch.start;
        }
        let is_last = homes.get(at + 1).is_none_or(|next| *next != homes[at]);
        let missing = stretch.end.saturating_sub(span.end);
        if is_last && (1..=MOST).contains(&missing) && is_heard(stretch.end - 1) {
            span.end = stretch.end;
        }
    }
}

/// In samples of the window, where each token begins that belongs to a segment, and where the last of them ends: by
/// index into the tokens decoded. `None` where it can't be measured.
fn token_starts(decoded: &Decoded, marked: &[Marked]) -> Option<Vec<usize>> {
    let mut texts: Vec<usize> = marked
        .iter()
        .flat_map(|segment| segment.tokens.clone())
        .collect();
    // The end is heard where the last word has been said.
    let end = decoded.attention.tokens().checked_sub(1)?;
    texts.push(end);
    let frames = alignment::first_frames(&decoded.attention, &texts)?;
    let mut starts = vec![usize::MAX; end + 1];
    for (token, frame) in texts.iter().zip(frames) {
        starts[*token] = frame * ATTENTION_FRAME_SAMPLES;
    }
    // What is no text begins where the text behind it does.
    for token in (0..end).rev() {
        starts[token] = starts[token].min(starts[token + 1]);
    }
    Some(starts)
}

/// Each word lasts until the next begins, inside its segment.
fn measured(segment: &Marked, words: &[splitting::Spelled], starts: &[usize]) -> Vec<Range<usize>> {
    let first = segment.tokens.start;
    let at = |token: usize| {
        let start = starts.get(first + token).copied();
        start
            .unwrap_or(segment.span.end)
            .clamp(segment.span.start, segment.span.end)
    };
    words
        .iter()
        .map(|word| at(word.tokens.start)..at(word.tokens.end))
        .collect()
}

/// Each word has the share of its segment's time that it has of its characters.
fn spread(segment: &Marked, words: &[splitting::Spelled]) -> Vec<Range<usize>> {
    let length = |word: &splitting::Spelled| word.text.trim().chars().count().max(1);
    let total: usize = words.iter().map(length).sum::<usize>().max(1);
    let mut before = 0;
    words
        .iter()
        .map(|word| {
            let at = |share: usize| segment.span.start + segment.span.len() * share / total;
            let start = at(before);
            before += length(word);
            start..at(before)
        })
        .collect()
}

/// A word's time without the silence before and behind it: nobody pauses within a word, so it lies in the one stretch
/// of speech that it shares most with.
fn in_speech(span: Range<usize>, speech: &[Range<usize>]) -> Range<usize> {
    let candidates = touching(&span, speech).iter();
    match candidates.max_by_key(|stretch| shared(stretch, &span)) {
        Some(home) => span.start.max(home.start)..span.end.min(home.end),
        None => span,
    }
}

fn mean(values: &[f32]) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "there are some hundred tokens")]
    let count = values.len().max(1) as f32;
    values.iter().sum::<f32>() / count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(words: &[&str]) -> Vec<splitting::Spelled> {
        let numbered = words.iter().enumerate();
        numbered
            .map(|(at, text)| splitting::Spelled {
                text: (*text).to_owned(),
                tokens: at..at + 1,
            })
            .collect()
    }

    #[test]
    fn spread_words_share_the_time_by_their_length() {
        let segment = Marked {
            tokens: 0..3,
            span: 1000..2000,
        };
        let times = spread(&segment, &spelled(&[" ab", " c", " de"]));
        assert_eq!(times, [1000..1400, 1400..1600, 1600..2000]);
    }

    #[test]
    fn measured_words_stay_inside_their_segment() {
        let segment = Marked {
            tokens: 1..4,
            span: 1000..2000,
        };
        let starts = [0, 900, 1200, 1500, 2500];
        let times = measured(&segment, &spelled(&["a", "b", "c"]), &starts);
        assert_eq!(times, [1000..1200, 1200..1500, 1500..2000]);
    }

    #[test]
    fn words_beside_a_pause_reach_to_it() {
        let speech = [16_000..32_000, 48_000..80_000];
        let windows = crate::pack(&speech, &[], 96_000);
        let word = |span: Range<usize>| TimedWord {
            text: " a".into(),
            span,
            log_probability: 0.0,
            interpolated: false,
        };
        let mut words = [
            word(19_000..25_000),
            word(25_000..30_000),
            word(58_000..60_000),
            word(60_000..79_000),
        ];
        fill_speech(words.iter_mut().collect(), &windows[0], &speech);
        let spans = words.map(|word| word.span);
        // The third begins too late to be all that is said before it.
        assert_eq!(
            spans,
            [
                16_000..25_000,
                25_000..32_000,
                58_000..60_000,
                60_000..80_000
            ]
        );
    }

    #[test]
    fn no_word_begins_or_ends_in_silence() {
        let speech = [10_000..20_000, 40_000..60_000];
        assert_eq!(in_speech(12_000..15_000, &speech), 12_000..15_000);
        assert_eq!(in_speech(25_000..45_000, &speech), 40_000..45_000);
        assert_eq!(in_speech(15_000..41_000, &speech), 15_000..20_000);
        assert_eq!(in_speech(19_000..45_000, &speech), 40_000..45_000);
        assert_eq!(in_speech(25_000..30_000, &speech), 25_000..30_000);
    }
}
