//! From cues to passages, and from hits to moments. Pure: no I/O, no clock, no OpenSearch.
//!
//! - [`passages`] makes searchable passages of a sentence or a few out of subtitle cues or recognised segments.
//! - [`shortlist`] says which of the documents that several retrievers found are worth reading.
//! - [`find_moments`] fuses what several retrievers found by reciprocal rank and merges hits that are one
//!   moment.
//! - [`collapse_repeats`] makes one of moments with the same content.
//! - [`ends_sentence`] and [`is_last_of_sentence`] tell where sentences end.
//! - [`Judge`] says how likely a moment answers its query.
//! - [`parse_query`] takes the operators out of a query.
//! - [`number_forms`] says a query's numbers in digits and in words.
//! - [`join_sequences`] joins what comes soon after something else.
//! - [`Cursor`] pages through moments.

mod confidence;
mod cursor;
mod fusion;
mod hit;
mod merge;
mod numbers;
mod operators;
mod passages;
mod repeats;
mod sentences;
mod sequence;
mod shortlist;
mod snapping;
mod terms;

pub use confidence::{Chance, Judge, LEAST_CONFIDENCE, Signs};
pub use cursor::{Cursor, CursorError};
pub use fusion::{Found, FoundMoment, find_moments};
pub use hit::{Hit, RankedHits, Relevance, Retriever};
pub use numbers::number_forms;
pub use operators::{ParsedQuery, Sequence, parse_query};
pub use passages::passages;
pub use repeats::{Occurrence, at_most_per_video, collapse_repeats};
pub use sentences::{ends_sentence, is_last_of_sentence};
pub use sequence::join_sequences;
pub use shortlist::{Documents, RankedDocument, RankedDocuments, shortlist};
pub use terms::{QueryTerms, content_words};
