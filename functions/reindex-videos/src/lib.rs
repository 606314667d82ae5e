//! Makes videos whole in every index: the one that serves, the one that is being filled beside it, and the one that
//! served before. It writes the documents that an index lacks, with vectors of that index's own models.
//!
//! Called for all videos by `reindex`, and for each video by `index-video` after it has become `READY`. Both go by
//! what the indices hold, so that either may run at any time, twice, and beside the other.

mod config;
mod fitting;
mod missing;
mod video;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::Catalog;
use contracts::{
    ErrorClass, ErrorName,
    reindex::{ReindexVideosRequest, ReindexVideosResponse, VideoName},
};
use embedding::EmbeddersByName;
use lambda_kit::TaskError;
use object_store::ObjectStore;
use search_index::{Place, SearchIndex, SearchIndexError, Standing};
use std::{num::NonZeroUsize, sync::Arc, time::Duration, time::Instant};

/// A function of this size has less than two whole processors.
const THREADS: NonZeroUsize = NonZeroUsize::MIN;
/// How often a video is begun again because indices changed places under it: nobody switches as often by hand.
const MAX_ROUNDS: u32 = 4;
/// No further video is begun after so long: the function may run for 900 s, and the longest video takes minutes.
const BUDGET: Duration = Duration::from_secs(300);

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    derived_bucket: String,
    catalog: Catalog,
    store: ObjectStore,
    index: SearchIndex,
    models: Arc<EmbeddersByName>,
}

impl Dependencies {
    /// Builds the clients, once, at cold start. Models are opened when a vector has to be computed.
    ///
    /// # Errors
    /// The OpenSearch address is not one.
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Result<Self, SearchIndexError> {
        let models = EmbeddersByName::new(config.models_dir, config.onnxruntime, THREADS);
        Ok(Self {
            derived_bucket: config.derived_bucket,
            catalog: Catalog::new(Client::new(aws), config.table),
            store: ObjectStore::new(aws),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
            models: Arc::new(models),
        })
    }
}

/// Makes each of the videos whole. One that fails for good does not keep the others from their turn.
///
/// # Errors
/// The first failure; at once where it may pass. [`ErrorName::ToolTimedOut`] where time ran out: calling again goes on.
pub async fn handle(
    deps: &Dependencies,
    request: ReindexVideosRequest,
) -> Result<ReindexVideosResponse, TaskError> {
    let started = Instant::now();
    let mut documents = 0;
    let mut failure = None;
    for name in &request.videos {
        if started.elapsed() > BUDGET {
            return Err(TaskError::new(
                ErrorName::ToolTimedOut,
                "the videos take longer than one call may: calling again goes on",
            ));
        }
        match make_whole(deps, name).await {
            Ok(written) => documents += written,
            Err(error) if error.name.class() == ErrorClass::Permanent => {
                tracing::error!(
                    video.id = %name.video_id, error.name = %error.name, error.chain = error.chain(),
                    "the video can't be indexed again"
                );
                failure.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    match failure {
        None => Ok(ReindexVideosResponse { documents }),
        Some(error) => Err(error),
    }
}

/// Makes a video whole wherever an index stands; answers how many documents were written.
///
/// Places may change under it. What was decided by the old ones can then be wrong or be refused, so it is decided anew.
async fn make_whole(deps: &Dependencies, name: &VideoName) -> Result<u64, TaskError> {
    let mut documents = 0;
    let mut indices = deps.index.indices().await?;
    for _ in 0..MAX_ROUNDS {
        let written = video::write_missing(deps, name, &indices).await;
        let after = deps.index.indices().await?;
        if places(&indices) == places(&after) {
            return written.map(|written| documents + written);
        }
        documents += written.unwrap_or_default();
        indices = after;
    }
    Err(TaskError::new(
        ErrorName::IndexUnavailable,
        "indices kept changing places",
    ))
}

fn places(indices: &[Standing]) -> Vec<(Place, &str)> {
    let places = indices.iter();
    places
        .map(|standing| (standing.place, standing.index.as_str()))
        .collect()
}
