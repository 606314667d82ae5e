//! Settings of the function, read once.

use contracts::env;
use lambda_kit::env::{ConfigError, required};

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// Table of videos.
    pub table: String,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            table: required(env::TABLE)?,
        })
    }
}
