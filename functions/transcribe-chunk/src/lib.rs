//! Words with times for one chunk: from the subtitle file beside the video, else from a subtitle
//! track inside it. Where there is neither, the transcript is empty and says so.

mod choose;
mod config;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, TaskOutput};
use choose::{SubtitleFile, choose};
use contracts::{
    artifacts::{ChunkTranscript, EXTRACT_DESCRIPTION, ExtractDescription},
    keys::{self, Stage},
    limits::MAX_SUBTITLE_BYTES,
    tasks::{ChunkTask, TranscribeChunkResponse},
};
use lambda_kit::{TaskError, required_field};
use object_store::{ObjectStore, StoreError, fingerprint};
use std::convert::Infallible;

/// Grows when the same input would give another transcript.
const STAGE_VERSION: u32 = 1;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    derived_bucket: String,
    catalog: Catalog,
    store: ObjectStore,
}

impl Dependencies {
    /// Builds the clients, once, at cold start.
    ///
    /// # Errors
    /// None.
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Result<Self, Infallible> {
        Ok(Self {
            derived_bucket: config.derived_bucket,
            catalog: Catalog::new(Client::new(aws), config.table),
            store: ObjectStore::new(aws),
        })
    }
}

/// Transcribes one chunk, or finds that it was done before.
///
/// # Errors
/// A name of [`contracts::ErrorName`].
pub async fn handle(
    deps: &Dependencies,
    task: ChunkTask,
) -> Result<TranscribeChunkResponse, TaskError> {
    let run = (Stage::Transcribe, Some(task.chunk.index), task.retry_count);
    let transcript_key = deps
        .catalog
        .track(
            &task.video,
            run,
            TaskError::stable_name,
            transcribe(deps, &task),
        )
        .await?;
    Ok(TranscribeChunkResponse { transcript_key })
}

async fn transcribe(
    deps: &Dependencies,
    task: &ChunkTask,
) -> Result<(String, TaskOutput), TaskError> {
    let extract_key = required_field(&task.extract_key, "extract_key")?;
    let inputs = (extract_key, &task.subtitles, &task.language, task.chunk);
    let print = fingerprint(Stage::Transcribe, STAGE_VERSION, &inputs);
    let name = keys::chunk_name(task.chunk.index, "json");
    let key = keys::derived(&task.video.video_id, Stage::Transcribe, &print, &name);

    let bucket = &deps.derived_bucket;
    let found: Option<ChunkTranscript> = deps.store.find_json(bucket, &key).await?;
    let reused = found.is_some();
    let transcript = match found {
        Some(transcript) => transcript,
        None => {
            let transcript = compute(deps, task, extract_key).await?;
            deps.store.write_json(bucket, &key, &transcript).await?;
            transcript
        }
    };
    let output = TaskOutput {
        output_key: Some(key.clone()),
        units: transcript.cues.len() as u64,
        reused,
        warnings: transcript.warnings,
    };
    Ok((key, output))
}

async fn compute(
    deps: &Dependencies,
    task: &ChunkTask,
    extract_key: &str,
) -> Result<ChunkTranscript, TaskError> {
    let file = match &task.subtitles {
        None => SubtitleFile::Absent,
        Some(object) => match deps.store.read(object, MAX_SUBTITLE_BYTES).await {
            Ok(bytes) => SubtitleFile::Bytes(bytes),
            Err(error @ (StoreError::NotFound(_) | StoreError::TooLarge { .. })) => {
                SubtitleFile::Unusable(error.to_string())
            }
            Err(error) => return Err(error.into()),
        },
    };
    let (_, description): (_, ExtractDescription) = deps
        .store
        .read_pack_json(&deps.derived_bucket, extract_key, EXTRACT_DESCRIPTION)
        .await?;
    Ok(choose(
        &file,
        description.cues,
        task.chunk,
        task.language.clone(),
    ))
}
