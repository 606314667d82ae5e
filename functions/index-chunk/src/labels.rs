//! From passages and vectors to documents, without I/O.

use bytes::Bytes;
use catalog::VideoRecord;
use contracts::{
    ErrorName,
    artifacts::{EmbeddedChunk, Passage, Shot, TimeRange},
    segments::{Channel, SegmentDocument},
    tasks::ChunkTask,
};
use lambda_kit::TaskError;

/// What embed-chunk left of a chunk.
pub(crate) struct Embedded {
    /// What its vectors belong to.
    pub chunk: EmbeddedChunk,
    /// Of the passages.
    pub text_vectors: Bytes,
    /// Of what is written in the picture.
    pub screen_text_vectors: Bytes,
    /// Of the shots.
    pub image_vectors: Bytes,
}

/// One document a passage, a written text and a shot, each under its `_id`.
pub(crate) fn of_chunk(
    record: &VideoRecord,
    task: &ChunkTask,
    embedded: Embedded,
) -> Result<Vec<(String, SegmentDocument)>, TaskError> {
    let chunk = embedded.chunk;
    let empty = |channel, start_ms, end_ms| SegmentDocument {
        chunk: Some(task.chunk.index),
        language: chunk.language.clone(),
        tags: record.tags.clone(),
        created_at: Some(record.created_at.clone()),
        duration_ms: record.duration_ms,
        ..SegmentDocument::empty(&task.video, channel, TimeRange { start_ms, end_ms })
    };
    let of_text = |channel, (passage, vector): (Passage, Vec<f32>)| SegmentDocument {
        text: Some(passage.text),
        text_vector: Some(vector),
        text_model: Some(chunk.text_model.clone()),
        thumbnail_key: passage.thumbnail_key,
        ..empty(channel, passage.start_ms, passage.end_ms)
    };
    let of_shot = |(shot, vector): (Shot, Vec<f32>)| SegmentDocument {
        image_vector: Some(vector),
        image_model: chunk.image_model.clone(),
        labels: shot.labels,
        thumbnail_key: Some(shot.thumbnail_key),
        language: None,
        ..empty(Channel::Visual, shot.start_ms, shot.end_ms)
    };

    let index = task.chunk.index;
    let (texts, pictures) = (chunk.dimensions, chunk.image_dimensions);
    let said = with_vectors(chunk.passages, &embedded.text_vectors, texts, index)?;
    let written = with_vectors(
        chunk.screen_texts,
        &embedded.screen_text_vectors,
        texts,
        index,
    )?;
    let shown = with_vectors(chunk.shots, &embedded.image_vectors, pictures, index)?;
    // Without a source there are no passages either.
    let channel = chunk.source.channel().unwrap_or(Channel::Speech);
    let mut documents = Vec::new();
    documents.extend(named(said.map(|passage| of_text(channel, passage))));
    documents.extend(named(
        written.map(|passage| of_text(Channel::ScreenText, passage)),
    ));
    documents.extend(named(shown.map(of_shot)));
    Ok(documents)
}

/// Documents of one channel with their ids.
fn named(
    documents: impl Iterator<Item = SegmentDocument>,
) -> impl Iterator<Item = (String, SegmentDocument)> {
    documents
        .enumerate()
        .map(|(position, document)| (document.id(position), document))
}

/// Each item with its row of a matrix of little-endian floats, which must have as many rows.
fn with_vectors<Item>(
    items: Vec<Item>,
    bytes: &[u8],
    dimensions: u32,
    chunk_index: u32,
) -> Result<impl Iterator<Item = (Item, Vec<f32>)>, TaskError> {
    let row_bytes = dimensions as usize * size_of::<f32>();
    if bytes.len() != row_bytes * items.len() {
        return Err(TaskError::new(
            ErrorName::Incompatible,
            format!("the embedding of chunk {chunk_index} has vectors of another size"),
        ));
    }
    let rows = bytes.chunks_exact(row_bytes.max(1)).map(floats);
    Ok(items.into_iter().zip(rows))
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
        artifacts::TranscriptSource,
        tasks::{Chunk, ObjectRef},
    };

    fn passages(count: u64) -> Vec<Passage> {
        let passage = |position: u64| Passage {
            start_ms: position * 1000,
            end_ms: position * 1000 + 900,
            text: format!("text {position}"),
            thumbnail_key: None,
        };
        (0..count).map(passage).collect()
    }

    fn embedded(said: u64) -> EmbeddedChunk {
        EmbeddedChunk {
            source: TranscriptSource::SubtitleTrack,
            language: Some("en".into()),
            text_model: "m".into(),
            dimensions: 2,
            passages: passages(said),
            screen_texts: Vec::new(),
            shots: Vec::new(),
            image_model: None,
            image_dimensions: 0,
        }
    }

    fn bytes(values: &[f32]) -> Bytes {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        bytes.collect()
    }

    fn build(said: u64, vectors: &[f32]) -> Result<Vec<(String, SegmentDocument)>, TaskError> {
        build_of(Embedded {
            chunk: embedded(said),
            text_vectors: bytes(vectors),
            screen_text_vectors: Bytes::new(),
            image_vectors: Bytes::new(),
        })
    }

    fn build_of(embedded: Embedded) -> Result<Vec<(String, SegmentDocument)>, TaskError> {
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
        of_chunk(&record, &task, embedded)
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
    fn what_is_shown_and_written_has_documents_of_its_own() {
        let shot = Shot {
            start_ms: 0,
            end_ms: 8000,
            frame_ms: 4000,
            thumbnail_key: "t".into(),
            labels: vec!["koala".into()],
        };
        let documents = build_of(Embedded {
            chunk: EmbeddedChunk {
                screen_texts: passages(1),
                shots: vec![shot],
                image_model: Some("i".into()),
                image_dimensions: 3,
                ..embedded(1)
            },
            text_vectors: bytes(&[1.0, 0.0]),
            screen_text_vectors: bytes(&[0.0, 1.0]),
            image_vectors: bytes(&[0.0, 0.0, 1.0]),
        })
        .unwrap();
        let ids: Vec<&str> = documents.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "v:0:subtitle:00003:00000",
                "v:0:screen-text:00003:00000",
                "v:0:visual:00003:00000"
            ]
        );
        let shown = &documents[2].1;
        assert_eq!(shown.image_vector.as_deref(), Some(&[0.0, 0.0, 1.0][..]));
        assert_eq!(shown.labels, ["koala"]);
        assert_eq!(
            (shown.text.as_ref(), shown.text_vector.as_ref()),
            (None, None)
        );
        assert_eq!(documents[1].1.text_vector.as_deref(), Some(&[0.0, 1.0][..]));
        assert_eq!(
            channels(&documents),
            [Channel::Subtitle, Channel::Visual, Channel::ScreenText]
        );
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
