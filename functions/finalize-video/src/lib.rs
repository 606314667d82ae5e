//! Ends an indexing: decides what failed chunks mean, writes the whole transcript and captions, and makes the new
//! generation the one that is served.

mod borders;
mod config;
mod transcript;
mod verdict;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, CatalogError, ReadyVideo, TaskOutput, TaskRecord, VideoRecord};
use contracts::{
    artifacts::{MediaDescription, Transcript, Warning},
    keys::{self, Stage},
    segments::Channel,
    tasks::{FinalizeVideoRequest, FinalizeVideoResponse, VideoRef},
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

/// Makes the video `READY`, with warnings where something was lost.
///
/// # Errors
/// [`contracts::ErrorName::ChunksUnfinished`] where a retry may help,
/// [`contracts::ErrorName::AllChunksFailed`] where nothing of the video can be indexed, or a service
/// that does not answer.
pub async fn handle(
    deps: &Dependencies,
    request: FinalizeVideoRequest,
) -> Result<FinalizeVideoResponse, TaskError> {
    let run = (Stage::Finalize, None, 0);
    deps.catalog
        .track(
            &request.video,
            run,
            TaskError::stable_name,
            finalize(deps, &request),
        )
        .await
}

async fn finalize(
    deps: &Dependencies,
    request: &FinalizeVideoRequest,
) -> Result<(FinalizeVideoResponse, TaskOutput), TaskError> {
    let video = &request.video;
    let description: MediaDescription = deps
        .store
        .read_json(&deps.derived_bucket, &request.description_key)
        .await?;
    let missing = verdict::missing_stretches(&request.chunks, &description.chunks)?;
    let runs = deps
        .catalog
        .task_runs(&video.workspace, &video.video_id, video.generation)
        .await?;

    let record = deps.catalog.current(video).await?;
    let language = record.language.as_deref();
    let transcript =
        transcript::assemble(&deps.store, &deps.derived_bucket, &runs, language).await?;
    let transcript_key = write_words(deps, video, &transcript, description.duration_ms).await?;
    let language = transcript.language.as_deref();
    write_title(deps, video, &record, language).await?;
    if let Some(language) = language {
        deps.index.give_language(video, language).await?;
    }
    deps.index.refresh().await?;

    let chunks = request.chunks.iter();
    let of_chunks: u32 = chunks.clone().map(|chunk| chunk.documents).sum();
    let channels = chunks.flat_map(|chunk| chunk.channels.iter().copied());
    let warnings = all_warnings(&runs, missing);
    let ready = ReadyVideo {
        channels: channels.chain([Channel::Title]).collect(),
        warnings,
        language: transcript.language,
        dropped: transcript.dropped,
    };
    let recorded = record_ready(deps, video, &ready).await?;
    // A title or tags that changed before this were not found in the index to be changed there.
    if (&recorded.title, &recorded.tags) != (&record.title, &record.tags) {
        write_title(deps, video, &recorded, ready.language.as_deref()).await?;
    }
    deps.index
        .delete_generations_below(&video.workspace, &video.video_id, video.generation)
        .await?;

    let response = FinalizeVideoResponse {
        documents: of_chunks + 1,
        warnings: u32::try_from(ready.warnings.len()).unwrap_or(u32::MAX),
    };
    let output = TaskOutput {
        output_key: Some(transcript_key),
        units: u64::from(response.documents),
        ..TaskOutput::default()
    };
    Ok((response, output))
}

/// Writes the transcript and the captions made from it; answers the transcript's key.
async fn write_words(
    deps: &Dependencies,
    video: &VideoRef,
    transcript: &Transcript,
    duration_ms: u64,
) -> Result<String, TaskError> {
    let key = |name| keys::finalized(&video.video_id, video.generation, name);
    let bucket = &deps.derived_bucket;
    let captions = captions::captions(transcript, duration_ms);
    for (name, content_type, file) in [
        (
            keys::CAPTIONS_VTT_NAME,
            "text/vtt",
            captions::webvtt(&captions),
        ),
        (
            keys::CAPTIONS_SRT_NAME,
            "application/x-subrip",
            captions::subrip(&captions),
        ),
    ] {
        deps.store
            .write(bucket, &key(name), content_type, file)
            .await?;
    }
    let transcript_key = key(keys::TRANSCRIPT_NAME);
    deps.store
        .write_json(bucket, &transcript_key, transcript)
        .await?;
    Ok(transcript_key)
}

/// Makes the video `READY`. Where it was deleted or replaced meanwhile, its title is taken back out of the
/// index, since nobody else would know of it.
async fn record_ready(
    deps: &Dependencies,
    video: &VideoRef,
    ready: &ReadyVideo,
) -> Result<VideoRecord, TaskError> {
    let recorded = deps.catalog.record_ready(video, ready).await;
    if let Err(CatalogError::VideoGone | CatalogError::Superseded) = &recorded {
        deps.index
            .delete_generation(&video.workspace, &video.video_id, video.generation)
            .await?;
    }
    Ok(recorded?)
}

async fn write_title(
    deps: &Dependencies,
    video: &VideoRef,
    record: &VideoRecord,
    language: Option<&str>,
) -> Result<(), TaskError> {
    let title = documents::title(record, video, language);
    deps.index.write(&[title]).await?;
    Ok(())
}

/// What every task lost, each thing once, in order of time.
fn all_warnings(runs: &[TaskRecord], missing: Vec<Warning>) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    for warning in runs
        .iter()
        .flat_map(|run| run.warnings.iter().cloned())
        .chain(missing)
    {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings.sort_by_key(|warning| warning.start_ms);
    warnings
}
