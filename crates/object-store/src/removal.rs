//! Removing everything under a prefix.

use crate::{ObjectStore, StoreError};
use aws_sdk_s3::{
    operation::list_object_versions::ListObjectVersionsOutput,
    types::{Delete, ObjectIdentifier},
};

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

    /// Removes one version of an object and everything under it: older versions, and delete markers. What was put on top
    /// of it stays; answers how many went, and whether there is such.
    ///
    /// # Errors
    /// As [`Self::remove_prefix`].
    pub async fn remove_version(
        &self,
        bucket: &str,
        key: &str,
        version_id: &str,
    ) -> Result<(u64, bool), StoreError> {
        let mut removed = 0;
        loop {
            let page = self.list_versions(bucket, key).await?;
            // The newest first.
            let versions: Vec<&str> = page
                .versions()
                .iter()
                .filter(|version| version.key() == Some(key))
                .filter_map(|version| version.version_id())
                .collect();
            let Some(at) = versions.iter().position(|version| *version == version_id) else {
                return Ok((removed, !versions.is_empty()));
            };
            let markers = page
                .delete_markers()
                .iter()
                .filter(|marker| marker.key() == Some(key))
                .filter_map(|marker| marker.version_id());
            let mut under: Vec<&str> = versions[at + 1..].iter().copied().chain(markers).collect();
            // Itself last, by which a run that was killed is known not to have ended.
            if under.is_empty() {
                under.push(version_id);
            }
            let identifiers = under.into_iter().filter_map(|version| {
                let identifier = ObjectIdentifier::builder().key(key).version_id(version);
                identifier.build().ok()
            });
            let identifiers: Vec<ObjectIdentifier> = identifiers.collect();
            removed += identifiers.len() as u64;
            self.remove_versions(bucket, key, identifiers).await?;
        }
    }

    async fn list_versions(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> Result<ListObjectVersionsOutput, StoreError> {
        let request = self
            .client
            .list_object_versions()
            .bucket(bucket)
            .prefix(prefix);
        request
            .send()
            .await
            .map_err(|error| StoreError::of(&error, prefix))
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
            let page = self.list_versions(bucket, prefix).await?;
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
