//! Settings of the function, read once.

use contracts::{env, limits::DEFAULT_CHUNK_MS};
use lambda_kit::env::{ConfigError, optional, required};
use std::path::PathBuf;

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// Table of videos.
    pub table: String,
    /// Bucket of everything computed.
    pub derived_bucket: String,
    /// The ffmpeg executable.
    pub ffmpeg: PathBuf,
    /// Wanted length of a chunk in milliseconds.
    pub chunk_ms: u64,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        let chunk_seconds: Option<u64> = optional(env::CHUNK_SECONDS)?;
        Ok(Self {
            table: required(env::TABLE)?,
            derived_bucket: required(env::DERIVED_BUCKET)?,
            ffmpeg: required(env::FFMPEG)?,
            chunk_ms: chunk_seconds.map_or(DEFAULT_CHUNK_MS, |seconds| seconds * 1000),
        })
    }
}
