//! From sound to cues.

use crate::{
    Costs, Decoded, Encoded, Request, SpeechError, Whisper, Window,
    hygiene::{self, Segment},
    language::{LanguageChoice, PLACES, are_two, bcp47, is_unsure},
    pack,
    quality::Quality,
    reading, sentences,
    vad::{SileroVad, SpanSettings, speech_spans},
    words::timed_words,
};
use contracts::artifacts::{Cue, DroppedSpeech};
use onnx::{Clock, Meter, Runtime};
use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    num::NonZeroUsize,
    ops::Range,
    path::Path,
};

/// Tried one after the other where the likeliest text can't be believed.
const TEMPERATURES: [f32; 5] = [0.2, 0.4, 0.6, 0.8, 1.0];
/// Windows written down at once where nothing else is asked for: a fourth saves hardly any time and takes 45 MB.
pub const WINDOWS_AT_ONCE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2);
/// So much speech behind what was written down is heard again, in samples: less may be a time that is a little off.
const WORTH_HEARING: usize = crate::SAMPLE_RATE_HZ;
/// So often a window is heard. Two or three times is usual; a model that gets on by 20 ms each time would need hours.
const MAX_HEARINGS: u32 = 10;

/// Recognises speech: voice activity, then Whisper.
#[derive(Debug)]
pub struct Transcriber {
    vad: SileroVad,
    whisper: Whisper,
}

/// What is known of the sound beforehand.
#[derive(Clone, Debug)]
pub struct TranscribeOptions<'a> {
    /// Its language (BCP 47); detected where it is not given, or the model does not know it.
    pub language: Option<&'a str>,
    /// Decides what is drawn where the likeliest text can't be believed: the same again with the same seed.
    pub seed: u64,
    /// Windows of 30 s that are written down at once. More is faster, up to a point, and takes some 45 MB each with
    /// Whisper base.
    pub windows_at_once: NonZeroUsize,
}

/// What was said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcription {
    /// Sentences with their words, from the sound's start.
    pub cues: Vec<Cue>,
    /// The language of most words (BCP 47); `None` where nothing was said.
    pub language: Option<String>,
    /// What was left out.
    pub dropped: DroppedSpeech,
}

/// The sound that is being transcribed.
struct Sound<'a> {
    samples: &'a [f32],
    speech: Vec<Range<usize>>,
    seed: u64,
}

