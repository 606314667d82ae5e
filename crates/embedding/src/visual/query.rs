//! The text side: a query in, one unit vector among the pictures' out.

use super::{
    bridge::BridgeQueries,
    files::{Config, Family},
    tokens::TokenQueries,
    tower::Tower,
};
use crate::{EmbeddingError, TextEmbedder};
use onnx::Runtime;
use std::{fmt::Debug, num::NonZeroUsize, path::Path, sync::Arc};

/// Embeds texts in the space of a model's pictures.
pub trait VisualQueryEmbedder: Debug + Send + Sync {
    /// The name under which an index knows this model's vectors.
    fn model_name(&self) -> &str;

    /// Length of a vector, the same as that of the model's pictures.
    fn dimensions(&self) -> usize;

    /// Whether this is vindex's stand-in, which knows 1,000 nouns and no more; whoever shows its results should say so.
    fn is_stand_in(&self) -> bool;

    /// The text's vector, of length 1. What is longer than the model takes is cut. Blocks for some milliseconds.
    ///
    /// # Errors
    /// The tokenizer or the model fails on the text, or the model gives something else than it should.
    fn embed(&self, text: &str) -> Result<Vec<f32>, EmbeddingError>;
}

/// Opens the text side of the model in `folder`, which an index knows as `name`, computing on `threads` threads. The
/// stand-in works on the vectors of `texts`, and can't be opened without; other models don't need it.
///
/// # Errors
/// A missing or damaged file, or a model that is not one of those this crate understands.
pub fn open_visual_queries(
    folder: &Path,
    name: &str,
    runtime: &Runtime,
    threads: NonZeroUsize,
    texts: Option<&Arc<TextEmbedder>>,
) -> Result<Arc<dyn VisualQueryEmbedder>, EmbeddingError> {
    let config = Config::read(folder)?;
    let tower = Tower::open(&folder.join("text_model.onnx"), name, runtime, threads)?;
    Ok(match config.model_type {
        Family::VisualBridge => Arc::new(BridgeQueries::new(&config, tower, texts)?),
        Family::Clip | Family::Siglip => Arc::new(TokenQueries::open(folder, &config, tower)?),
    })
}
