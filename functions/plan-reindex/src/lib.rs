//! Begins a reindex: chooses the models of the next index, counts what there is to do, and makes the index. Of a dry
//! run only the plan stays.

mod config;
mod estimate;
mod target;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::Catalog;
use contracts::{
    ErrorName,
    reindex::{MAX_REINDEX_VIDEOS, PlanReindexRequest, PlanReindexResponse},
};
use estimate::{Estimate, estimate};
use lambda_kit::TaskError;
use search_index::{Place, SearchIndex, SearchIndexError};
use std::path::PathBuf;
use target::target;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    catalog: Catalog,
    index: SearchIndex,
    models_dir: PathBuf,
    replicas: u32,
}

impl Dependencies {
    /// Builds the clients, once, at cold start.
    ///
    /// # Errors
    /// The OpenSearch address is not one.
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Result<Self, SearchIndexError> {
        Ok(Self {
            catalog: Catalog::new(Client::new(aws), config.table),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
            models_dir: config.models_dir,
            replicas: config.replicas,
        })
    }
}

/// Plans a run, and makes the next index unless it is a dry one. Running twice goes on with the index of the first.
///
/// # Errors
/// [`ErrorName::Incompatible`] where the models folder lacks a model, the server an engine, or another index is being
/// filled; [`ErrorName::InvalidRequest`] where there are too many videos; or a service does not answer.
pub async fn handle(
    deps: &Dependencies,
    request: PlanReindexRequest,
) -> Result<PlanReindexResponse, TaskError> {
    let input = &request.input;
    let serving = deps.index.serving().await?.vectors;
    let vectors = target(&deps.models_dir, &serving, input.model.as_deref())?;
    let videos = count_videos(deps).await?;
    let documents = deps.index.documents().await?;
    let estimate = estimate(videos, documents, vectors != serving, request.concurrency);
    let index = if input.dry_run {
        None
    } else {
        // It was stopped while videos were counted, maybe.
        deps.catalog.wanted_run(&input.run_id).await?;
        // What served before the last switch would be a third copy of everything.
        deps.index.drop_index(Place::Previous).await?;
        let prepared = deps.index.begin_next(&vectors, deps.replicas).await?;
        Some(prepared.index)
    };
    tracing::info!(
        reindex.run = input.run_id,
        index.name = index,
        videos,
        documents,
        "planned"
    );
    let noted = deps.catalog.note_reindex(&input.run_id, |progress| {
        let Estimate { seconds, usd } = estimate;
        progress.index = index;
        progress.text_model = Some(vectors.text.model);
        progress.image_model = Some(vectors.image.model);
        progress.videos_total = Some(videos);
        progress.documents = Some(documents);
        progress.estimated_seconds = Some(seconds);
        progress.estimated_usd = Some(usd);
    });
    if let Err(error) = noted.await {
        let last = deps.catalog.reindex_run().await?;
        if last.is_some_and(|last| last.run_id == input.run_id && last.aborted) && !input.dry_run {
            // Since it was looked at above: nobody else removes the index that was made meanwhile.
            deps.index.drop_index(Place::Next).await?;
        }
        return Err(error.into());
    }
    Ok(PlanReindexResponse {
        videos_total: videos,
    })
}

/// How many videos there are of which something is served.
async fn count_videos(deps: &Dependencies) -> Result<u32, TaskError> {
    let mut count = 0;
    let mut token = None;
    loop {
        let page = deps.catalog.served_videos(token.as_deref()).await?;
        count += u32::try_from(page.videos.len()).unwrap_or(u32::MAX);
        if count > MAX_REINDEX_VIDEOS {
            return Err(TaskError::new(
                ErrorName::InvalidRequest,
                format!(
                    "there are more than the {MAX_REINDEX_VIDEOS} videos that a run can go through"
                ),
            ));
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(count);
        }
    }
}
