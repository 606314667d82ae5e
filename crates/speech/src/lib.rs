//! Words from sound.
//!
//! A [`Transcriber`] finds the stretches of speech ([`vad`]), packs them into windows of 30 s that are cut in silence
//! ([`pack`]), has Whisper write several windows down at once ([`Whisper`]), measures when each word was said, leaves
//! out what is no speech, goes round in circles or was heard twice, and answers sentences.

mod costs;
mod error;
mod hygiene;
mod language;
mod mel;
mod quality;
mod reading;
mod sentences;
mod transcriber;
pub mod vad;
mod whisper;
mod windows;
mod words;

pub use costs::Costs;
pub use error::SpeechError;
pub use mel::{FRAMES, LogMel, SAMPLE_RATE_HZ, WINDOW_SAMPLES};
pub use onnx::{Clock, Spent};
pub use transcriber::{TranscribeOptions, Transcriber, Transcription, WINDOWS_AT_ONCE};
pub use whisper::{Attention, Decoded, Encoded, LanguageProbabilities, Request, Whisper};
pub use windows::{Window, overlap, pack};
