//! Removes all of a video: documents, computed objects, feedback, uploaded objects, records. Its state machine
//! calls it twice, the second time after every task that was still running has ended.

mod config;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, VideoRecord};
use contracts::{
    api::{Origin, VideoStatus},
    keys,
    tasks::{DeleteVideoRequest, DeleteVideoResponse},
};
use lambda_kit::TaskError;
use object_store::ObjectStore;
use search_index::{SearchIndex, SearchIndexError};
use workflow::Workflow;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    media_bucket: String,
    derived_bucket: String,
    catalog: Catalog,
    store: ObjectStore,
    index: SearchIndex,
    workflow: Workflow,
}

impl Dependencies {
    /// Builds the clients, once, at cold start.
    ///
    /// # Errors
    /// The OpenSearch address is not one.
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Result<Self, SearchIndexError> {
        Ok(Self {
            media_bucket: config.media_bucket,
            derived_bucket: config.derived_bucket,
            catalog: Catalog::new(Client::new(aws), config.table),
            store: ObjectStore::new(aws),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
            workflow: Workflow::new(aws, config.index_state_machine_arn),
        })
    }
}

/// Removes what there is; what is gone already is no error. A video that is not being deleted (it came
/// back under the same id, through the inbox) is left alone.
///
/// # Errors
/// A service does not answer; calling again goes on where it stopped.
pub async fn handle(
    deps: &Dependencies,
    request: DeleteVideoRequest,
) -> Result<DeleteVideoResponse, TaskError> {
    let DeleteVideoRequest {
        workspace,
        video_id,
    } = &request;
    let record = deps.catalog.get(workspace, video_id).await?;
    if record
        .as_ref()
        .is_some_and(|record| record.status != VideoStatus::Deleting)
    {
        tracing::warn!(video.id = %video_id, "not being deleted: left alone");
        return Ok(DeleteVideoResponse {
            objects: 0,
            documents: 0,
        });
    }
    if let Some(record) = &record {
        deps.workflow.stop_index(record).await?;
    }
    let documents = deps.index.delete_video(workspace, video_id).await?;
    let mut objects = deps
        .store
        .remove_prefix(&deps.derived_bucket, &keys::derived_prefix(video_id))
        .await?;
    objects += deps
        .store
        .remove_prefix(
            &deps.derived_bucket,
            &keys::feedback_of_video(workspace, video_id),
        )
        .await?;
    objects += deps
        .store
        .remove_prefix(
            &deps.media_bucket,
            &keys::upload_prefix(workspace, video_id),
        )
        .await?;
    if let Some(record) = &record {
        objects += remove_inbox_source(deps, record).await?;
    }
    deps.catalog.remove_task_runs(workspace, video_id).await?;
    // Last, so that a run that was killed finds everything it needs when it is called again.
    deps.catalog.remove(workspace, video_id).await?;
    tracing::info!(video.id = %video_id, objects, documents, "removed");
    Ok(DeleteVideoResponse { objects, documents })
}

/// What was dropped into the inbox, subtitles included, is vindex's own; what was imported belongs to
/// somebody else.
async fn remove_inbox_source(deps: &Dependencies, record: &VideoRecord) -> Result<u64, TaskError> {
    let (Origin::Inbox, Some(source)) = (&record.origin, &record.source) else {
        return Ok(0);
    };
    let (bucket, key) = (&deps.media_bucket, &source.key);
    let (mut removed, has_another) = match &source.version_id {
        Some(version_id) => deps.store.remove_version(bucket, key, version_id).await?,
        None => (deps.store.remove_object(bucket, key).await?, false),
    };
    // Dropped anew under the same key meanwhile, which waits for the end of this: its subtitles lie there first.
    if has_another {
        return Ok(removed);
    }
    for subtitles in &keys::subtitles_beside(key) {
        removed += deps.store.remove_object(bucket, subtitles).await?;
    }
    Ok(removed)
}
