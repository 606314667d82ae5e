//! What was said, written and shown in one chunk: passages and shots, their vectors, and a small picture of each. The
//! vectors are of the models that the index holds which answers searches at the time.

mod config;
mod frames;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::{Catalog, TaskOutput};
use contracts::{
    ErrorName,
    artifacts::{
        ChunkTranscript, EMBED_IMAGE_VECTORS, EMBED_PASSAGES, EMBED_SCREEN_TEXT_VECTORS,
        EMBED_TEXT_VECTORS, EXTRACT_DESCRIPTION, EmbeddedChunk, ExtractDescription, Passage, Shot,
        Warning, WarningName, clock_time,
    },
    keys::{self, Stage},
    tasks::{ChunkTask, EmbedChunkResponse},
};
use embedding::{EmbeddersByName, EmbeddingError, TextEmbedder};
use lambda_kit::{TaskError, required_field};
use models::{ModelFolder, Role};
use object_store::{
    ObjectStore, fingerprint,
    pack::{Pack, PackWriter},
};
use search_index::SearchIndex;
use std::{num::NonZeroUsize, sync::Arc};
use vision::{Frame, Looked, LookedShot, Looker, TextReader};

use frames::{of_pack, shown_during, thumbnail_key, write_thumbnails};

/// Grows when the same input would give other passages or vectors.
const STAGE_VERSION: u32 = 4;
/// A function of this size has less than two whole processors.
const THREADS: NonZeroUsize = NonZeroUsize::MIN;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    derived_bucket: String,
    catalog: Catalog,
    store: ObjectStore,
    index: SearchIndex,
    embedders: Arc<EmbeddersByName>,
    screen_texts: Arc<TextReader>,
    /// The name of the model that reads what is written.
    screen_text_model: &'static str,
}

impl Dependencies {
    /// Builds the clients and loads what reads in pictures, once, at cold start. What makes vectors is loaded when the
    /// index is known to hold such.
    ///
    /// # Errors
    /// Names the file that is missing or damaged, or the address that is none.
    pub fn new(
        config: Config,
        aws: &aws_config::SdkConfig,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let texts = ModelFolder::open(&config.models_dir, Role::ScreenText)?;
        let runtime = onnx::Runtime::load(&config.onnxruntime)?;
        let screen_texts = TextReader::open(texts.folder(), runtime, THREADS)?;
        let embedders = EmbeddersByName::new(config.models_dir, config.onnxruntime, THREADS);
        Ok(Self {
            derived_bucket: config.derived_bucket,
            catalog: Catalog::new(Client::new(aws), config.table),
            store: ObjectStore::new(aws),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
            embedders: Arc::new(embedders),
            screen_texts: Arc::new(screen_texts),
            screen_text_model: &texts.model().name,
        })
    }

    /// The models whose vectors the index holds that answers searches now. Where another takes its place before the
    /// chunk is indexed, reindex-videos computes what that one lacks.
    async fn models(&self) -> Result<Models, TaskError> {
        let vectors = self.index.serving().await?.vectors;
        let (embedders, screen_texts) =
            (Arc::clone(&self.embedders), Arc::clone(&self.screen_texts));
        let opening = tokio::task::spawn_blocking(move || {
            Ok(Models {
                texts: embedders.text(&vectors.text.model)?,
                looker: Looker {
                    images: embedders.image(&vectors.image.model)?,
                    texts: screen_texts,
                },
            })
        });
        opening
            .await
            .map_err(|error| TaskError::caused(ErrorName::ToolFailed, error))?
    }
}

/// What a chunk's vectors are made with.
struct Models {
    texts: Arc<TextEmbedder>,
    looker: Looker,
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
    let models = deps.models().await?;
    let seeing = [models.looker.images.model_name(), deps.screen_text_model];
    let names = (models.texts.model_name(), seeing);
    let inputs = (extract_key, transcript_key, names);
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
    let pack = deps.store.read_pack(bucket, extract_key).await?;
    let (frames, looked) = look(&models.looker, task, pack).await?;
    write_thumbnails(deps, task, &print, &frames, &looked.shots).await?;

    let picture_of = |shot: &LookedShot| {
        let frame_ms = frames[shot.frame].time_ms;
        (frame_ms, thumbnail_key(task, &print, frame_ms))
    };
    let (embedded, vectors) = describe(&models, transcript, looked, picture_of).await?;
    let mut pack = PackWriter::default();
    pack.add_json(EMBED_PASSAGES, &embedded);
    for (name, rows) in vectors {
        pack.add(name, &rows);
    }
    deps.store
        .write(bucket, &key, "application/octet-stream", pack.finish())
        .await?;
    Ok((key.clone(), output(key, &embedded, false)))
}

