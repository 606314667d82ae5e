//! What embed-chunk left of a chunk, and the documents that are made of it.

use catalog::VideoRecord;
use contracts::{
    ErrorName, NamedError,
    artifacts::{
        EMBED_IMAGE_VECTORS, EMBED_PASSAGES, EMBED_SCREEN_TEXT_VECTORS, EMBED_TEXT_VECTORS,
        EmbeddedChunk, Passage, Shot, TimeRange, TranscriptSource,
    },
    segments::{Channel, SegmentDocument},
    tasks::VideoRef,
};
use object_store::pack::{Pack, PackError};

/// The pack is not one that embed-chunk wrote.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddingError {
    /// A file is missing or does not parse.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// There are more or fewer vectors than things, or they have another length.
    #[error("{0} of an embedding has vectors of another size")]
    Vectors(&'static str),
}

impl NamedError for EmbeddingError {
    fn error_name(&self) -> ErrorName {
        ErrorName::Incompatible
    }
}

/// What embed-chunk left of a chunk: everything that can be found in it, each with its vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    /// Where the words come from.
    pub source: TranscriptSource,
    /// Language (BCP 47), where known.
    pub language: Option<String>,
    /// The model of the vectors of `said` and `written`.
    pub text_model: String,
    /// What was said.
    pub said: Vec<(Passage, Vec<f32>)>,
    /// What is written in the picture.
    pub written: Vec<(Passage, Vec<f32>)>,
    /// The model of the vectors of `shown`; `None` in a chunk that no model has looked at.
    pub image_model: Option<String>,
    /// What the picture shows.
    pub shown: Vec<(Shot, Vec<f32>)>,
}

impl Embedding {
    /// Reads a pack of embed-chunk.
    ///
    /// # Errors
    /// The pack is not one.
    pub fn read(pack: &Pack) -> Result<Self, EmbeddingError> {
        let vectors = |name| pack.get(name).unwrap_or_default();
        Self::new(
            pack.json(EMBED_PASSAGES)?,
            &vectors(EMBED_TEXT_VECTORS),
            &vectors(EMBED_SCREEN_TEXT_VECTORS),
            &vectors(EMBED_IMAGE_VECTORS),
        )
    }

    fn new(
        chunk: EmbeddedChunk,
        text_vectors: &[u8],
        screen_text_vectors: &[u8],
        image_vectors: &[u8],
    ) -> Result<Self, EmbeddingError> {
        let (texts, pictures) = (chunk.dimensions, chunk.image_dimensions);
        let said = with_vectors(EMBED_TEXT_VECTORS, chunk.passages, text_vectors, texts)?;
        let written = with_vectors(
            EMBED_SCREEN_TEXT_VECTORS,
            chunk.screen_texts,
            screen_text_vectors,
            texts,
        )?;
        let shown = with_vectors(EMBED_IMAGE_VECTORS, chunk.shots, image_vectors, pictures)?;
        Ok(Self {
            source: chunk.source,
            language: chunk.language,
            text_model: chunk.text_model,
            said,
            written,
            image_model: chunk.image_model,
            shown,
        })
    }

