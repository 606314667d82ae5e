//! Settings of the function, read once.

use contracts::env;
use lambda_kit::env::{ConfigError, required};

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// Table of videos.
    pub table: String,
    /// Bucket whose events start executions; those of others are passed over.
    pub media_bucket: String,
    /// The state machine that indexes.
    pub index_state_machine_arn: String,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            table: required(env::TABLE)?,
            media_bucket: required(env::MEDIA_BUCKET)?,
            index_state_machine_arn: required(env::INDEX_STATE_MACHINE_ARN)?,
        })
    }
}
