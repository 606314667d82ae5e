//! First look at an uploaded file: what it holds, whether it can be processed, and in which chunks.
//! Only the container's index is read, by range; a file that can't be sought is copied first into one
//! that can.

mod config;
mod failure;
mod plan;
mod seekable;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, Plan, TaskOutput};
use contracts::{
    ErrorName,
    artifacts::{MediaDescription, Warning, WarningName},
    keys::{self, Stage},
    limits::MAX_SOURCE_BYTES,
    tasks::{IndexVideoInput, ObjectRef, ProbeMediaResponse},
};
use failure::named;
use lambda_kit::TaskError;
use media::{Ffmpeg, MediaInfo, MediaLimits, RangeServer, ReadSettings, needs_remux, probe};
use object_store::{ObjectStore, S3Source, Stat, fingerprint};
use std::{convert::Infallible, sync::Arc};

/// Grows when the same input would give another description.
const STAGE_VERSION: u32 = 1;
/// A file is read at most this often, remuxing included, plus what its index takes.
const MAX_READS: u64 = 3;
const INDEX_BYTES: u64 = 64_000_000;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    config: Config,
    ffmpeg: Ffmpeg,
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
            ffmpeg: Ffmpeg::new(&config.ffmpeg),
            catalog: Catalog::new(Client::new(aws), config.table.clone()),
            store: ObjectStore::new(aws),
            config,
        })
    }
}

/// Describes the file and plans its chunks.
///
/// # Errors
/// A permanent name where the file can't be processed, a transient one where that could not be found out.
pub async fn handle(
    deps: &Dependencies,
    input: IndexVideoInput,
) -> Result<ProbeMediaResponse, TaskError> {
    let run = (Stage::Probe, None, 0);
    let response = deps
        .catalog
        .track(
            &input.video,
            run,
            TaskError::stable_name,
            examine(deps, &input),
        )
        .await?;
    tracing::info!(video.id = %input.video.video_id, chunks = response.chunks.len(), "planned");
    Ok(response)
}

async fn examine(
    deps: &Dependencies,
    input: &IndexVideoInput,
) -> Result<(ProbeMediaResponse, TaskOutput), TaskError> {
    let stat = deps.store.stat(&input.source).await?;
    check_size(&stat)?;
    let video_id = &input.video.video_id;
    let inputs = (&input.source, deps.config.chunk_ms);
    let print = fingerprint(Stage::Probe, STAGE_VERSION, &inputs);
    let description_key = keys::derived(video_id, Stage::Probe, &print, "description.json");
    let remuxed_key = keys::derived(video_id, Stage::Remux, &print, "source.mkv");

    let bucket = &deps.config.derived_bucket;
    let known: Option<MediaDescription> = deps.store.find_json(bucket, &description_key).await?;
    let reused = known.is_some();
    let description = match known {
        Some(description) => description,
        None => {
            let description = describe(deps, input, &stat, &remuxed_key).await?;
            deps.store
                .write_json(bucket, &description_key, &description)
                .await?;
            description
        }
    };
    let plan = Plan {
        duration_ms: description.duration_ms,
        chunks_total: u32::try_from(description.chunks.len()).unwrap_or(u32::MAX),
    };
    deps.catalog.record_plan(&input.video, plan).await?;

    let output = TaskOutput {
        output_key: Some(description_key.clone()),
        units: description.chunks.len() as u64,
        reused,
        warnings: warnings(&description),
    };
    let media = if description.remuxed {
        ObjectRef {
            bucket: bucket.clone(),
            key: remuxed_key,
            version_id: None,
            etag: None,
        }
    } else {
        input.source.clone()
    };
    let response = ProbeMediaResponse {
        media,
        description_key,
        subtitles: find_subtitles(deps, input).await?,
        chunks: description.chunks,
    };
    Ok((response, output))
}

async fn describe(
    deps: &Dependencies,
    input: &IndexVideoInput,
    stat: &Stat,
    remuxed_key: &str,
) -> Result<MediaDescription, TaskError> {
    let source = S3Source::new(deps.store.clone(), input.source.clone(), stat.size_bytes);
    let settings = ReadSettings {
        max_source_bytes: stat.size_bytes * MAX_READS + INDEX_BYTES,
        ..ReadSettings::default()
    };
    let server = RangeServer::start(Arc::new(source), settings)
        .await
        .map_err(|error| TaskError::caused(ErrorName::ToolFailed, error))?;
    let info = probe(&deps.ffmpeg, &server, &MediaLimits::default())
        .await
        .map_err(named)?;
    let remuxed = needs_remux(&info);
    let (info, size_bytes) = if remuxed {
        seekable::copy(deps, &server, &info, stat.size_bytes, remuxed_key).await?
    } else {
        (info, stat.size_bytes)
    };
    let stats = server.stats();
    tracing::info!(
        video.id = %input.video.video_id,
        source.bytes = stats.source_bytes, source.reads = stats.source_reads, "read"
    );
    Ok(description(info, size_bytes, remuxed, deps.config.chunk_ms))
}

fn description(info: MediaInfo, size_bytes: u64, remuxed: bool, chunk_ms: u64) -> MediaDescription {
    let duration_ms = info.duration_ms.unwrap_or_default();
    MediaDescription {
        duration_ms,
        size_bytes,
        remuxed,
        chunks: plan::plan(duration_ms, size_bytes, chunk_ms),
        info,
    }
}

fn check_size(stat: &Stat) -> Result<(), TaskError> {
    match stat.size_bytes {
        0 => Err(TaskError::new(
            ErrorName::EmptyFile,
            "the file is empty: it has 0 bytes; upload it again, whole",
        )),
        size if size > MAX_SOURCE_BYTES => Err(TaskError::new(
            ErrorName::SourceTooLarge,
            format!(
                "the file has {size} bytes, more than the limit of {MAX_SOURCE_BYTES}: split or recompress it"
            ),
        )),
        _ => Ok(()),
    }
}

fn warnings(description: &MediaDescription) -> Vec<Warning> {
    let measured = description.remuxed.then(|| Warning {
        name: WarningName::DurationMeasured,
        message: "the file does not say how long it is, or can't be sought: it was copied into one that can, and measured".to_owned(),
        start_ms: None,
        end_ms: None,
    });
    measured.into_iter().collect()
}

async fn find_subtitles(
    deps: &Dependencies,
    input: &IndexVideoInput,
) -> Result<Option<ObjectRef>, TaskError> {
    for candidate in &input.subtitle_candidates {
        if let Some(found) = deps.store.find(candidate).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
