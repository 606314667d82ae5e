//! Passages of one chunk, their vectors, and a small picture of each.

mod config;
mod thumbnails;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, TaskOutput};
use contracts::{
    ErrorName,
    artifacts::{ChunkTranscript, EMBED_PASSAGES, EMBED_TEXT_VECTORS, EmbeddedChunk, Passage},
    keys::{self, Stage},
    tasks::{ChunkTask, EmbedChunkResponse},
};
use embedding::{EmbeddingError, TextEmbedder};
use lambda_kit::{TaskError, required_field};
use models::{ModelFolder, Role};
use object_store::{ObjectStore, fingerprint, pack::PackWriter};
use std::{num::NonZeroUsize, sync::Arc};

/// Grows when the same input would give other passages or vectors.
const STAGE_VERSION: u32 = 1;
/// A function of this size has less than two whole processors.
const THREADS: NonZeroUsize = NonZeroUsize::MIN;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    derived_bucket: String,
    catalog: Catalog,
    store: ObjectStore,
    embedder: Arc<TextEmbedder>,
}

impl Dependencies {
    /// Builds the clients and loads the model, once, at cold start.
    ///
    /// # Errors
    /// Names the file that is missing or damaged.
    pub fn new(
        config: Config,
        aws: &aws_config::SdkConfig,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let folder = ModelFolder::open(&config.models_dir, Role::Text)?;
        let runtime = onnx::Runtime::load(&config.onnxruntime)?;
        Ok(Self {
            derived_bucket: config.derived_bucket,
            catalog: Catalog::new(Client::new(aws), config.table),
            store: ObjectStore::new(aws),
            embedder: Arc::new(TextEmbedder::open(&folder, runtime, THREADS)?),
        })
    }
}

/// Embeds one chunk, or finds that it was done before.
///
/// # Errors
/// A name of [`contracts::ErrorName`].
pub async fn handle(deps: &Dependencies, task: ChunkTask) -> Result<EmbedChunkResponse, TaskError> {
    let run = (Stage::Embed, Some(task.chunk.index), task.retry_count);
    let embedding_key = deps
        .catalog
        .track(&task.video, run, TaskError::stable_name, embed(deps, &task))
        .await?;
    Ok(EmbedChunkResponse { embedding_key })
}

async fn embed(deps: &Dependencies, task: &ChunkTask) -> Result<(String, TaskOutput), TaskError> {
    let extract_key = required_field(&task.extract_key, "extract_key")?;
    let transcript_key = required_field(&task.transcript_key, "transcript_key")?;
    let inputs = (extract_key, transcript_key, deps.embedder.model_name());
    let print = fingerprint(Stage::Embed, STAGE_VERSION, &inputs);
    let name = keys::chunk_name(task.chunk.index, "pack");
    let key = keys::derived(&task.video.video_id, Stage::Embed, &print, &name);
    let bucket = &deps.derived_bucket;

    let found = deps
        .store
        .find_pack_json(bucket, &key, EMBED_PASSAGES)
        .await?;
    if let Some((_, embedded)) = found {
        return Ok((key.clone(), output(key, &embedded, true)));
    }

    let transcript: ChunkTranscript = deps.store.read_json(bucket, transcript_key).await?;
    let mut passages = moments::passages(&transcript.cues);
    thumbnails::write(deps, task, extract_key, &print, &mut passages).await?;
    let vectors = vectors(deps, &passages).await?;

    let embedded = EmbeddedChunk {
        source: transcript.source,
        language: transcript.language,
        text_model: deps.embedder.model_name().to_owned(),
        dimensions: u32::try_from(deps.embedder.dimensions()).unwrap_or(u32::MAX),
        passages,
    };
    let mut pack = PackWriter::default();
    pack.add_json(EMBED_PASSAGES, &embedded);
    pack.add(EMBED_TEXT_VECTORS, &vectors);
    deps.store
        .write(bucket, &key, "application/octet-stream", pack.finish())
        .await?;
    Ok((key.clone(), output(key, &embedded, false)))
}

/// The passages' vectors as little-endian floats, one row a passage.
async fn vectors(deps: &Dependencies, passages: &[Passage]) -> Result<Vec<u8>, TaskError> {
    let texts = passages
        .iter()
        .map(|passage| passage.text.clone())
        .collect();
    let rows = deps
        .embedder
        .embed_in_background(texts)
        .await
        .map_err(failed)?;
    Ok(rows
        .iter()
        .flatten()
        .flat_map(|value| value.to_le_bytes())
        .collect())
}

fn failed(error: EmbeddingError) -> TaskError {
    TaskError::caused(ErrorName::ToolFailed, error)
}

fn output(key: String, embedded: &EmbeddedChunk, reused: bool) -> TaskOutput {
    TaskOutput {
        output_key: Some(key),
        units: embedded.passages.len() as u64,
        reused,
        warnings: Vec::new(),
    }
}
