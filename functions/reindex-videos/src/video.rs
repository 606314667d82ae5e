//! One video: what indices lack of it, and writing that.

use crate::{
    Dependencies,
    fitting::fit,
    missing::{IndexedChunk, Missing, indexed_chunks, missing},
};
use catalog::VideoRecord;
use contracts::{api::VideoStatus, reindex::VideoName, tasks::VideoRef};
use documents::Embedding;
use lambda_kit::TaskError;
use search_index::{SearchIndex, Standing};

/// An index that lacks something.
struct Lacking<'a> {
    standing: &'a Standing,
    index: SearchIndex,
    missing: Missing,
}

/// Writes what the indices lack of a video; answers how many documents. A video of which nothing is served, or that is
/// gone, lacks nothing.
pub(crate) async fn write_missing(
    deps: &Dependencies,
    name: &VideoName,
    indices: &[Standing],
) -> Result<u64, TaskError> {
    let record = deps.catalog.get(&name.workspace, &name.video_id).await?;
    let Some((record, video)) = record.and_then(|record| Some((record.clone(), record.served()?)))
    else {
        return Ok(0);
    };
    let runs = deps
        .catalog
        .task_runs(&video.workspace, &video.video_id, video.generation)
        .await?;
    let chunks = indexed_chunks(&runs);
    let mut lacking = Vec::new();
    for standing in indices {
        let index = deps.index.at(standing.place);
        let missing = look(&index, &video, &chunks, record.status).await?;
        if !missing.is_nothing() {
            lacking.push(Lacking {
                standing,
                index,
                missing,
            });
        }
    }
    if lacking.is_empty() {
        return Ok(0);
    }
    let written = write(deps, &record, &video, &chunks, &lacking).await;
    // Also where writing failed in the middle: what was written must not outlive its video.
    settle(deps, &record, &video).await?;
    let written = written?;
    tracing::info!(
        video.id = %video.video_id, video.generation, documents = written,
        indices = lacking.len(), "made whole"
    );
    Ok(written)
}

/// What an index lacks. A count tells only what was refreshed, so that one that is too low is taken again.
async fn look(
    index: &SearchIndex,
    video: &VideoRef,
    chunks: &[IndexedChunk],
    status: VideoStatus,
) -> Result<Missing, TaskError> {
    let count = || index.count_by_chunk(&video.workspace, &video.video_id, video.generation);
    let found = missing(chunks, status, &count().await?);
    if found.is_nothing() {
        return Ok(found);
    }
    index.refresh().await?;
    Ok(missing(chunks, status, &count().await?))
}

async fn write(
    deps: &Dependencies,
    record: &VideoRecord,
    video: &VideoRef,
    chunks: &[IndexedChunk],
    lacking: &[Lacking<'_>],
) -> Result<u64, TaskError> {
    let mut written = 0;
    for chunk in chunks {
        let lacks = |one: &&Lacking| one.missing.chunks.contains(&chunk.index);
        if lacking.iter().find(lacks).is_none() {
            continue;
        }
        let bucket = &deps.derived_bucket;
        let pack = deps.store.read_pack(bucket, &chunk.embedding_key).await?;
        let embedding = Embedding::read(&pack)?;
        for one in lacking.iter().filter(lacks) {
            let fitted = fit(deps, embedding.clone(), &one.standing.vectors, chunk).await?;
            let documents = fitted.documents(record, video, chunk.index);
            one.index.write(&documents).await?;
            written += documents.len() as u64;
        }
    }
    for one in lacking.iter().filter(|one| one.missing.title) {
        let language = record.language.as_deref();
        let language = language.or(record.found_language.as_deref());
        let title = documents::title(record, video, language);
        one.index.write(&[title]).await?;
        written += 1;
    }
    Ok(written)
}

/// Looks at the video again after its documents were written. Where it was deleted or replaced meanwhile they are
/// taken back, since nobody else would know of them; what it is called may have changed too.
async fn settle(
    deps: &Dependencies,
    before: &VideoRecord,
    video: &VideoRef,
) -> Result<(), TaskError> {
    let VideoRef {
        workspace,
        video_id,
        generation,
        ..
    } = video;
    let now = deps.catalog.get(workspace, video_id).await?;
    let still = now.filter(|now| {
        now.served()
            .is_some_and(|now| now.generation == *generation)
    });
    let Some(now) = still else {
        deps.index
            .delete_generation(workspace, video_id, *generation)
            .await?;
        return Ok(());
    };
    let tags = (now.tags != before.tags).then_some(now.tags.as_slice());
    let title = (now.title != before.title).then_some(now.title.as_str());
    deps.index
        .update_video_fields(workspace, video_id, tags, title)
        .await?;
    Ok(())
}
