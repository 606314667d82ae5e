//! Whether what was written of a window can be believed, by the measures of openai/whisper.

use flate2::{Compression, write::ZlibEncoder};
use std::io::Write;

/// Text that zlib makes smaller by more than this goes round in circles.
const MAX_COMPRESSION_RATIO: f32 = 2.4;
/// Text that the model itself believes less than this is a guess.
const MIN_LOG_PROBABILITY: f32 = -1.0;
/// From here on a window may well hold no speech.
const NO_SPEECH_PROBABILITY: f32 = 0.6;

/// The measures of one attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quality {
    /// Length of the text in bytes, divided by what zlib makes of it.
    pub(crate) compression_ratio: f32,
    /// Mean logarithm of the tokens' probabilities, the end included.
    pub(crate) log_probability: f32,
    /// How likely there is no speech.
    pub(crate) no_speech_probability: f32,
}

impl Quality {
    pub(crate) fn of(text: &str, log_probabilities: &[f32], no_speech_probability: f32) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "there are some hundred tokens")]
        let count = log_probabilities.len().max(1) as f32;
        Self {
            compression_ratio: compression_ratio(text),
            log_probability: log_probabilities.iter().sum::<f32>() / count,
            no_speech_probability,
        }
    }

    /// Whether the window is silence that the model talked about.
    pub(crate) fn is_no_speech(self) -> bool {
        self.no_speech_probability > NO_SPEECH_PROBABILITY
            && self.log_probability < MIN_LOG_PROBABILITY
    }

    /// Whether to try again.
    pub(crate) fn is_doubtful(self) -> bool {
        let is_poor = self.goes_round() || self.log_probability < MIN_LOG_PROBABILITY;
        is_poor && !self.is_no_speech()
    }

    /// Whether this attempt is better than another; both are doubtful.
    pub(crate) fn is_better_than(self, other: Self) -> bool {
        match (self.goes_round(), other.goes_round()) {
            (false, true) => true,
            (true, false) => false,
            _ => self.log_probability > other.log_probability,
        }
    }

    fn goes_round(self) -> bool {
        self.compression_ratio > MAX_COMPRESSION_RATIO
    }
}

fn compression_ratio(text: &str) -> f32 {
    let text = text.trim();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder
        .write_all(text.as_bytes())
        .and_then(|()| encoder.finish())
        .expect("a Vec takes whatever is written");
    #[expect(
        clippy::cast_precision_loss,
        reason = "a window has some thousand bytes of text"
    )]
    let ratio = text.len() as f32 / compressed.len().max(1) as f32;
    ratio
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, log_probability: f32, no_speech: f32, doubtful: bool) {
        let quality = Quality::of(text, &[log_probability; 4], no_speech);
        assert_eq!(quality.is_doubtful(), doubtful, "{quality:?}");
    }

    #[test]
    fn loops_and_guesses_are_doubtful() {
        let plain =
            "We left the hut at six, because the clouds come up from the coast after lunch.";
        check(plain, -0.3, 0.0, false);
        check(plain, -1.1, 0.0, true);
        check(&"and then he said ".repeat(12), -0.1, 0.0, true);
        check("", 0.0, 0.0, false);
    }

    #[test]
    fn a_guess_at_silence_is_not_tried_again() {
        check("Thank you.", -1.1, 0.7, false);
        assert!(Quality::of("Thank you.", &[-1.1], 0.7).is_no_speech());
        assert!(!Quality::of("Thank you.", &[-0.5], 0.7).is_no_speech());
    }

    #[test]
    fn of_doubtful_attempts_the_one_without_a_loop_is_better() {
        let quality = |compression_ratio, log_probability| Quality {
            compression_ratio,
            log_probability,
            no_speech_probability: 0.0,
        };
        assert!(quality(1.0, -1.5).is_better_than(quality(3.0, -0.1)));
        assert!(quality(1.0, -1.2).is_better_than(quality(1.0, -1.5)));
        assert!(!quality(3.0, -0.1).is_better_than(quality(1.0, -1.5)));
    }
}
