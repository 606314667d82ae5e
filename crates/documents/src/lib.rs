//! Documents of the search index, made of what earlier tasks left of a video. No I/O.
//!
//! A document has the same `_id` whoever makes it and into whichever index it goes: [`Embedding::documents`] numbers
//! what embed-chunk found in its order.

mod embedding;
mod title;

pub use embedding::{Embedding, EmbeddingError};
pub use title::title;
