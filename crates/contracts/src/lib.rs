//! Everything that crosses a process boundary in vindex: task payloads, API types, error names,
//! environment variable names, object keys, stored documents and limits.
//!
//! A type that has shipped only ever gains optional fields: yesterday's JSON must still parse.

pub mod api;
pub mod artifacts;
pub mod env;
pub mod errors;
pub mod feedback;
pub mod ids;
pub mod keys;
pub mod limits;
pub mod media;
pub mod reindex;
pub mod segments;
pub mod tasks;

pub use errors::{ErrorClass, ErrorName, NamedError};
pub use ids::{Generation, VideoId, Workspace};
