//! Why a frame could not be looked at.

use contracts::{ErrorName, NamedError};
use embedding::EmbeddingError;
use onnx::OnnxError;
use std::path::PathBuf;

/// Why a frame could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// A model could not be opened.
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    /// What a frame looks like could not be told.
    #[error(transparent)]
    Embedding(#[from] EmbeddingError),
    /// A model is not one for text, or of another kind than is known here.
    #[error("the model {path} can't be used: {reason}")]
    Interface {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// A model failed on a frame.
    #[error("the text {model} failed")]
    Run {
        /// Which one.
        model: &'static str,
        /// What ONNX Runtime says.
        #[source]
        source: ort::Error,
    },
    /// A model's answer is not of the size that its input asks for.
    #[error("the text {model} answered in the shape {shape:?}")]
    Shape {
        /// Which one.
        model: &'static str,
        /// The shape.
        shape: Vec<i64>,
    },
}

impl NamedError for VisionError {
    fn error_name(&self) -> ErrorName {
        match self {
            Self::Run { .. } => ErrorName::ToolFailed,
            Self::Embedding(error) => error.error_name(),
            Self::Onnx(_) | Self::Interface { .. } | Self::Shape { .. } => {
                ErrorName::InternalDefect
            }
        }
    }
}
