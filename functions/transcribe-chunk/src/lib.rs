//! Words with times for one chunk: from the subtitle file beside the video, else from a subtitle
//! track inside it, else recognised in its sound. Where there is none of these, the transcript is empty and says so.

mod choose;
mod config;
mod recogniser;
mod sound;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, TaskOutput};
use choose::{SubtitleFile, choose};
use contracts::{
    artifacts::{
        ChunkTranscript, EXTRACT_AUDIO, EXTRACT_DESCRIPTION, ExtractDescription, TranscriptSource,
    },
    keys::{self, Stage},
    limits::MAX_SUBTITLE_BYTES,
    tasks::{ChunkTask, TranscribeChunkResponse},
};
use lambda_kit::{TaskError, required_field};
use models::ModelError;
use object_store::{ObjectStore, StoreError, fingerprint, pack::Directory};
use recogniser::Recogniser;
use std::sync::Arc;

/// Grows when the same input would give another transcript.
const STAGE_VERSION: u32 = 3;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    derived_bucket: String,
    catalog: Catalog,
    store: ObjectStore,
    recogniser: Arc<Recogniser>,
}

impl Dependencies {
    /// Builds the clients, once, at cold start.
    ///
    /// # Errors
    /// Names the file of a model that is missing.
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Result<Self, ModelError> {
        Ok(Self {
            recogniser: Arc::new(Recogniser::new(&config.models_dir, config.onnxruntime)?),
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
    let inputs = (
        extract_key,
        &task.subtitles,
        &task.language,
        task.chunk,
        deps.recogniser.model_names(),
    );
    let print = fingerprint(Stage::Transcribe, STAGE_VERSION, &inputs);
    let name = keys::chunk_name(task.chunk.index, "json");
    let key = keys::derived(&task.video.video_id, Stage::Transcribe, &print, &name);

    let bucket = &deps.derived_bucket;
    let found: Option<ChunkTranscript> = deps.store.find_json(bucket, &key).await?;
    let reused = found.is_some();
    let transcript = match found {
        Some(transcript) => transcript,
        None => {
            let transcript = compute(deps, task, extract_key, seed(&print)).await?;
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
    seed: u64,
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
    let (directory, description): (_, ExtractDescription) = deps
        .store
        .read_pack_json(&deps.derived_bucket, extract_key, EXTRACT_DESCRIPTION)
        .await?;
    let language = task.language.clone();
    let transcript = choose(&file, description.cues.clone(), task.chunk, language);
    if transcript.source != TranscriptSource::None || description.audio_duration_ms.is_none() {
        return Ok(transcript);
    }
    let pack = (extract_key, &directory);
    recognise(deps, task, pack, &description, seed, transcript).await
}

/// Fills an empty transcript with what is said in the sound of extract-chunk's pack.
async fn recognise(
    deps: &Dependencies,
    task: &ChunkTask,
    (key, directory): (&str, &Directory),
    description: &ExtractDescription,
    seed: u64,
    empty: ChunkTranscript,
) -> Result<ChunkTranscript, TaskError> {
    let store = &deps.store;
    let flac = store
        .read_pack_file(&deps.derived_bucket, key, directory, EXTRACT_AUDIO)
        .await?;
    let mut samples = sound::decode(&flac)?;
    let (range, start_ms) = sound::speech_range(description, task.chunk.start_ms, samples.len());
    samples.truncate(range.end);
    samples.drain(..range.start);
    let heard = deps
        .recogniser
        .transcribe(samples, task.language.clone(), seed)
        .await?;
    tracing::info!(
        video.id = %task.video.video_id, chunk.index = task.chunk.index,
        cues = heard.cues.len(), dropped = heard.dropped.total(), "recognised"
    );
    Ok(ChunkTranscript {
        source: TranscriptSource::Speech,
        language: task.language.clone().or(heard.language),
        cues: heard
            .cues
            .into_iter()
            .map(|cue| cue.later(start_ms))
            .collect(),
        speech_model: Some(deps.recogniser.model_name().to_owned()),
        dropped: Some(heard.dropped),
        ..empty
    })
}

/// What chance depends on: the same for the same input.
fn seed(fingerprint: &str) -> u64 {
    let digits = fingerprint.get(..16).unwrap_or_default();
    u64::from_str_radix(digits, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_follows_the_fingerprint() {
        let print = fingerprint(Stage::Transcribe, 1, &"input");
        assert_ne!(seed(&print), 0);
        assert_ne!(
            seed(&print),
            seed(&fingerprint(Stage::Transcribe, 1, &"other"))
        );
    }
}
