//! From cues to passages, and from hits to moments. Pure: no I/O, no clock, no OpenSearch.
//!
//! - [`passages`] makes searchable passages of a sentence or a few out of subtitle cues or recognised segments.
//! - [`find_moments`] fuses what several retrievers found by reciprocal rank and merges hits that are one
//!   moment.
//! - [`ends_sentence`] and [`is_last_of_sentence`] tell where sentences end.
//! - [`parse_query`] takes the operators out of a query.
//! - [`number_forms`] says a query's numbers in digits and in words.
//! - [`Cursor`] pages through moments.

mod cursor;
mod fusion;
mod hit;
mod merge;
mod numbers;
mod operators;
mod passages;
mod sentences;

pub use cursor::{Cursor, CursorError};
pub use fusion::{Found, FoundMoment, find_moments};
pub use hit::{Hit, RankedHits, Relevance, Retriever};
pub use numbers::number_forms;
pub use operators::{ParsedQuery, Sequence, parse_query};
pub use passages::passages;
pub use sentences::{ends_sentence, is_last_of_sentence};
