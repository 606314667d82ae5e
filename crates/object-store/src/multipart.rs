//! Uploads in parts.

use crate::{ObjectStore, StoreError};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart as S3Part};
use contracts::api::CompletedPart;

impl ObjectStore {
    /// Begins an upload in parts and answers S3's id of it.
    ///
    /// # Errors
    /// S3 does not answer.
    pub async fn create_multipart(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<String, StoreError> {
        let answer = self
            .client
            .create_multipart_upload()
            .bucket(bucket)
            .key(key)
            .content_type(content_type)
            .send()
            .await
            .map_err(|error| StoreError::of(&error, key))?;
        answer
            .upload_id
            .ok_or_else(|| StoreError::Unavailable("S3 gave no upload id".to_owned()))
    }

    /// Puts the parts of an upload together.
    ///
    /// # Errors
    /// [`StoreError::InvalidUpload`] where a part is missing, too small or not the one named.
    pub async fn complete_multipart(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
        parts: &[CompletedPart],
    ) -> Result<(), StoreError> {
        let mut parts = parts.to_vec();
        parts.sort_by_key(|part| part.part_number);
        let parts = parts
            .into_iter()
            .map(|part| {
                S3Part::builder()
                    .part_number(i32::try_from(part.part_number).unwrap_or(i32::MAX))
                    .e_tag(part.etag)
                    .build()
            })
            .collect();
        self.client
            .complete_multipart_upload()
            .bucket(bucket)
            .key(key)
            .upload_id(upload_id)
            .multipart_upload(
                CompletedMultipartUpload::builder()
                    .set_parts(Some(parts))
                    .build(),
            )
            .send()
            .await
            .map_err(|error| StoreError::of(&error, key))?;
        Ok(())
    }
}
