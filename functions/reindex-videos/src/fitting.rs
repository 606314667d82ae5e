//! Vectors of the models that an index is for.

use crate::{Dependencies, missing::IndexedChunk};
use contracts::{ErrorName, artifacts::frame_name};
use documents::Embedding;
use embedding::{EmbeddedImage, EmbeddersByName, PictureLimits, decode_picture};
use lambda_kit::{TaskError, required_field};
use object_store::pack::Pack;
use search_index::VectorSpaces;
use std::sync::Arc;

/// The embedding with vectors of these models. Those that are of them already are kept as they are.
pub(crate) async fn fit(
    deps: &Dependencies,
    mut embedding: Embedding,
    spaces: &VectorSpaces,
    chunk: &IndexedChunk,
) -> Result<Embedding, TaskError> {
    if embedding.text_model != spaces.text.model {
        let texts = texts(&embedding);
        let rows = embed_texts(&deps.models, &spaces.text.model, texts).await?;
        put_texts(&mut embedding, &spaces.text.model, rows);
    }
    let is_shown = !embedding.shown.is_empty();
    if is_shown && embedding.image_model.as_ref() != Some(&spaces.image.model) {
        let extract_key = required_field(&chunk.extract_key, "output of extract-chunk")?;
        let frames = deps
            .store
            .read_pack(&deps.derived_bucket, extract_key)
            .await?;
        let times = embedding.shown.iter().map(|(shot, _)| shot.frame_ms);
        let times = times.collect();
        let pictures = embed_frames(&deps.models, &spaces.image.model, frames, times).await?;
        put_pictures(&mut embedding, &spaces.image.model, pictures);
    }
    Ok(embedding)
}

/// Everything that has a vector among texts, in order.
fn texts(embedding: &Embedding) -> Vec<String> {
    let passages = embedding.said.iter().chain(&embedding.written);
    passages.map(|(passage, _)| passage.text.clone()).collect()
}

/// Gives what [`texts`] named its vectors.
fn put_texts(embedding: &mut Embedding, model: &str, rows: Vec<Vec<f32>>) {
    let passages = embedding.said.iter_mut().chain(&mut embedding.written);
    for ((_, vector), row) in passages.zip(rows) {
        *vector = row;
    }
    model.clone_into(&mut embedding.text_model);
}

/// Gives the shots their vectors, and what the other model sees in them.
fn put_pictures(embedding: &mut Embedding, model: &str, pictures: Vec<EmbeddedImage>) {
    for ((shot, vector), picture) in embedding.shown.iter_mut().zip(pictures) {
        *vector = picture.vector;
        shot.labels = picture.labels.into_iter().map(|label| label.name).collect();
    }
    embedding.image_model = Some(model.to_owned());
}

async fn embed_texts(
    models: &Arc<EmbeddersByName>,
    model: &str,
    texts: Vec<String>,
) -> Result<Vec<Vec<f32>>, TaskError> {
    let (models, model) = (Arc::clone(models), model.to_owned());
    in_background(move || {
        let embedder = models.text(&model)?;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        Ok(embedder.embed(&texts)?)
    })
    .await
}

async fn embed_frames(
    models: &Arc<EmbeddersByName>,
    model: &str,
    frames: Pack,
    times_ms: Vec<u64>,
) -> Result<Vec<EmbeddedImage>, TaskError> {
    let (models, model) = (Arc::clone(models), model.to_owned());
    in_background(move || {
        let embedder = models.image(&model)?;
        let embed = |time_ms: &u64| {
            let name = frame_name(*time_ms);
            let broken = || {
                let message = format!("the pack of a chunk has no picture {name}");
                TaskError::new(ErrorName::Incompatible, message)
            };
            let file = frames.get(&name).ok_or_else(broken)?;
            let picture = decode_picture(&file, PictureLimits::default()).map_err(|_| broken())?;
            Ok(embedder.embed(&picture)?)
        };
        times_ms.iter().map(embed).collect()
    })
    .await
}

/// Runs what blocks for long on a thread of its own.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TaskError> + Send + 'static,
) -> Result<T, TaskError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| TaskError::caused(ErrorName::ToolFailed, error))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::artifacts::{Passage, Shot, TranscriptSource};
    use embedding::Label;

    fn passage(text: &str) -> (Passage, Vec<f32>) {
        let passage = Passage {
            start_ms: 0,
            end_ms: 1,
            text: text.to_owned(),
            thumbnail_key: None,
        };
        (passage, vec![0.0])
    }

    fn embedding() -> Embedding {
        let shot = Shot {
            start_ms: 0,
            end_ms: 1,
            frame_ms: 0,
            thumbnail_key: "t".into(),
            labels: vec!["old".into()],
        };
        Embedding {
            source: TranscriptSource::Speech,
            language: None,
            text_model: "m".into(),
            said: vec![passage("a"), passage("b")],
            written: vec![passage("c")],
            image_model: Some("i".into()),
            shown: vec![(shot, vec![0.0])],
        }
    }

    #[test]
    fn every_text_gets_the_vector_of_its_own_words() {
        let mut embedding = embedding();
        assert_eq!(texts(&embedding), ["a", "b", "c"]);
        put_texts(&mut embedding, "n", vec![vec![1.0], vec![2.0], vec![3.0]]);
        let of = |list: &[(Passage, Vec<f32>)]| -> Vec<f32> {
            list.iter().flat_map(|(_, vector)| vector.clone()).collect()
        };
        assert_eq!(of(&embedding.said), [1.0, 2.0]);
        assert_eq!(of(&embedding.written), [3.0]);
        assert_eq!(embedding.text_model, "n");
        assert_eq!(embedding.image_model.as_deref(), Some("i"));
    }

    #[test]
    fn a_shot_is_called_what_the_other_model_sees() {
        let mut embedding = embedding();
        let label = Label {
            name: "new".into(),
            probability: 1.0,
        };
        let picture = EmbeddedImage {
            vector: vec![4.0],
            labels: vec![label],
        };
        put_pictures(&mut embedding, "j", vec![picture]);
        let (shot, vector) = &embedding.shown[0];
        assert_eq!(
            (shot.labels[0].as_str(), vector.as_slice()),
            ("new", &[4.0][..])
        );
        assert_eq!(embedding.image_model.as_deref(), Some("j"));
        assert_eq!(embedding.text_model, "m");
    }
}
