//! From passages and vectors to documents, without I/O.

use catalog::VideoRecord;
use contracts::{
    ErrorName,
    artifacts::EmbeddedChunk,
    segments::{Channel, SegmentDocument},
    tasks::ChunkTask,
};
use lambda_kit::TaskError;

/// One document a passage, under its `_id`.
pub(crate) fn of_chunk(
    record: &VideoRecord,
    task: &ChunkTask,
    embedded: EmbeddedChunk,
    vectors: &[u8],
) -> Result<Vec<(String, SegmentDocument)>, TaskError> {
    let row_bytes = embedded.dimensions as usize * size_of::<f32>();
    if vectors.len() != row_bytes * embedded.passages.len() {
        return Err(TaskError::new(
            ErrorName::Incompatible,
            format!(
                "the embedding of chunk {} has vectors of another size",
                task.chunk.index
            ),
        ));
    }
    // Without a source there are no passages either.
    let channel = embedded.source.channel().unwrap_or(Channel::Speech);
    let rows = vectors.chunks_exact(row_bytes.max(1)).map(floats);
    let documents = embedded.passages.into_iter().zip(rows).enumerate();
    Ok(documents
        .map(|(position, (passage, vector))| {
            let document = SegmentDocument {
                workspace: task.video.workspace.clone(),
                video_id: task.video.video_id.clone(),
                generation: task.video.generation,
                chunk: Some(task.chunk.index),
                channel,
                start_ms: passage.start_ms,
                end_ms: passage.end_ms,
                text: Some(passage.text),
                text_vector: Some(vector),
                text_model: Some(embedded.text_model.clone()),
                thumbnail_key: passage.thumbnail_key,
                language: embedded.language.clone(),
                tags: record.tags.clone(),
                created_at: Some(record.created_at.clone()),
                duration_ms: record.duration_ms,
            };
            (document.id(position), document)
        })
        .collect())
}

/// Gives the documents these tags; answers whether any had others.
pub(crate) fn retag(documents: &mut [(String, SegmentDocument)], tags: &[String]) -> bool {
    let mut changed = false;
    for (_, document) in documents {
        if document.tags != tags {
            document.tags = tags.to_vec();
            changed = true;
        }
    }
    changed
}

/// The channels that the documents make searchable, each once.
pub(crate) fn channels(documents: &[(String, SegmentDocument)]) -> Vec<Channel> {
    let mut channels: Vec<Channel> = documents
        .iter()
        .map(|(_, document)| document.channel)
        .collect();
    channels.sort();
    channels.dedup();
    channels
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let words = bytes.as_chunks::<4>().0;
    words.iter().map(|word| f32::from_le_bytes(*word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::{
        api::Origin,
        artifacts::{Passage, TranscriptSource},
        tasks::{Chunk, ObjectRef},
    };

    fn embedded(passages: usize) -> EmbeddedChunk {
        EmbeddedChunk {
            source: TranscriptSource::SubtitleTrack,
            language: Some("en".into()),
            text_model: "m".into(),
            dimensions: 2,
            passages: (0..passages as u64)
                .map(|position| Passage {
                    start_ms: position * 1000,
                    end_ms: position * 1000 + 900,
                    text: format!("text {position}"),
                    thumbnail_key: None,
                })
                .collect(),
        }
    }

    fn build(
        passages: usize,
        vectors: &[f32],
    ) -> Result<Vec<(String, SegmentDocument)>, TaskError> {
        let record = VideoRecord::new("w".into(), "v".into(), Origin::Upload, "s".into());
        let task = ChunkTask {
            video: record.video_ref(),
            media: ObjectRef {
                bucket: "b".into(),
                key: "k".into(),
                version_id: None,
                etag: None,
            },
            description_key: "d".into(),
            subtitles: None,
            language: None,
            chunk: Chunk {
                index: 3,
                start_ms: 0,
                end_ms: 10_000,
            },
            retry_count: 0,
            extract_key: None,
            transcript_key: None,
            embedding_key: None,
        };
        let bytes: Vec<u8> = vectors
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        of_chunk(&record, &task, embedded(passages), &bytes)
    }

    #[test]
    fn each_passage_has_its_own_vector_and_id() {
        let documents = build(2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
        assert_eq!(documents[1].0, "v:0:subtitle:00003:00001");
        assert_eq!(documents[1].1.text_vector.as_deref(), Some(&[0.0, 1.0][..]));
        assert_eq!(channels(&documents), [Channel::Subtitle]);
        assert_eq!(build(0, &[]).unwrap(), []);
    }

    #[test]
    fn documents_are_written_again_only_for_other_tags() {
        let mut documents = build(1, &[1.0, 0.0]).unwrap();
        assert!(!retag(&mut documents, &[]));
        assert!(retag(&mut documents, &["a".into()]));
        assert_eq!(documents[0].1.tags, ["a"]);
        assert!(!retag(&mut documents, &["a".into()]));
    }

    #[test]
    fn vectors_that_do_not_fit_are_refused() {
        assert_eq!(
            build(2, &[1.0, 0.0]).unwrap_err().name,
            ErrorName::Incompatible
        );
    }
}
