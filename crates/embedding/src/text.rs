//! The text model: tokens in, one unit vector out.

use crate::{EmbeddingError, vector::unit};
use models::{Model, ModelFolder, Pooling, TextInterface};
use onnx::Runtime;
use ort::{
    session::{Session, SessionInputValue},
    value::Tensor,
};
use std::{
    borrow::Cow,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use tokenizers::{Tokenizer, TruncationParams};

/// What an input of the model is fed with.
#[derive(Clone, Copy, Debug)]
enum Input {
    TokenIds,
    AttentionMask,
    TypeIds,
}

/// Embeds texts. Shared between tasks; one text is computed at a time.
#[derive(Debug)]
pub struct TextEmbedder {
    model: &'static Model,
    interface: &'static TextInterface,
    tokenizer: Tokenizer,
    inputs: Vec<Input>,
    session: Mutex<Session>,
}

impl TextEmbedder {
    /// Opens the model in `folder`, computing on `threads` threads.
    ///
    /// # Errors
    /// A damaged file, a model for something else, or one whose inputs or output are not those of a Hugging Face
    /// ONNX export.
    pub fn open(
        folder: &ModelFolder,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, EmbeddingError> {
        let model = folder.model();
        let interface = model
            .text
            .as_ref()
            .ok_or_else(|| EmbeddingError::Interface {
                name: model.name.clone(),
                reason: format!("it is a model for {}", model.role),
            })?;
        let tokenizer = open_tokenizer(folder.file("tokenizer.json"), interface.max_tokens)?;
        let session = runtime.open(&folder.file("model.onnx"), threads)?;
        let inputs = session
            .inputs()
            .iter()
            .map(|input| match input.name() {
                "input_ids" => Ok(Input::TokenIds),
                "attention_mask" => Ok(Input::AttentionMask),
                "token_type_ids" => Ok(Input::TypeIds),
                other => Err(EmbeddingError::Interface {
                    name: model.name.clone(),
                    reason: format!("it has an input {other}"),
                }),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            model,
            interface,
            tokenizer,
            inputs,
            session: Mutex::new(session),
        })
    }

    /// The name under which an index knows this model's vectors.
    #[must_use]
    pub fn model_name(&self) -> &'static str {
        &self.model.name
    }

    /// What the manifest says of the model.
    #[must_use]
    pub fn interface(&self) -> &'static TextInterface {
        self.interface
    }

    /// Length of a vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.interface.dimensions
    }

    /// Whether the model was made for texts in this language (BCP 47); region and script don't matter.
    #[must_use]
    pub fn knows_language(&self, language: &str) -> bool {
        let primary = language.split(['-', '_']).next().unwrap_or(language);
        self.model
            .languages
            .iter()
            .any(|known| known.eq_ignore_ascii_case(primary))
    }

    /// The vector of length 1 of a query: its likeness to that of a text says how far the text answers it. What is
    /// longer than the model takes is cut. Blocks for some milliseconds.
    ///
    /// # Errors
    /// The tokenizer or the model fails on the text.
    pub fn embed_query(&self, query: &str) -> Result<Vec<f32>, EmbeddingError> {
        self.embed_one(&self.interface.query_prefix, query)
    }

    /// One vector of length 1 for each text that may answer a query, in order. Longer texts than the model takes are cut at its
    /// limit. Blocks for some milliseconds a text: in asynchronous code use [`Self::embed_in_background`].
    ///
    /// # Errors
    /// The tokenizer or the model fails on a text.
    pub fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbeddingError> {
        let prefix = &self.interface.passage_prefix;
        texts
            .iter()
            .map(|text| self.embed_one(prefix, text))
            .collect()
    }

    /// [`Self::embed`] on a thread for blocking work.
    ///
    /// # Errors
    /// As [`Self::embed`].
    pub async fn embed_in_background(
        self: &Arc<Self>,
        texts: Vec<String>,
    ) -> Result<Vec<Vec<f32>>, EmbeddingError> {
        let embedder = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            embedder.embed(&texts)
        })
        .await
        .map_err(EmbeddingError::Thread)?
    }

    fn embed_one(&self, prefix: &str, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let encoding = self
            .tokenizer
            .encode(format!("{prefix}{text}"), true)
            .map_err(EmbeddingError::Tokens)?;
        let failed = |source| EmbeddingError::Run {
            name: self.model.name.clone(),
            source,
        };
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::new();
        for input in &self.inputs {
            let (name, tokens) = match input {
                Input::TokenIds => ("input_ids", encoding.get_ids()),
                Input::AttentionMask => ("attention_mask", encoding.get_attention_mask()),
                Input::TypeIds => ("token_type_ids", encoding.get_type_ids()),
            };
            let values: Vec<i64> = tokens.iter().copied().map(i64::from).collect();
            let tensor = Tensor::from_array(([1, values.len()], values)).map_err(failed)?;
            inputs.push((name.into(), tensor.into()));
        }
        // A panic under the lock leaves no state behind that a later run could see.
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let outputs = session.run(inputs).map_err(failed)?;
        let (shape, values) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        let tokens = token_vectors(shape, values, self.interface.dimensions);
        let tokens = tokens.map_err(|reason| EmbeddingError::Interface {
            name: self.model.name.clone(),
            reason,
        })?;
        Ok(match self.interface.pooling {
            Pooling::Cls => unit(&tokens[..self.interface.dimensions]),
            // The mean without its division, which scaling to length 1 undoes.
            Pooling::Mean => unit(&sum(tokens, self.interface.dimensions)),
        })
    }
}

fn open_tokenizer(path: PathBuf, max_tokens: usize) -> Result<Tokenizer, EmbeddingError> {
    let read = || -> Result<Tokenizer, tokenizers::Error> {
        let mut tokenizer = Tokenizer::from_file(&path)?;
        // Files come with either switched on or off; a padded text has another vector.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(Some(TruncationParams {
            max_length: max_tokens,
            ..TruncationParams::default()
        }))?;
        Ok(tokenizer)
    };
    read().map_err(|source| EmbeddingError::TokenizerFile { path, source })
}

/// The vectors of one text's tokens, one after another; at least one.
fn token_vectors<'a>(
    shape: &[i64],
    values: &'a [f32],
    dimensions: usize,
) -> Result<&'a [f32], String> {
    match shape {
        [1, _, width] if usize::try_from(*width) == Ok(dimensions) => {
            let is_whole = values.len() >= dimensions && values.len().is_multiple_of(dimensions);
            is_whole
                .then_some(values)
                .ok_or_else(|| "its output is empty".to_owned())
        }
        _ => Err(format!(
            "its output has the shape {shape:?} instead of [1, tokens, {dimensions}]"
        )),
    }
}

/// The sum of vectors of a length.
fn sum(vectors: &[f32], dimensions: usize) -> Vec<f32> {
    let mut sum = vec![0.0; dimensions];
    for vector in vectors.chunks_exact(dimensions) {
        for (sum, value) in sum.iter_mut().zip(vector) {
            *sum += value;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_taken_as_one_text_of_the_right_width() {
        let values = [3.0, 4.0, 0.0, 0.0];
        let tokens = token_vectors(&[1, 2, 2], &values, 2).unwrap();
        assert_eq!(tokens, values);
        assert_eq!(sum(&[3.0, 4.0, 9.0, 1.0], 2), [12.0, 5.0]);
        for shape in [&[1, 4][..], &[2, 1, 2], &[1, 1, 4]] {
            assert!(token_vectors(shape, &values, 2).is_err(), "{shape:?}");
        }
        assert!(token_vectors(&[1, 0, 2], &[], 2).is_err());
    }
}