impl Transcriber {
    /// Opens both models; Whisper computes on `threads` threads.
    ///
    /// # Errors
    /// A file that is missing, damaged, or no such model.
    pub fn open(
        vad_file: &Path,
        whisper_folder: &Path,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, SpeechError> {
        Ok(Self {
            vad: SileroVad::open(vad_file, runtime)?,
            whisper: Whisper::open(whisper_folder, runtime, threads)?,
        })
    }

    /// Measures by this clock from now on.
    pub fn set_clock(&mut self, clock: Clock) {
        self.vad.meter = Meter::new(clock);
        self.whisper.set_clock(clock);
    }

    /// What each part took since a clock was set.
    #[must_use]
    pub fn costs(&self) -> Costs {
        Costs {
            voice_activity: self.vad.meter.spent(),
            ..self.whisper.costs()
        }
    }

    /// Writes down what is said in mono sound at 16 kHz, -1 to 1. Memory grows with the sound by its samples alone.
    /// Blocks for about a twentieth of the sound's length.
    ///
    /// # Errors
    /// A model fails.
    pub fn transcribe(
        &mut self,
        samples: &[f32],
        options: &TranscribeOptions<'_>,
    ) -> Result<Transcription, SpeechError> {
        let samples = &*finite(samples);
        let probabilities = self.vad.probabilities(samples)?;
        let speech = speech_spans(&probabilities, samples.len(), &SpanSettings::default());
        let mut windows = places_first(pack(&speech, &probabilities, samples.len()));
        let mut choice = LanguageChoice::new(options.language, self.whisper.languages());
        let sound = Sound {
            samples,
            speech,
            seed: options.seed,
        };
        let mut segments = Vec::new();
        while !windows.is_empty() {
            let count = options.windows_at_once.get().min(windows.len());
            let batch: Vec<Window> = windows.drain(..count).collect();
            let mut encoded = self.encode(&sound, &batch)?;
            if choice.is_open()
                && let Some(apart) = self.languages_apart(&sound, &batch, &mut encoded)?
            {
                apart
                    .into_iter()
                    .rev()
                    .for_each(|window| windows.push_front(window));
                continue;
            }
            for (window, decoded, quality) in self.hear(&sound, batch, encoded, &mut choice)? {
                let (heard, rest) = self.read(&sound, &window, &decoded, quality);
                segments.extend(heard);
                windows.extend(rest);
            }
        }
        segments.sort_by_key(|segment: &Segment| segment.span().start);
        let (segments, dropped) = hygiene::clean(segments, &sound.speech);
        Ok(Transcription {
            cues: sentences::cues(&segments, choice.is_open()),
            language: main_language(&segments),
            dropped,
        })
    }

    fn encode(&mut self, sound: &Sound<'_>, windows: &[Window]) -> Result<Encoded, SpeechError> {
        let sounds: Vec<Vec<f32>> = windows
            .iter()
            .map(|window| window.samples(sound.samples))
            .collect();
        let sounds: Vec<&[f32]> = sounds.iter().map(Vec::as_slice).collect();
        self.whisper.encode(&sounds)
    }

    /// The same windows with those cut in two that hold two languages; `None` where none does.
    fn languages_apart(
        &mut self,
        sound: &Sound<'_>,
        windows: &[Window],
        encoded: &mut Encoded,
    ) -> Result<Option<Vec<Window>>, SpeechError> {
        let mut apart = Vec::new();
        for (window, likely) in windows.iter().zip(self.whisper.detect_languages(encoded)?) {
            let halves = is_unsure(&likely)
                .then(|| window.halves(&sound.speech))
                .flatten();
            if let Some(halves) = halves {
                let mut encoded = self.encode(sound, &halves)?;
                if are_two(&self.whisper.detect_languages(&mut encoded)?) {
                    apart.extend(halves);
                    continue;
                }
            }
            apart.push(window.clone());
        }
        Ok((apart.len() > windows.len()).then_some(apart))
    }

    /// Writes each window down, again and with more chance where the result can't be believed.
    fn hear(
        &mut self,
        sound: &Sound<'_>,
        windows: Vec<Window>,
        mut encoded: Encoded,
        choice: &mut LanguageChoice,
    ) -> Result<Vec<(Window, Decoded, Quality)>, SpeechError> {
        let requests = vec![Request::default(); windows.len()];
        let decoded = self
            .whisper
            .decode(&mut encoded, &requests, |likely| choice.choose(likely))?;
        let mut heard: Vec<(Window, Decoded, Quality)> = windows
            .into_iter()
            .zip(decoded)
            .map(|(window, decoded)| {
                let quality = self.quality(&decoded);
                (window, decoded, quality)
            })
            .collect();
        self.try_again(sound, &encoded, &mut heard)?;
        Ok(heard)
    }

    fn try_again(
        &mut self,
        sound: &Sound<'_>,
        encoded: &Encoded,
        heard: &mut [(Window, Decoded, Quality)],
    ) -> Result<(), SpeechError> {
        let mut doubtful: Vec<usize> = (0..heard.len())
            .filter(|row| heard[*row].2.is_doubtful())
            .collect();
        for (attempt, temperature) in (1_u64..).zip(TEMPERATURES) {
            if doubtful.is_empty() {
                break;
            }
            let requests: Vec<Request> = doubtful
                .iter()
                .map(|row| Request {
                    temperature,
                    seed: mix(sound.seed, heard[*row].0.start() as u64, attempt),
                    ..Request::default()
                })
                .collect();
            let languages = doubtful
                .iter()
                .map(|row| heard[*row].1.language.clone())
                .collect();
            let mut some = encoded
                .select(&doubtful)
                .map_err(|source| SpeechError::Run {
                    model: "speech decoder",
                    source,
                })?;
            let decoded = self.whisper.decode(&mut some, &requests, |_| languages)?;
            let mut still = Vec::new();
            for (row, decoded) in doubtful.into_iter().zip(decoded) {
                let quality = self.quality(&decoded);
                if quality.is_doubtful() {
                    still.push(row);
                }
                let (_, best, best_quality) = &mut heard[row];
                if !quality.is_doubtful() || quality.is_better_than(*best_quality) {
                    (*best, *best_quality) = (decoded, quality);
                }
            }
            doubtful = still;
        }
        Ok(())
    }

    fn quality(&self, decoded: &Decoded) -> Quality {
        Quality::of(
            &self.whisper.text(&decoded.tokens),
            &decoded.log_probabilities,
            decoded.no_speech_probability,
        )
    }

    /// The segments of a window, and what of it is to be heard again.
    fn read(
        &self,
        sound: &Sound<'_>,
        window: &Window,
        decoded: &Decoded,
        quality: Quality,
    ) -> (Vec<Segment>, Option<Window>) {
        let time_ms = |token| self.whisper.time_ms(token);
        let reading = reading::read(&decoded.tokens, time_ms, window.len());
        let words = timed_words(
            &self.whisper,
            window,
            decoded,
            &reading.marked,
            &sound.speech,
        );
        let segments = words
            .into_iter()
            .map(|words| Segment {
                words,
                language: decoded.language.clone(),
                is_no_speech: quality.is_no_speech(),
            })
            .collect();
        (segments, rest(window, reading.heard_until, &sound.speech))
    }
}

/// The sound with silence where a value is no number, which the model of voice activity would never forget.
fn finite(samples: &[f32]) -> Cow<'_, [f32]> {
    if samples.iter().all(|sample| sample.is_finite()) {
        return Cow::Borrowed(samples);
    }
    let silenced = |sample: &f32| if sample.is_finite() { *sample } else { 0.0 };
    samples.iter().map(silenced).collect()
}