/// What was found in a chunk, and the vectors of it by the names that they have in its pack. `picture_of` gives the
/// millisecond and the key of the small picture that stands for a shot.
async fn describe(
    models: &Models,
    transcript: ChunkTranscript,
    looked: Looked,
    picture_of: impl Fn(&LookedShot) -> (u64, String),
) -> Result<(EmbeddedChunk, [(&'static str, Vec<u8>); 3]), TaskError> {
    let key_during = |start_ms, end_ms| {
        let shot = shown_during(&looked.shots, start_ms, end_ms)?;
        Some(picture_of(shot).1)
    };
    let warnings = looked.unread_from_ms.map(unread).into_iter().collect();
    let mut passages = moments::passages(&transcript.cues);
    for passage in &mut passages {
        passage.thumbnail_key = key_during(passage.start_ms, passage.end_ms);
    }
    let written = looked.texts.into_iter().map(|text| Passage {
        start_ms: text.start_ms,
        end_ms: text.end_ms,
        thumbnail_key: key_during(text.start_ms, text.end_ms),
        text: text.text,
    });
    let screen_texts: Vec<Passage> = written.collect();
    let vectors = [
        (EMBED_TEXT_VECTORS, vectors(&models.texts, &passages).await?),
        (
            EMBED_SCREEN_TEXT_VECTORS,
            vectors(&models.texts, &screen_texts).await?,
        ),
        (
            EMBED_IMAGE_VECTORS,
            bytes_of(looked.shots.iter().map(|shot| &shot.vector)),
        ),
    ];
    let shots = looked.shots.into_iter().map(|shot| {
        let (frame_ms, thumbnail_key) = picture_of(&shot);
        Shot {
            start_ms: shot.range_ms.start,
            end_ms: shot.range_ms.end,
            frame_ms,
            thumbnail_key,
            labels: shot.labels.into_iter().map(|label| label.name).collect(),
        }
    });
    let length = |dimensions| u32::try_from(dimensions).unwrap_or(u32::MAX);
    let embedded = EmbeddedChunk {
        source: transcript.source,
        language: transcript.language,
        text_model: models.texts.model_name().to_owned(),
        dimensions: length(models.texts.dimensions()),
        passages,
        screen_texts,
        shots: shots.collect(),
        image_model: Some(models.looker.images.model_name().to_owned()),
        image_dimensions: length(models.looker.images.dimensions()),
        warnings,
    };
    Ok((embedded, vectors))
}

/// The chunk's frames, and what is seen in them.
async fn look(
    looker: &Looker,
    task: &ChunkTask,
    pack: Pack,
) -> Result<(Vec<Frame>, Looked), TaskError> {
    let description: ExtractDescription = pack.json(EXTRACT_DESCRIPTION)?;
    let frames = of_pack(&pack);
    let looker = looker.clone();
    let range_ms = task.chunk.start_ms..task.chunk.end_ms;
    let looking = tokio::task::spawn_blocking(move || {
        let looked = looker.look(&frames, &description.cuts_ms, range_ms)?;
        Ok::<_, TaskError>((frames, looked))
    });
    let (frames, looked) = looking
        .await
        .map_err(|error| TaskError::caused(ErrorName::ToolFailed, error))??;
    tracing::info!(
        video.id = %task.video.video_id, chunk.index = task.chunk.index,
        frames = frames.len(), frames.broken = looked.broken,
        shots = looked.shots.len(), "looked"
    );
    Ok((frames, looked))
}

/// The passages' vectors as little-endian floats, one row a passage.
async fn vectors(embedder: &Arc<TextEmbedder>, passages: &[Passage]) -> Result<Vec<u8>, TaskError> {
    let texts = passages
        .iter()
        .map(|passage| passage.text.clone())
        .collect();
    let rows = embedder.embed_in_background(texts).await.map_err(failed)?;
    Ok(bytes_of(rows.iter()))
}

fn bytes_of<'a>(rows: impl Iterator<Item = &'a Vec<f32>>) -> Vec<u8> {
    rows.flatten()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn failed(error: EmbeddingError) -> TaskError {
    TaskError::caused(ErrorName::ToolFailed, error)
}

/// Tells that a chunk has more text than is read.
fn unread(start_ms: u64) -> Warning {
    Warning {
        name: WarningName::ScreenTextIncomplete,
        message: format!(
            "the picture holds more text than is read: from {} on, up to five minutes are without",
            clock_time(start_ms)
        ),
        start_ms: Some(start_ms),
        end_ms: None,
    }
}

fn output(key: String, embedded: &EmbeddedChunk, reused: bool) -> TaskOutput {
    TaskOutput {
        output_key: Some(key),
        units: (embedded.passages.len() + embedded.screen_texts.len() + embedded.shots.len())
            as u64,
        reused,
        warnings: embedded.warnings.clone(),
    }
}
