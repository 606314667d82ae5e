//! Settings of the function, read once.

use contracts::env;
use lambda_kit::env::{ConfigError, required};
use std::path::PathBuf;

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// Table of videos.
    pub table: String,
    /// Bucket of everything computed.
    pub derived_bucket: String,
    /// Where OpenSearch is.
    pub opensearch_url: String,
    /// Folder of the models.
    pub models_dir: PathBuf,
    /// The library of ONNX Runtime.
    pub onnxruntime: PathBuf,
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
        })
    }
}
