//! Objects in S3: reading and writing derived documents, packs of small files, presigned URLs,
//! uploads in parts, and removal of everything under a prefix.

mod error;
mod fingerprint;
mod multipart;
pub mod pack;
mod presign;
#[cfg(feature = "ranges")]
mod ranges;
mod removal;
mod store;

pub use error::StoreError;
pub use fingerprint::fingerprint;
#[cfg(feature = "ranges")]
pub use ranges::S3Source;
pub use store::{ObjectStore, Stat};
