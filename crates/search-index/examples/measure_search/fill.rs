//! Writing the library into the index.

use crate::{corpus::Corpus, server::Server, setting::Setting};
use contracts::segments::SegmentDocument;
use search_index::SearchIndexError;
use serde_json::{Value, json};
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

/// Videos that are written at the same time, as chunks are.
const WRITERS: usize = 4;

/// Makes the index anew, writes every document, waits until the index is at rest, and says what that took.
pub async fn fill(setting: &Setting) -> Result<Value, Box<dyn Error>> {
    let index = &setting.index;
    index.remove().await?;
    index.prepare(&Corpus::spaces(), 0).await?;
    let server = Server::new(&setting.url, index.alias());
    if setting.vectors.are_bytes() {
        server.make_again_for_bytes().await?;
    }
    let corpus = Arc::new(Corpus::new(setting.segments));
    let started = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (corpus, index, next) = (corpus.clone(), index.clone(), next.clone());
            let encode = setting.vectors;
            tokio::spawn(async move {
                loop {
                    let video = next.fetch_add(1, Ordering::Relaxed);
                    if video >= corpus.videos() {
                        return Ok::<(), SearchIndexError>(());
                    }
                    let mut documents = corpus.video(video);
                    for (_, document) in &mut documents {
                        encode_vectors(document, |vector| encode.encode(vector));
                    }
                    index.write(&documents).await?;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await??;
    }
    index.refresh().await?;
    let written = started.elapsed();
    server.wait_for_merges().await?;
    let merged = started.elapsed() - written;
    let size = server.size().await?;
    Ok(json!({
        "documents": setting.segments,
        "write_s": written.as_secs_f64(),
        "merge_s": merged.as_secs_f64(),
        "lucene_segments": size.lucene_segments,
        "index_bytes": size.bytes,
    }))
}

fn encode_vectors(document: &mut SegmentDocument, encode: impl Fn(&[f32]) -> Vec<f32>) {
    let vectors = [&mut document.text_vector, &mut document.image_vector];
    for vector in vectors.into_iter().flatten() {
        *vector = encode(vector);
    }
}
