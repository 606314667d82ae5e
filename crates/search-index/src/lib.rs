//! The search index in OpenSearch: made, written, asked and cleaned here and nowhere else.
//!
//! Everything goes through an alias, so that an index can be replaced behind it: a new one is filled beside it
//! ([`SearchIndex::begin_next`]) and takes its place in one request ([`SearchIndex::switch`]). Only these calls and
//! [`SearchIndex::prepare`] make an index; a write of documents never does. What is deleted or renamed is so wherever
//! an index stands ([`Place`]). An index that stands nowhere is removed with the next one that is dropped: one whose
//! removal was cut off, or an empty one that a server with `action.auto_create_index` makes where documents are changed
//! in an index that has just been dropped. Requests are signed (SigV4, service `es`) where credentials exist; a local
//! server ignores the signature.

mod clauses;
mod client;
mod engine;
mod error;
mod filters;
mod highlights;
mod languages;
mod maintain;
mod mapping;
mod nearest;
mod place;
mod prepare;
mod query;
mod read;
mod rewrite;
mod search;
mod segment;
mod statistics;
mod switch;
mod whole;
mod write;

pub use client::SearchIndex;
pub use error::SearchIndexError;
pub use filters::Filters;
pub use highlights::Highlights;
pub use mapping::{VectorSpace, VectorSpaces};
pub use nearest::{Near, VectorField};
pub use place::{Place, Standing};
pub use prepare::Prepared;
pub use query::QueryPlan;
pub use search::Answers;
pub use statistics::Statistics;
