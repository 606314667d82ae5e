//! An object as a source of byte ranges for ffmpeg.

use crate::{ObjectStore, StoreError};
use bytes::Bytes;
use contracts::tasks::ObjectRef;
use media::{RangeSource, SourceError};

/// One version of an object, read by range.
///
/// The version is held to by its entity tag, not its version id: that holds in a bucket without versions
/// too, and a source that was replaced meanwhile is no longer worth reading, since its successor is
/// indexed by an execution of its own.
#[derive(Clone, Debug)]
pub struct S3Source {
    store: ObjectStore,
    object: ObjectRef,
    size_bytes: u64,
}

impl S3Source {
    /// The object and its size, which every range is checked against.
    #[must_use]
    pub fn new(store: ObjectStore, object: ObjectRef, size_bytes: u64) -> Self {
        Self {
            store,
            object,
            size_bytes,
        }
    }
}

#[async_trait::async_trait]
impl RangeSource for S3Source {
    async fn read(&self, start: u64, end_exclusive: u64) -> Result<Bytes, SourceError> {
        let read = async {
            let answer = self
                .store
                .client
                .get_object()
                .bucket(&self.object.bucket)
                .key(&self.object.key)
                .set_if_match(self.object.etag.as_ref().map(|etag| format!("\"{etag}\"")))
                .range(format!("bytes={start}-{}", end_exclusive.saturating_sub(1)))
                .send()
                .await
                .map_err(|error| StoreError::of(&error, &self.object.key))?;
            let body = answer
                .body
                .collect()
                .await
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            Ok::<Bytes, StoreError>(body.into_bytes())
        };
        read.await.map_err(|error| match error {
            StoreError::NotFound(_) | StoreError::Denied(_) | StoreError::Replaced(_) => {
                SourceError::Permanent {
                    source: Box::new(error),
                }
            }
            error => SourceError::Transient {
                start,
                end_exclusive,
                source: Box::new(error),
            },
        })
    }

    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}
