//! Settings of the function, read once.

use contracts::env;
use lambda_kit::env::{ConfigError, required};

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where OpenSearch is.
    pub opensearch_url: String,
    /// Copies of the index beside the first.
    pub replicas: u32,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            opensearch_url: required(env::OPENSEARCH_URL)?,
            replicas: required(env::INDEX_REPLICAS)?,
        })
    }
}
