//! Documents of one chunk in the search index: from then on it can be found, whatever the rest of
//! the video is doing.

mod config;
mod labels;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, CatalogError, TaskOutput, VideoRecord};
use contracts::{
    keys::Stage,
    segments::Channel,
    tasks::{ChunkTask, IndexChunkResponse},
};
use documents::Embedding;
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
    let (documents, channels) = deps
        .catalog
        .track(&task.video, run, TaskError::stable_name, index(deps, &task))
        .await?;
    Ok(IndexChunkResponse {
        chunk: task.chunk.index,
        documents,
        channels,
    })
}

/// How many documents the chunk has, and the channels that they make searchable.
type Indexed = (u32, Vec<Channel>);

async fn index(deps: &Dependencies, task: &ChunkTask) -> Result<(Indexed, TaskOutput), TaskError> {
    let embedding_key = required_field(&task.embedding_key, "embedding_key")?;
    let pack = deps
        .store
        .read_pack(&deps.derived_bucket, embedding_key)
        .await?;
    let embedding = Embedding::read(&pack)?;
    let record = deps.catalog.current(&task.video).await?;

    let of_models = [
        Some(embedding.text_model.clone()),
        embedding.image_model.clone(),
    ];
    let mut documents = embedding.documents(&record, &task.video, task.chunk.index);
    let written = deps.index.write(&documents).await;
    let is_written = written.is_ok();
    if let Err(refused) = written {
        if !serves_other_models(deps, &of_models).await? {
            return Err(refused.into());
        }
        // Indices changed places since the chunk was embedded. The execution's last step writes what an index lacks.
        tracing::warn!(
            video.id = %task.video.video_id, chunk.index = task.chunk.index,
            "the index that serves holds vectors of other models: left to reindex-videos"
        );
    }
    let channels = labels::channels(&documents);
    let record = note_indexed(deps, task, &channels).await?;
    // Tags that changed before this were not found in the index to be changed there.
    if is_written && labels::retag(&mut documents, &record.tags) {
        deps.index.write(&documents).await?;
    }

    let output = TaskOutput {
        units: documents.len() as u64,
        ..TaskOutput::default()
    };
    let count = u32::try_from(documents.len()).unwrap_or(u32::MAX);
    Ok(((count, channels), output))
}

/// Whether the index that serves holds vectors of other models than these, of texts and of pictures.
async fn serves_other_models(
    deps: &Dependencies,
    [text, image]: &[Option<String>; 2],
) -> Result<bool, SearchIndexError> {
    let vectors = deps.index.serving().await?.vectors;
    let is_other = |model: &Option<String>, held| model.as_ref().is_some_and(|model| model != held);
    Ok(is_other(text, &vectors.text.model) || is_other(image, &vectors.image.model))
}

/// Notes the chunk on the video. Where the video was deleted or replaced while its documents were being
/// written, they are taken back, since nobody else would know of them.
async fn note_indexed(
    deps: &Dependencies,
    task: &ChunkTask,
    channels: &[Channel],
) -> Result<VideoRecord, TaskError> {
    let video = &task.video;
    let noted = deps
        .catalog
        .record_chunk_indexed(video, task.chunk.index, channels)
        .await;
    if let Err(CatalogError::VideoGone | CatalogError::Superseded) = &noted {
        deps.index
            .delete_generation(&video.workspace, &video.video_id, video.generation)
            .await?;
    }
    Ok(noted?)
}
