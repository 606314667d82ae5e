//! Settings of the function, read once.

use contracts::env;
use lambda_kit::env::{ConfigError, required};
use std::path::PathBuf;

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// Table of videos.
    pub table: String,
    /// Bucket of thumbnails.
    pub derived_bucket: String,
    /// Where OpenSearch is.
    pub opensearch_url: String,
    /// Folder that holds a folder per model.
    pub models_dir: PathBuf,
    /// The ONNX Runtime library.
    pub onnxruntime: PathBuf,
    /// Whether it is recorded which moments are opened.
    pub record_feedback: bool,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            table: required(env::TABLE)?,
            derived_bucket: required(env::DERIVED_BUCKET)?,
            opensearch_url: required(env::OPENSEARCH_URL)?,
            models_dir: required(env::MODELS_DIR)?,
            onnxruntime: required(env::ONNXRUNTIME)?,
            record_feedback: required(env::RECORD_FEEDBACK)?,
        })
    }
}
