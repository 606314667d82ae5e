//! Documents of one chunk in the search index: from then on it can be found, whatever the rest of
//! the video is doing.

mod config;
mod documents;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, TaskOutput};
use contracts::{
    artifacts::{EMBED_PASSAGES, EMBED_TEXT_VECTORS, EmbeddedChunk},
    keys::Stage,
    tasks::{ChunkTask, IndexChunkResponse},
};
use lambda_kit::{TaskError, required_field};
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

/// Indexes one chunk.
///
/// # Errors
/// A name of [`contracts::ErrorName`].
pub async fn handle(deps: &Dependencies, task: ChunkTask) -> Result<IndexChunkResponse, TaskError> {
    let run = (Stage::Index, Some(task.chunk.index), task.retry_count);
    let documents = deps
        .catalog
        .track(&task.video, run, TaskError::stable_name, index(deps, &task))
        .await?;
    Ok(IndexChunkResponse {
        chunk: task.chunk.index,
        documents,
    })
}

async fn index(deps: &Dependencies, task: &ChunkTask) -> Result<(u32, TaskOutput), TaskError> {
    let embedding_key = required_field(&task.embedding_key, "embedding_key")?;
    let pack = deps
        .store
        .read_pack(&deps.derived_bucket, embedding_key)
        .await?;
    let embedded: EmbeddedChunk = pack.json(EMBED_PASSAGES)?;
    let vectors = pack.get(EMBED_TEXT_VECTORS).unwrap_or_default();
    let record = deps.catalog.current(&task.video).await?;

    let documents = documents::of_chunk(&record, task, embedded, &vectors)?;
    deps.index.write(&documents).await?;
    let channels = documents::channels(&documents);
    deps.catalog
        .record_chunk_indexed(&task.video, task.chunk.index, &channels)
        .await?;

    let output = TaskOutput {
        units: documents.len() as u64,
        ..TaskOutput::default()
    };
    Ok((u32::try_from(documents.len()).unwrap_or(u32::MAX), output))
}