    /// One document a passage, a written text and a shot, each under its `_id`. `record` says what the video is called
    /// and `video` which indexing of it the chunk belongs to.
    #[must_use]
    pub fn documents(
        self,
        record: &VideoRecord,
        video: &VideoRef,
        chunk_index: u32,
    ) -> Vec<(String, SegmentDocument)> {
        let Self {
            source,
            language,
            text_model,
            said,
            written,
            image_model,
            shown,
        } = self;
        // Where nothing was said in the chunk: what was given, or found in this very generation, which is served then.
        // Else finalize-video gives it later.
        let is_served = record.serving_generation == Some(video.generation);
        let found = record.found_language.as_ref().filter(|_| is_served);
        let of_video = record.language.as_ref().or(found);
        let language = language.as_ref().or(of_video);
        let empty = |channel, start_ms, end_ms| SegmentDocument {
            chunk: Some(chunk_index),
            language: language.cloned(),
            tags: record.tags.clone(),
            created_at: Some(record.created_at.clone()),
            duration_ms: record.duration_of(video.generation),
            ..SegmentDocument::empty(video, channel, TimeRange { start_ms, end_ms })
        };
        let of_text = |channel, (passage, vector): (Passage, Vec<f32>)| SegmentDocument {
            text: Some(passage.text),
            text_vector: Some(vector),
            text_model: Some(text_model.clone()),
            thumbnail_key: passage.thumbnail_key,
            ..empty(channel, passage.start_ms, passage.end_ms)
        };
        let of_shot = |(shot, vector): (Shot, Vec<f32>)| SegmentDocument {
            image_vector: Some(vector),
            image_model: image_model.clone(),
            labels: shot.labels,
            thumbnail_key: Some(shot.thumbnail_key),
            ..empty(Channel::Visual, shot.start_ms, shot.end_ms)
        };
        // Without a source there are no passages either.
        let channel = source.channel().unwrap_or(Channel::Speech);
        let said = said.into_iter().map(|passage| of_text(channel, passage));
        let written = written
            .into_iter()
            .map(|passage| of_text(Channel::ScreenText, passage));
        let shown = shown.into_iter().map(of_shot);
        named(said)
            .chain(named(written))
            .chain(named(shown))
            .collect()
    }
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
    name: &'static str,
    items: Vec<Item>,
    bytes: &[u8],
    dimensions: u32,
) -> Result<Vec<(Item, Vec<f32>)>, EmbeddingError> {
    let row_bytes = dimensions as usize * size_of::<f32>();
    if bytes.len() != row_bytes * items.len() {
        return Err(EmbeddingError::Vectors(name));
    }
    let rows = bytes.chunks_exact(row_bytes.max(1)).map(floats);
    Ok(items.into_iter().zip(rows).collect())
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let words = bytes.as_chunks::<4>().0;
    words.iter().map(|word| f32::from_le_bytes(*word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::api::Origin;

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
            warnings: Vec::new(),
        }
    }

    fn bytes(values: &[f32]) -> Vec<u8> {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        bytes.collect()
    }

    fn documents(embedding: Embedding) -> Vec<(String, SegmentDocument)> {
        let record = VideoRecord::new("w".into(), "v".into(), Origin::Upload, "s".into());
        embedding.documents(&record, &record.video_ref(), 3)
    }

    fn build(said: u64, vectors: &[f32]) -> Result<Embedding, EmbeddingError> {
        Embedding::new(embedded(said), &bytes(vectors), &[], &[])
    }

    #[test]
    fn each_passage_has_its_own_vector_and_id() {
        let made = documents(build(2, &[1.0, 0.0, 0.0, 1.0]).unwrap());
        assert_eq!(made[1].0, "v:0:subtitle:00003:00001");
        assert_eq!(made[1].1.text_vector.as_deref(), Some(&[0.0, 1.0][..]));
        assert_eq!(documents(build(0, &[]).unwrap()), []);
    }

    /// A chunk with a document for each channel.
    fn said_written_and_shown(language: Option<&str>) -> Embedding {
        let shot = Shot {
            start_ms: 0,
            end_ms: 8000,
            frame_ms: 4000,
            thumbnail_key: "t".into(),
            labels: vec!["koala".into()],
        };
        let chunk = EmbeddedChunk {
            language: language.map(str::to_owned),
            screen_texts: passages(1),
            shots: vec![shot],
            image_model: Some("i".into()),
            image_dimensions: 3,
            ..embedded(1)
        };
        let (said, written, shown) = (
            bytes(&[1.0, 0.0]),
            bytes(&[0.0, 1.0]),
            bytes(&[0.0, 0.0, 1.0]),
        );
        Embedding::new(chunk, &said, &written, &shown).unwrap()
    }

    #[test]
    fn every_document_has_what_filters_ask_for() {
        let record = VideoRecord {
            tags: vec!["a".into()],
            duration_ms: Some(60_000),
            found_language: Some("de".into()),
            serving_generation: Some(0),
            created_at: "2026-11-26T10:00:00.000Z".into(),
            ..VideoRecord::new("w".into(), "v".into(), Origin::Upload, "s".into())
        };
        for (of_words, expected) in [(Some("en"), "en"), (None, "de")] {
            let embedding = said_written_and_shown(of_words);
            for (id, document) in embedding.documents(&record, &record.video_ref(), 3) {
                assert_eq!(document.language.as_deref(), Some(expected), "{id}");
                assert_eq!(document.tags, ["a"], "{id}");
                assert_eq!(document.duration_ms, Some(60_000), "{id}");
                let created_at = document.created_at.as_deref();
                assert_eq!(created_at, Some("2026-11-26T10:00:00.000Z"), "{id}");
            }
        }
    }

    #[test]
    fn what_is_shown_and_written_has_documents_of_its_own() {
        let made = documents(said_written_and_shown(Some("en")));
        let ids: Vec<&str> = made.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "v:0:subtitle:00003:00000",
                "v:0:screen-text:00003:00000",
                "v:0:visual:00003:00000"
            ]
        );
        let shot = &made[2].1;
        assert_eq!(shot.image_vector.as_deref(), Some(&[0.0, 0.0, 1.0][..]));
        assert_eq!(shot.labels, ["koala"]);
        assert_eq!(
            (shot.text.as_ref(), shot.text_vector.as_ref()),
            (None, None)
        );
        assert_eq!(made[1].1.text_vector.as_deref(), Some(&[0.0, 1.0][..]));
    }

    #[test]
    fn vectors_that_do_not_fit_are_refused() {
        let error = build(2, &[1.0, 0.0]).unwrap_err();
        assert_eq!(error.error_name(), ErrorName::Incompatible);
    }
}
