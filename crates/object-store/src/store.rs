//! Reading and writing whole objects.

use crate::StoreError;
use aws_config::SdkConfig;
use aws_sdk_s3::{Client, primitives::ByteStream, types::ChecksumMode};
use bytes::Bytes;
use contracts::tasks::ObjectRef;
use serde::{Serialize, de::DeserializeOwned};
use std::{ops::Range, path::Path};

/// Objects of any bucket that the function may touch.
#[derive(Clone, Debug)]
pub struct ObjectStore {
    pub(crate) client: Client,
}

/// What S3 says of an object without giving its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Bytes.
    pub size_bytes: u64,
    /// Version, where the bucket has versions.
    pub version_id: Option<String>,
    /// Entity tag without quotes.
    pub etag: Option<String>,
}

impl ObjectStore {
    /// The store behind an AWS configuration. A custom endpoint is addressed by path.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let settings = aws_sdk_s3::config::Builder::from(config)
            .force_path_style(config.endpoint_url().is_some())
            .build();
        Self {
            client: Client::from_conf(settings),
        }
    }

    /// Size and version of an object.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none.
    pub async fn stat(&self, object: &ObjectRef) -> Result<Stat, StoreError> {
        let head = self
            .client
            .head_object()
            .bucket(&object.bucket)
            .key(&object.key)
            .set_version_id(object.version_id.clone())
            .send()
            .await
            .map_err(|error| StoreError::of(&error, &object.key))?;
        Ok(Stat {
            size_bytes: head
                .content_length()
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or(0),
            version_id: head
                .version_id()
                .filter(|id| *id != "null")
                .map(str::to_owned),
            etag: head.e_tag().map(|etag| etag.trim_matches('"').to_owned()),
        })
    }

    /// The object at its present version, or `None` where there is none.
    ///
    /// # Errors
    /// S3 does not answer.
    pub async fn find(&self, object: &ObjectRef) -> Result<Option<ObjectRef>, StoreError> {
        match self.stat(object).await {
            Ok(stat) => Ok(Some(ObjectRef {
                version_id: stat.version_id,
                etag: stat.etag,
                ..object.clone()
            })),
            // Without the right to list a bucket, S3 answers "denied" for what does not exist.
            Err(StoreError::NotFound(_) | StoreError::Denied(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An object's bytes, if it has no more than `limit_bytes`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::TooLarge`], or S3 does not answer.
    pub async fn read(&self, object: &ObjectRef, limit_bytes: u64) -> Result<Bytes, StoreError> {
        let answer = self
            .client
            .get_object()
            .bucket(&object.bucket)
            .key(&object.key)
            .set_version_id(object.version_id.clone())
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await
            .map_err(|error| StoreError::of(&error, &object.key))?;
        let size_bytes = answer
            .content_length()
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or(0);
        if size_bytes > limit_bytes {
            return Err(StoreError::TooLarge {
                key: object.key.clone(),
                size_bytes,
                limit_bytes,
            });
        }
        let body = answer
            .body
            .collect()
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(body.into_bytes())
    }

    /// A derived JSON document.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where it is not what this release reads.
    pub async fn read_json<T: DeserializeOwned>(
        &self,
        bucket: &str,
        key: &str,
    ) -> Result<T, StoreError> {
        let bytes = self.read(&derived(bucket, key), u64::MAX).await?;
        serde_json::from_slice(&bytes).map_err(|error| malformed(key, &error))
    }

    /// A derived JSON document, or `None` where it has not been written.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where it is not what this release reads.
    pub async fn find_json<T: DeserializeOwned>(
        &self,
        bucket: &str,
        key: &str,
    ) -> Result<Option<T>, StoreError> {
        match self.read_json(bucket, key).await {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::NotFound(_) | StoreError::Denied(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Some bytes of a derived object, as far as it has them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or S3 does not answer.
    pub(crate) async fn read_range(
        &self,
        bucket: &str,
        key: &str,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        let answer = self
            .client
            .get_object()
            .bucket(bucket)
            .key(key)
            .range(format!(
                "bytes={}-{}",
                range.start,
                range.end.saturating_sub(1)
            ))
            .send()
            .await
            .map_err(|error| StoreError::of(&error, key))?;
        let body = answer
            .body
            .collect()
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(body.into_bytes())
    }

    /// Whether a derived object is there.
    ///
    /// # Errors
    /// S3 does not answer.
    pub async fn exists(&self, bucket: &str, key: &str) -> Result<bool, StoreError> {
        Ok(self.find(&derived(bucket, key)).await?.is_some())
    }

    /// Writes a derived object, replacing what lay under the key.
    ///
    /// # Errors
    /// S3 does not answer.
    pub async fn write(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Result<(), StoreError> {
        self.put(bucket, key, content_type, ByteStream::from(body.into()))
            .await
    }

    /// Writes a derived JSON document, replacing what lay under the key.
    ///
    /// # Errors
    /// S3 does not answer.
    pub async fn write_json(
        &self,
        bucket: &str,
        key: &str,
        value: &impl Serialize,
    ) -> Result<(), StoreError> {
        let body = serde_json::to_vec(value).map_err(|error| malformed(key, &error))?;
        self.write(bucket, key, "application/json", body).await
    }

    /// Writes a file of up to 5 GB as one object.
    ///
    /// # Errors
    /// The file can't be read or S3 does not answer.
    pub async fn write_file(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        path: &Path,
    ) -> Result<(), StoreError> {
        let body = ByteStream::from_path(path)
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        self.put(bucket, key, content_type, body).await
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        body: ByteStream,
    ) -> Result<(), StoreError> {
        self.client
            .put_object()
            .bucket(bucket)
            .key(key)
            .content_type(content_type)
            .body(body)
            .send()
            .await
            .map_err(|error| StoreError::of(&error, key))?;
        Ok(())
    }
}

pub(crate) fn derived(bucket: &str, key: &str) -> ObjectRef {
    ObjectRef {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version_id: None,
        etag: None,
    }
}

pub(crate) fn malformed(key: &str, reason: &impl ToString) -> StoreError {
    StoreError::Malformed {
        key: key.to_owned(),
        reason: reason.to_string(),
    }
}
