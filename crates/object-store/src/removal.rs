//! Removing everything under a prefix.

use crate::{ObjectStore, StoreError};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

impl ObjectStore {
    /// Removes every object, version and delete marker under a prefix, and answers how many.
    ///
    /// # Errors
    /// S3 does not answer. What is gone by then stays gone: call it again.
    pub async fn remove_prefix(&self, bucket: &str, prefix: &str) -> Result<u64, StoreError> {
        self.remove_matching(bucket, prefix, |_| true).await
    }

    /// Removes every version and delete marker of one object, and answers how many.
    ///
    /// # Errors
    /// As [`Self::remove_prefix`].
    pub async fn remove_object(&self, bucket: &str, key: &str) -> Result<u64, StoreError> {
        self.remove_matching(bucket, key, |found| found == key)
            .await
    }

    async fn remove_matching(
        &self,
        bucket: &str,
        prefix: &str,
        matches: impl Fn(&str) -> bool,
    ) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            // Asked anew each time, since what was listed is gone afterwards.
            let page = self
                .client
                .list_object_versions()
                .bucket(bucket)
                .prefix(prefix)
                .send()
                .await
                .map_err(|error| StoreError::of(&error, prefix))?;
            let versions = page
                .versions()
                .iter()
                .map(|version| (version.key(), version.version_id()));
            let markers = page
                .delete_markers()
                .iter()
                .map(|marker| (marker.key(), marker.version_id()));
            let identifiers: Vec<ObjectIdentifier> = versions
                .chain(markers)
                .filter_map(|(key, version)| {
                    ObjectIdentifier::builder()
                        .key(key.filter(|key| matches(key))?)
                        .set_version_id(version.map(str::to_owned))
                        .build()
                        .ok()
                })
                .collect();
            if identifiers.is_empty() {
                return Ok(removed);
            }
            removed += identifiers.len() as u64;
            self.remove_versions(bucket, prefix, identifiers).await?;
        }
    }

    async fn remove_versions(
        &self,
        bucket: &str,
        prefix: &str,
        identifiers: Vec<ObjectIdentifier>,
    ) -> Result<(), StoreError> {
        let delete = Delete::builder()
            .set_objects(Some(identifiers))
            .quiet(true)
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let answer = self
            .client
            .delete_objects()
            .bucket(bucket)
            .delete(delete)
            .send()
            .await
            .map_err(|error| StoreError::of(&error, prefix))?;
        match answer.errors().first() {
            None => Ok(()),
            Some(error) => Err(StoreError::Unavailable(format!(
                "{} objects could not be removed, the first because: {}",
                answer.errors().len(),
                error.message().unwrap_or("no reason given")
            ))),
        }
    }
}
