//! The speech models, opened when the first chunk needs them: most chunks with subtitles never do.

use contracts::{ErrorName, NamedError};
use models::{ModelError, ModelFolder, Role};
use onnx::{OnnxError, Runtime};
use speech::{SpeechError, TranscribeOptions, Transcriber, Transcription, WINDOWS_AT_ONCE};
use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// A function of this size has less than two whole processors.
const THREADS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// Why speech could not be recognised.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecogniserError {
    /// ONNX Runtime could not be loaded.
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    /// A model can't be opened, or failed.
    #[error(transparent)]
    Speech(#[from] SpeechError),
    /// The thread that computed did not come back.
    #[error("the thread of the speech model ended early")]
    Thread(#[source] tokio::task::JoinError),
}

impl NamedError for RecogniserError {
    fn error_name(&self) -> ErrorName {
        match self {
            Self::Onnx(_) => ErrorName::InternalDefect,
            Self::Speech(error) => error.error_name(),
            Self::Thread(_) => ErrorName::ToolFailed,
        }
    }
}

/// Recognises speech, one chunk at a time.
#[derive(Debug)]
pub(crate) struct Recogniser {
    onnxruntime: PathBuf,
    voice_activity: ModelFolder,
    speech: ModelFolder,
    transcriber: Mutex<Option<Transcriber>>,
}

impl Recogniser {
    /// Makes sure that the models are there, and does not open them yet.
    pub(crate) fn new(
        models_dir: &std::path::Path,
        onnxruntime: PathBuf,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            onnxruntime,
            voice_activity: ModelFolder::open(models_dir, Role::VoiceActivity)?,
            speech: ModelFolder::open(models_dir, Role::Speech)?,
            transcriber: Mutex::new(None),
        })
    }

    /// Name of the speech model.
    pub(crate) fn model_name(&self) -> &'static str {
        &self.speech.model().name
    }

    /// Names of all models that a transcript depends on.
    pub(crate) fn model_names(&self) -> [&'static str; 2] {
        [&self.voice_activity.model().name, self.model_name()]
    }

    /// Writes down mono sound at 16 kHz, on a thread for blocking work.
    pub(crate) async fn transcribe(
        self: &Arc<Self>,
        samples: Vec<f32>,
        language: Option<String>,
        seed: u64,
    ) -> Result<Transcription, RecogniserError> {
        let recogniser = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            // A panic under the lock leaves no state behind that a later run could see.
            let mut transcriber = recogniser
                .transcriber
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let transcriber = match &mut *transcriber {
                Some(open) => open,
                closed => closed.insert(recogniser.open()?),
            };
            let options = TranscribeOptions {
                language: language.as_deref(),
                seed,
                windows_at_once: WINDOWS_AT_ONCE,
            };
            Ok(transcriber.transcribe(&samples, &options)?)
        })
        .await
        .map_err(RecogniserError::Thread)?
    }

    fn open(&self) -> Result<Transcriber, RecogniserError> {
        let runtime = Runtime::load(&self.onnxruntime)?;
        let vad_file = self.voice_activity.file("silero_vad_16k_sequence.onnx");
        let whisper_folder = self.speech.folder();
        Ok(Transcriber::open(
            &vad_file,
            whisper_folder,
            runtime,
            THREADS,
        )?)
    }
}
