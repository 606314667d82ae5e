//! Why speech could not be recognised.

use contracts::{ErrorName, NamedError};
use onnx::OnnxError;
use std::path::PathBuf;

/// Why speech could not be recognised.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// A model could not be opened.
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    /// A file of the model is missing or is not what its name says.
    #[error("{path} of the speech model can't be used: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// A model has not the inputs and outputs of any known export.
    #[error("the model {path} can't be used: {reason}")]
    Interface {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// A model failed on an input.
    #[error("the {model} model failed")]
    Run {
        /// Which one.
        model: &'static str,
        /// What ONNX Runtime says.
        #[source]
        source: ort::Error,
    },
}

impl NamedError for SpeechError {
    fn error_name(&self) -> ErrorName {
        match self {
            Self::Run { .. } => ErrorName::ToolFailed,
            Self::Onnx(_) | Self::File { .. } | Self::Interface { .. } => ErrorName::InternalDefect,
        }
    }
}
