//! Settings of the function, read once.

use crate::imports::ImportSources;
use contracts::env;
use lambda_kit::env::{ConfigError, optional, required};

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// Table of videos.
    pub table: String,
    /// Bucket of uploads.
    pub media_bucket: String,
    /// Bucket of everything computed.
    pub derived_bucket: String,
    /// The state machine that indexes.
    pub index_state_machine_arn: String,
    /// The state machine that deletes.
    pub delete_state_machine_arn: String,
    /// The state machine that fills a new index.
    pub reindex_state_machine_arn: String,
    /// OpenSearch endpoint.
    pub opensearch_url: String,
    /// From where imports are allowed.
    pub import_sources: ImportSources,
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
            media_bucket: required(env::MEDIA_BUCKET)?,
            derived_bucket: required(env::DERIVED_BUCKET)?,
            index_state_machine_arn: required(env::INDEX_STATE_MACHINE_ARN)?,
            delete_state_machine_arn: required(env::DELETE_STATE_MACHINE_ARN)?,
            reindex_state_machine_arn: required(env::REINDEX_STATE_MACHINE_ARN)?,
            opensearch_url: required(env::OPENSEARCH_URL)?,
            import_sources: optional(env::IMPORT_SOURCES)?.unwrap_or_default(),
            record_feedback: required(env::RECORD_FEEDBACK)?,
        })
    }
}
