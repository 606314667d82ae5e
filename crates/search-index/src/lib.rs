//! The search index in OpenSearch: made, written, asked and cleaned here and nowhere else.
//!
//! Everything goes through an alias, so that an index can be replaced behind it. Only [`SearchIndex::prepare`]
//! makes an index; a write never does. Requests are signed (SigV4, service `es`) where credentials exist; a
//! local server ignores the signature.

mod clauses;
mod client;
mod error;
mod filters;
mod highlights;
mod languages;
mod maintain;
mod mapping;
mod prepare;
mod query;
mod search;
mod segment;
mod statistics;
mod write;

pub use client::SearchIndex;
pub use error::SearchIndexError;
pub use filters::Filters;
pub use mapping::{VectorSpace, VectorSpaces};
pub use prepare::Prepared;
pub use query::QueryPlan;
pub use search::Answers;
pub use statistics::Statistics;
