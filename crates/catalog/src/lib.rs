//! Videos, and the runs of their tasks, in one DynamoDB table.
//!
//! | item | `pk` | `sk` |
//! |---|---|---|
//! | video | workspace | `video#{video_id}` |
//! | task run | workspace | `task#{video_id}#{generation}#{stage}#{chunk}` |
//! | run that fills an index | `#reindex` | `run` |
//!
//! Only videos carry `created_at`, so the index `created` (`pk`, `created_at`) lists them by age.

mod claim;
mod error;
mod keys;
mod lifecycle;
mod progress;
mod record;
mod reindex;
mod store;
mod tasks;

pub use claim::{ArrivedObject, Claim};
pub use error::CatalogError;
pub use lifecycle::{FailureOutcome, ReadyVideo};
pub use progress::Plan;
pub use record::VideoRecord;
pub use reindex::{ReindexRecord, ServedPage};
pub use store::{Catalog, VideoPage};
pub use tasks::{TaskOutput, TaskRecord};
