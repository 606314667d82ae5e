//! From probabilities to stretches of speech.

use super::FRAME_SAMPLES;
use crate::SAMPLE_RATE_HZ;
use std::ops::Range;

/// When speech begins and ends. The defaults are those of Silero's own `get_speech_timestamps`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpanSettings {
    /// Speech begins with a frame of at least this probability.
    pub start_probability: f32,
    /// A frame below this one may end it; between the two nothing changes.
    pub end_probability: f32,
    /// Shorter speech is none, in milliseconds.
    pub min_speech_ms: usize,
    /// A shorter pause does not end it, in milliseconds.
    pub min_silence_ms: usize,
    /// Added on both sides, in milliseconds; half the pause where that is less.
    pub pad_ms: usize,
}

impl Default for SpanSettings {
    fn default() -> Self {
        Self {
            start_probability: 0.5,
            end_probability: 0.35,
            min_speech_ms: 250,
            min_silence_ms: 100,
            pad_ms: 30,
        }
    }
}

/// The stretches of speech, in samples, in order and without overlap. `probabilities` has one value for each
/// [`FRAME_SAMPLES`] of `total_samples`.
#[must_use]
pub fn speech_spans(
    probabilities: &[f32],
    total_samples: usize,
    settings: &SpanSettings,
) -> Vec<Range<usize>> {
    let samples = |ms: usize| ms * SAMPLE_RATE_HZ / 1000;
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    let mut pause = None;
    let mut close = |start: usize, end: usize| {
        if end - start > samples(settings.min_speech_ms) {
            spans.push(start..end);
        }
    };
    for (frame, probability) in probabilities.iter().enumerate() {
        let at = frame * FRAME_SAMPLES;
        let Some(since) = start else {
            if *probability >= settings.start_probability {
                start = Some(at);
            }
            continue;
        };
        if *probability >= settings.start_probability {
            pause = None;
        } else if *probability < settings.end_probability {
            let quiet_since = *pause.get_or_insert(at);
            if at - quiet_since >= samples(settings.min_silence_ms) {
                close(since, quiet_since);
                start = None;
                pause = None;
            }
        }
    }
    if let Some(since) = start {
        close(since, total_samples.max(since));
    }
    pad(&mut spans, samples(settings.pad_ms), total_samples);
    spans
}

fn pad(spans: &mut [Range<usize>], pad: usize, total_samples: usize) {
    let mut free_before = usize::MAX;
    for i in 0..spans.len() {
        let free_behind = match spans.get(i + 1) {
            Some(next) => (next.start - spans[i].end) / 2,
            None => total_samples.saturating_sub(spans[i].end),
        };
        spans[i].start = spans[i].start.saturating_sub(pad.min(free_before));
        spans[i].end += pad.min(free_behind);
        free_before = free_behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `runs` are probabilities and for how many frames; `expected` is in frames, without padding.
    fn check(runs: &[(f32, usize)], expected: &[(usize, usize)]) {
        let probabilities: Vec<f32> = runs
            .iter()
            .flat_map(|(probability, frames)| std::iter::repeat_n(*probability, *frames))
            .collect();
        let settings = SpanSettings {
            pad_ms: 0,
            ..SpanSettings::default()
        };
        let total = probabilities.len() * FRAME_SAMPLES;
        let found: Vec<_> = speech_spans(&probabilities, total, &settings)
            .into_iter()
            .map(|span| (span.start / FRAME_SAMPLES, span.end / FRAME_SAMPLES))
            .collect();
        assert_eq!(found, expected, "{runs:?}");
    }

    #[test]
    fn speech_begins_high_and_ends_low() {
        check(&[(0.1, 10), (0.9, 10), (0.1, 10)], &[(10, 20)]);
        check(&[(0.1, 10), (0.9, 10), (0.4, 10), (0.1, 10)], &[(10, 30)]);
        check(&[(0.4, 10), (0.1, 10)], &[]);
    }

    #[test]
    fn short_pauses_and_short_speech_do_not_count() {
        check(&[(0.9, 10), (0.1, 3), (0.9, 10), (0.1, 9)], &[(0, 23)]);
        check(
            &[(0.9, 10), (0.1, 5), (0.9, 10), (0.1, 9)],
            &[(0, 10), (15, 25)],
        );
        check(&[(0.1, 5), (0.9, 7), (0.1, 9)], &[]);
        check(&[(0.9, 20)], &[(0, 20)]);
        check(&[], &[]);
    }

    #[test]
    fn padding_shares_a_short_pause_evenly() {
        let mut spans = vec![10_000..20_000, 20_400..30_000];
        pad(&mut spans, 480, 30_100);
        assert_eq!(spans, [9_520..20_200, 20_200..30_100]);
    }

    proptest! {
        #[test]
        fn spans_are_ordered_and_inside(probabilities in prop::collection::vec(0.0_f32..1.0, 0..300), cut in 0_usize..512) {
            let total = (probabilities.len() * FRAME_SAMPLES).saturating_sub(cut);
            let spans = speech_spans(&probabilities, total, &SpanSettings::default());
            let mut before = 0;
            for span in spans {
                prop_assert!(before <= span.start && span.start < span.end && span.end <= total);
                before = span.end;
            }
        }
    }
}
