//! Whisper: 30 seconds of sound in, tokens out.
//!
//! Read off the files of a usual Hugging Face export: numbers of bands, layers and heads, special tokens, languages
//! and suppressed tokens are nowhere in the code, so tiny to large-v3-turbo run alike. [`decoder`](self) accepts three
//! layouts of the graphs.

mod attention;
mod decoder;
mod decoding;
mod encoded;
mod files;
mod graph;
mod rules;
mod vocabulary;

pub use attention::Attention;
pub(crate) use attention::FRAME_SAMPLES as ATTENTION_FRAME_SAMPLES;
pub use decoding::{Decoded, Request};
pub use encoded::Encoded;
pub(crate) use vocabulary::Vocabulary;

use crate::{Costs, LogMel, SpeechError, WINDOW_SAMPLES};
use decoder::Decoder;
use decoding::Decoding;
use files::ModelFiles;
use graph::Graph;
use onnx::{Clock, Meter, Runtime};
use rules::Rules;
use std::{num::NonZeroUsize, path::Path};

/// A loaded model.
#[derive(Debug)]
pub struct Whisper {
    files: ModelFiles,
    mel: LogMel,
    meter: Meter,
    rules: Rules,
    encoder: Graph,
    decoder: Decoder,
    wanted: Vec<String>,
    /// Since a clock was set.
    chosen_tokens: u64,
}

/// How likely each language is, as Whisper's codes, the likeliest first.
pub type LanguageProbabilities = Vec<(String, f32)>;

impl Whisper {
    /// Opens the model in `folder`, computing on `threads` threads.
    ///
    /// # Errors
    /// A file that is missing or damaged, or graphs in no known layout.
    pub fn open(
        folder: &Path,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, SpeechError> {
        let files = ModelFiles::read(folder)?;
        let encoder = Graph::open_encoder(&folder.join("encoder_model.onnx"), runtime, threads)?;
        let decoder = Decoder::open(folder, &files, runtime, threads)?;
        Ok(Self {
            mel: LogMel::new(files.bands),
            meter: Meter::default(),
            rules: Rules::new(&files),
            wanted: decoder.wanted_of_encoder(),
            chosen_tokens: 0,
            encoder,
            decoder,
            files,
        })
    }

    /// Whisper's codes of the languages it knows; only `en` for an English-only model.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        let english_only = self.files.special.languages.is_empty().then_some("en");
        let languages = self.files.special.languages.keys().map(String::as_str);
        languages.chain(english_only)
    }

    /// The text of tokens; special ones have none.
    #[must_use]
    pub fn text(&self, tokens: &[u32]) -> String {
        let end = self.files.special.end;
        let text: Vec<u32> = tokens
            .iter()
            .copied()
            .filter(|token| *token < end)
            .collect();
        self.files.vocabulary.text(&text)
    }

    /// Seconds that a timestamp token stands for, in milliseconds; `None` for any other token.
    #[must_use]
    pub fn time_ms(&self, token: u32) -> Option<u64> {
        let steps = token.checked_sub(self.files.special.first_timestamp())?;
        Some(u64::from(steps) * 20)
    }

    /// Whether decoding tells where in the sound each token was heard.
    #[must_use]
    pub fn gives_attention(&self) -> bool {
        self.decoder.gives_attention()
    }

    pub(crate) fn set_clock(&mut self, clock: Clock) {
        self.chosen_tokens = 0;
        self.meter = Meter::new(clock);
        self.encoder.meter = Meter::new(clock);
        self.decoder.set_clock(clock);
    }

    pub(crate) fn costs(&self) -> Costs {
        Costs {
            spectrograms: self.meter.spent(),
            encoder: self.encoder.meter.spent(),
            decoder: self.decoder.spent(),
            tokens: self.chosen_tokens,
            ..Costs::default()
        }
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.files.vocabulary
    }

    /// Hears windows of at most 30 s each of mono sound at 16 kHz.
    ///
    /// # Errors
    /// The encoder fails.
    pub fn encode(&mut self, windows: &[&[f32]]) -> Result<Encoded, SpeechError> {
        let (mel, meter) = (&self.mel, &mut self.meter);
        let spectrograms = windows
            .iter()
            .map(|samples| (samples.len(), meter.measure(|| mel.features(samples))));
        self.encoder
            .encode(&self.wanted, spectrograms, self.files.bands)
            .map_err(failed("speech encoder"))
    }

    /// [`Self::encode`] of spectrograms `[bands, 3000]` that were made elsewhere, of 30 s of sound each.
    ///
    /// # Errors
    /// The encoder fails, or a spectrogram has another size.
    pub fn encode_spectrograms(
        &mut self,
        spectrograms: Vec<Vec<f32>>,
    ) -> Result<Encoded, SpeechError> {
        let spectrograms = spectrograms
            .into_iter()
            .map(|features| (WINDOW_SAMPLES, features));
        self.encoder
            .encode(&self.wanted, spectrograms, self.files.bands)
            .map_err(failed("speech encoder"))
    }

    /// How likely each language is in each window.
    ///
    /// # Errors
    /// The decoder fails.
    pub fn detect_languages(
        &mut self,
        encoded: &mut Encoded,
    ) -> Result<Vec<LanguageProbabilities>, SpeechError> {
        if encoded.rows() == 0 {
            return Ok(Vec::new());
        }
        let mut decoding = Decoding::new(self, encoded);
        decoding.start().map_err(failed("speech decoder"))?;
        Ok(decoding.languages().to_vec())
    }

    /// Writes down each window. `requests` has one entry a window; `choose_language` gets what
    /// [`Self::detect_languages`] would say of each window, nothing for an English-only model, and answers the language
    /// of each.
    ///
    /// # Errors
    /// The decoder fails.
    pub fn decode(
        &mut self,
        encoded: &mut Encoded,
        requests: &[Request],
        choose_languages: impl FnOnce(&[LanguageProbabilities]) -> Vec<String>,
    ) -> Result<Vec<Decoded>, SpeechError> {
        if encoded.rows() == 0 {
            return Ok(Vec::new());
        }
        let mut decoding = Decoding::new(self, encoded);
        decoding
            .start()
            .and_then(|()| {
                let languages = choose_languages(decoding.languages());
                decoding.write(requests, &languages)
            })
            .map_err(failed("speech decoder"))
    }
}

fn failed(model: &'static str) -> impl Fn(ort::Error) -> SpeechError {
    move |source| SpeechError::Run { model, source }
}
