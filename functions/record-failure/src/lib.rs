//! Writes down why an indexing failed. Called by the state machine's Catch, and by the rule on
//! executions that ended badly, which sees what no Catch does: time-outs, aborts, a faulty definition.
//! The first report of an execution counts.

mod config;
mod report;

pub use config::Config;
pub use report::FailureReport;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, FailureOutcome};
use contracts::{
    ErrorName,
    api::{VideoError, VideoStatus},
    keys,
    tasks::{RecordFailureResponse, VideoRef},
};
use lambda_kit::TaskError;
use object_store::ObjectStore;
use search_index::{SearchIndex, SearchIndexError};

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    derived_bucket: String,
    catalog: Catalog,
    store: ObjectStore,
    index: SearchIndex,
}

impl Dependencies {
    /// Builds the clients, once, at cold start.
    ///
    /// # Errors
    /// The OpenSearch address is not one.
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Result<Self, SearchIndexError> {
        Ok(Self {
            derived_bucket: config.derived_bucket,
            catalog: Catalog::new(Client::new(aws), config.table),
            store: ObjectStore::new(aws),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
        })
    }
}

/// Records a failure; removes what was computed where the file itself is at fault.
///
/// # Errors
/// The report can't be read, or a service does not answer.
pub async fn handle(
    deps: &Dependencies,
    report: FailureReport,
) -> Result<RecordFailureResponse, TaskError> {
    let (video, error) = report.read()?;
    let outcome = deps.catalog.record_failure(&video, &error).await?;
    tracing::info!(
        video.id = %video.video_id, video.generation, error.name = error.name, outcome = ?outcome,
        "failure reported"
    );
    // Asked for again by every report, so that a run that was killed here leaves nothing behind.
    clean_up(deps, &video, &error).await?;
    Ok(RecordFailureResponse {
        recorded: outcome != FailureOutcome::Settled,
    })
}

async fn clean_up(
    deps: &Dependencies,
    video: &VideoRef,
    error: &VideoError,
) -> Result<(), TaskError> {
    let condemned = error.name.parse().is_ok_and(ErrorName::condemns_input);
    let record = deps.catalog.get(&video.workspace, &video.video_id).await?;
    let Some(record) = record.filter(|record| condemned && record.generation == video.generation)
    else {
        return Ok(());
    };
    match record.status {
        VideoStatus::Failed => {
            deps.index
                .delete_video(&video.workspace, &video.video_id)
                .await?;
            let prefix = keys::derived_prefix(&video.video_id);
            deps.store
                .remove_prefix(&deps.derived_bucket, &prefix)
                .await?;
        }
        // An earlier generation is served; only the failed one's documents go.
        VideoStatus::Ready if record.serving_generation != Some(video.generation) => {
            deps.index
                .delete_generation(&video.workspace, &video.video_id, video.generation)
                .await?;
        }
        _ => {}
    }
    Ok(())
}
