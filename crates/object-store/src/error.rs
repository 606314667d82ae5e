//! What can go wrong with S3, split by what a caller does about it.

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use contracts::{ErrorName, NamedError};

/// A failure of the object store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such object, version or bucket.
    #[error("the object {0} does not exist")]
    NotFound(String),
    /// The function may not touch the object, or it does not exist and may not be listed.
    #[error("access to the object {0} is denied")]
    Denied(String),
    /// The object is not the version any more that the caller means.
    #[error("the object {0} was replaced meanwhile")]
    Replaced(String),
    /// S3 asks for fewer requests.
    #[error("the object store is throttled: {0}")]
    Throttled(String),
    /// S3 did not answer as it should.
    #[error("the object store does not answer: {0}")]
    Unavailable(String),
    /// An object is larger than the caller takes.
    #[error("the object {key} has {size_bytes} bytes, more than the {limit_bytes} allowed")]
    TooLarge {
        /// Which object.
        key: String,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// A derived object is not what this release writes.
    #[error("the derived object {key} does not parse: {reason}")]
    Malformed {
        /// Which object.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// S3 refused the parts of an upload.
    #[error("the upload can't be completed: {0}")]
    InvalidUpload(String),
}

impl NamedError for StoreError {
    fn error_name(&self) -> ErrorName {
        match self {
            Self::NotFound(_) | Self::Denied(_) | Self::Replaced(_) => ErrorName::SourceMissing,
            Self::Throttled(_) => ErrorName::Throttled,
            Self::Unavailable(_) => ErrorName::StorageUnavailable,
            Self::TooLarge { .. } => ErrorName::SourceTooLarge,
            Self::Malformed { .. } => ErrorName::Incompatible,
            Self::InvalidUpload(_) => ErrorName::InvalidRequest,
        }
    }
}

impl StoreError {
    pub(crate) fn of<E, R>(error: &SdkError<E, R>, key: &str) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let code = error.code().unwrap_or_default();
        match code {
            "NoSuchKey" | "NotFound" | "NoSuchVersion" | "NoSuchBucket" => {
                Self::NotFound(key.to_owned())
            }
            "PreconditionFailed" => Self::Replaced(key.to_owned()),
            "AccessDenied" | "Forbidden" => Self::Denied(key.to_owned()),
            "SlowDown" | "ServiceUnavailable" | "RequestLimitExceeded" => {
                Self::Throttled(DisplayErrorContext(error).to_string())
            }
            "InvalidPart" | "InvalidPartOrder" | "EntityTooSmall" | "NoSuchUpload" => {
                Self::InvalidUpload(error.message().unwrap_or(code).to_owned())
            }
            _ => Self::Unavailable(DisplayErrorContext(error).to_string()),
        }
    }
}
