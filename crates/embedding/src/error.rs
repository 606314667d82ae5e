//! Why nothing could be embedded.

use contracts::{ErrorName, NamedError};
use onnx::OnnxError;
use std::path::PathBuf;

/// Why texts or pictures could not be embedded.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddingError {
    /// The model could not be opened.
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    /// The tokenizer's file is missing or damaged.
    #[error("the tokenizer {path} could not be read")]
    TokenizerFile {
        /// Its path.
        path: PathBuf,
        /// What the reader says.
        #[source]
        source: tokenizers::Error,
    },
    /// Another file of the model is missing, or says what nobody here knows how to do.
    #[error("{path} can't be used: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// The model is not of the kind that it should be.
    #[error("the model {name} can't be used: {reason}")]
    Interface {
        /// The model.
        name: String,
        /// What does not fit.
        reason: String,
    },
    /// A text could not be split into tokens.
    #[error("a text could not be split into tokens")]
    Tokens(#[source] tokenizers::Error),
    /// The model failed on an input.
    #[error("the model {name} failed")]
    Run {
        /// The model.
        name: String,
        /// What ONNX Runtime says.
        #[source]
        source: ort::Error,
    },
    /// The thread that computed did not come back.
    #[error("the thread of the text model ended early")]
    Thread(#[source] tokio::task::JoinError),
}

impl NamedError for EmbeddingError {
    fn error_name(&self) -> ErrorName {
        match self {
            Self::Run { .. } | Self::Thread(_) => ErrorName::ToolFailed,
            Self::Onnx(_)
            | Self::TokenizerFile { .. }
            | Self::File { .. }
            | Self::Interface { .. }
            | Self::Tokens(_) => ErrorName::InternalDefect,
        }
    }
}
