//! Vectors of words.
//!
//! A [`TextEmbedder`] gives each text a vector of length 1; the cosine of two says how alike the texts are.
//! Texts are embedded one by one: an int8 model scales its activations over a whole batch, so that a text's
//! vector would depend on its neighbours, and a task run twice would write two different vectors.

mod text;

pub use text::{EmbeddingError, TextEmbedder};