/// What of a window is to be heard again, if it was written down until `heard_until` of its samples.
fn rest(window: &Window, heard_until: usize, speech: &[Range<usize>]) -> Option<Window> {
    let rest = window.from(heard_until);
    let is_progress = heard_until > 0 && rest.len() < window.len();
    let is_worth_it = rest.overlap(speech) >= WORTH_HEARING;
    (is_progress && is_worth_it && rest.cuts() < MAX_HEARINGS).then_some(rest)
}

/// The first, the last and the middle window, by which the language is detected, before the others.
fn places_first(windows: Vec<Window>) -> VecDeque<Window> {
    let count = windows.len();
    let mut order: Vec<usize> = (0..count).collect();
    if count > PLACES {
        let places = [0, count - 1, count / 2];
        order.retain(|at| !places.contains(at));
        order.splice(0..0, places);
    }
    order.into_iter().map(|at| windows[at].clone()).collect()
}

/// The language of most words.
fn main_language(segments: &[Segment]) -> Option<String> {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for segment in segments {
        *words.entry(&segment.language).or_default() += segment.words.len();
    }
    let most = words.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(code, _)| bcp47(code))
}

/// A seed of its own for each window and attempt.
fn mix(seed: u64, window: u64, attempt: u64) -> u64 {
    // Odd constants of SplitMix64 (Steele, Lea and Flood, 2014) spread neighbouring numbers.
    let spread =
        window.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ attempt.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    seed ^ spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_places_come_first_and_nothing_is_lost() {
        let speech: Vec<Range<usize>> = (0..6)
            .map(|at| at * 480_000..at * 480_000 + 440_000)
            .collect();
        let windows = pack(&speech, &[], 6 * 480_000);
        assert_eq!(windows.len(), 6);
        let ordered = places_first(windows.clone());
        let starts: Vec<usize> = ordered
            .iter()
            .map(|window| window.start().div_ceil(480_000))
            .collect();
        assert_eq!(starts, [0, 5, 3, 1, 2, 4]);
        assert_eq!(places_first(windows[..2].to_vec()), windows[..2].to_vec());
    }

    #[test]
    fn what_is_no_number_is_silence() {
        let odd = [0.5, f32::NAN, -0.5, f32::INFINITY, f32::NEG_INFINITY];
        assert_eq!(*finite(&odd), [0.5, 0.0, -0.5, 0.0, 0.0]);
        assert!(matches!(finite(&odd[..1]), Cow::Borrowed([0.5])));
    }

    #[test]
    fn the_rest_of_a_window_is_heard_again_but_not_for_ever() {
        const SECOND: usize = crate::SAMPLE_RATE_HZ;
        let all = 0..30 * SECOND;
        let speech = std::slice::from_ref(&all);
        let mut window = pack(speech, &[], 30 * SECOND).remove(0);
        assert_eq!(rest(&window, 0, speech), None);
        assert_eq!(rest(&window, 30 * SECOND, speech), None);
        assert_eq!(rest(&window, 29 * SECOND + 320, speech), None);
        let mut hearings = 1;
        while let Some(left) = rest(&window, 320, speech) {
            assert_eq!(left.start(), hearings * 320);
            window = left;
            hearings += 1;
        }
        assert_eq!(hearings, MAX_HEARINGS as usize);
    }

    #[test]
    fn every_attempt_at_every_window_has_its_own_seed() {
        let seeds = [mix(1, 0, 1), mix(1, 0, 2), mix(1, 16_000, 1), mix(2, 0, 1)];
        let distinct: std::collections::BTreeSet<u64> = seeds.into_iter().collect();
        assert_eq!(distinct.len(), seeds.len());
        assert_eq!(mix(1, 2, 3), mix(1, 2, 3));
    }
}
