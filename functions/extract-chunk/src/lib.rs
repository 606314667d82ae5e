//! Sound, key frames and embedded captions of one chunk, read once and kept as one pack.

mod config;
mod describe;
mod plan;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, TaskOutput};
use contracts::{
    ErrorName,
    artifacts::{
        EXTRACT_AUDIO, EXTRACT_DESCRIPTION, ExtractDescription, MediaDescription, frame_name,
        frame_time_ms,
    },
    keys::{self, Stage},
    tasks::{ChunkTask, ExtractChunkResponse},
};
use lambda_kit::TaskError;
use media::{
    ExtractSettings, Extracted, Ffmpeg, MediaError, RangeServer, ReadSettings, SourceError,
    extract_chunk,
};
use object_store::{ObjectStore, S3Source, fingerprint, pack::PackWriter};
use std::{
    convert::Infallible,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Grows when the same input would give another pack.
const STAGE_VERSION: u32 = 5;
/// Below the function's own limit, so that the reason is told.
const TIME_LIMIT: Duration = Duration::from_secs(270);
/// A chunk may read this many times its share of the file, or five minutes at 100 Mbit/s where that is more (a lecture at
/// 1 Mbit/s may show a film), plus what the index and a distant key frame take.
const MAX_SHARES: u64 = 4;
const LARGEST_USUAL_CHUNK_BYTES: u64 = 3_750_000_000;
const INDEX_BYTES: u64 = 256_000_000;
/// What is read of the file stays on disk until the chunk is done: all of a usual chunk, half of what there is room for.
const SPOOL_BYTES: u64 = 1_000_000_000;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    derived_bucket: String,
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
            derived_bucket: config.derived_bucket,
            ffmpeg: Ffmpeg::new(&config.ffmpeg),
            catalog: Catalog::new(Client::new(aws), config.table),
            store: ObjectStore::new(aws),
        })
    }
}

/// Extracts one chunk, or finds that it was done before.
///
/// # Errors
/// [`ErrorName::ChunkDamaged`] where nothing of it can be decoded, or a transient name.
pub async fn handle(
    deps: &Dependencies,
    task: ChunkTask,
) -> Result<ExtractChunkResponse, TaskError> {
    let run = (Stage::Extract, Some(task.chunk.index), task.retry_count);
    let extract_key = deps
        .catalog
        .track(
            &task.video,
            run,
            TaskError::stable_name,
            extract(deps, &task),
        )
        .await?;
    Ok(ExtractChunkResponse { extract_key })
}

async fn extract(deps: &Dependencies, task: &ChunkTask) -> Result<(String, TaskOutput), TaskError> {
    // The description's key is the fingerprint of the source.
    let inputs = (&task.description_key, task.chunk);
    let print = fingerprint(Stage::Extract, STAGE_VERSION, &inputs);
    let name = keys::chunk_name(task.chunk.index, "pack");
    let key = keys::derived(&task.video.video_id, Stage::Extract, &print, &name);
    let bucket = &deps.derived_bucket;

    let found = deps
        .store
        .find_pack_json(bucket, &key, EXTRACT_DESCRIPTION)
        .await?;
    if let Some((directory, description)) = found {
        let frames = directory
            .names()
            .filter(|name| frame_time_ms(name).is_some())
            .count();
        return Ok((key.clone(), output(key, description, frames, true)));
    }

    let media: MediaDescription = deps.store.read_json(bucket, &task.description_key).await?;
    let work_dir = tempfile::tempdir().map_err(tool)?;
    let extracted = run(deps, task, &media, work_dir.path()).await?;
    let frames = extracted.frames.len();
    let description = describe::describe(&extracted, &media);
    let path = work_dir.path().join("chunk.pack");
    pack(extracted, &description, &path).map_err(tool)?;
    deps.store
        .write_file(bucket, &key, "application/octet-stream", &path)
        .await?;
    Ok((key.clone(), output(key, description, frames, false)))
}

async fn run(
    deps: &Dependencies,
    task: &ChunkTask,
    media: &MediaDescription,
    work_dir: &Path,
) -> Result<Extracted, TaskError> {
    let source = S3Source::new(deps.store.clone(), task.media.clone(), media.size_bytes);
    let share = media.size_bytes / media.chunks.len().max(1) as u64;
    let read = ReadSettings {
        max_source_bytes: (share * MAX_SHARES).max(LARGEST_USUAL_CHUNK_BYTES) + INDEX_BYTES,
        cache_bytes: plan::cache_bytes(media),
        spool_folder: Some(work_dir.to_owned()),
        spool_bytes: SPOOL_BYTES,
        ..ReadSettings::default()
    };
    let server = RangeServer::start(Arc::new(source), read)
        .await
        .map_err(tool)?;
    let settings = ExtractSettings {
        time_limit: TIME_LIMIT,
        ..ExtractSettings::default()
    };
    let extracted = extract_chunk(
        &deps.ffmpeg,
        &server,
        &media.info,
        &plan::planned(&task.chunk, media),
        &settings,
        work_dir,
    )
    .await;
    let stats = server.stats();
    tracing::info!(
        video.id = %task.video.video_id, chunk.index = task.chunk.index,
        source.bytes = stats.source_bytes, source.reads = stats.source_reads, "read"
    );
    extracted.map_err(|error| TaskError::caused(name(&error), error))
}

fn name(error: &MediaError) -> ErrorName {
    match error {
        MediaError::Source(source) if source.is_transient() => ErrorName::StorageUnavailable,
        // Of a file that is there: so much of it is read for one chunk only where it makes no sense.
        MediaError::Source(source) if matches!(**source, SourceError::ReadLimit { .. }) => {
            ErrorName::ChunkDamaged
        }
        MediaError::Source(_) => ErrorName::SourceMissing,
        MediaError::TimedOut { .. } => ErrorName::ToolTimedOut,
        MediaError::Tool { .. } => ErrorName::ToolFailed,
        _ => ErrorName::ChunkDamaged,
    }
}

/// The pack goes through the disk: a chunk's sound and frames take many times the memory of all else.
fn pack(extracted: Extracted, description: &ExtractDescription, path: &Path) -> io::Result<()> {
    let mut pack = PackWriter::default();
    pack.add_json(EXTRACT_DESCRIPTION, description);
    let audio = extracted.audio.map(|path| (EXTRACT_AUDIO.to_owned(), path));
    let frames = extracted.frames.into_iter();
    let frames = frames.map(|frame| (frame_name(frame.time_ms), frame.path));
    let files: Vec<(String, PathBuf)> = audio.into_iter().chain(frames).collect();
    pack.write_with_files(&files, &mut File::create(path)?)
}

fn tool(error: io::Error) -> TaskError {
    TaskError::caused(ErrorName::ToolFailed, error)
}

fn output(key: String, description: ExtractDescription, frames: usize, reused: bool) -> TaskOutput {
    TaskOutput {
        output_key: Some(key),
        units: frames as u64,
        reused,
        warnings: description.warnings,
    }
}
