//! What can go wrong with the catalog, split by what a caller does about it.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use contracts::{ErrorName, NamedError};

/// A failure of the catalog.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// DynamoDB asks for fewer requests.
    #[error("the catalog is throttled: {0}")]
    Throttled(String),
    /// DynamoDB did not answer as it should.
    #[error("the catalog does not answer: {0}")]
    Unavailable(String),
    /// A condition of a write does not hold: somebody else was first.
    #[error("the catalog's item changed meanwhile")]
    Conflict,
    /// An item is not what this release writes.
    #[error("an item of the catalog does not parse: {0}")]
    Malformed(#[from] serde_dynamo::Error),
    /// The video is unknown, deleted or being deleted.
    #[error("the video is gone")]
    VideoGone,
    /// A newer generation of the video is being indexed.
    #[error("a newer version of the video is being indexed")]
    Superseded,
}

impl NamedError for CatalogError {
    fn error_name(&self) -> ErrorName {
        match self {
            Self::Throttled(_) => ErrorName::Throttled,
            Self::Unavailable(_) | Self::Conflict => ErrorName::CatalogUnavailable,
            Self::Malformed(_) => ErrorName::Incompatible,
            Self::VideoGone => ErrorName::VideoGone,
            Self::Superseded => ErrorName::Superseded,
        }
    }
}

impl<E, R> From<SdkError<E, R>> for CatalogError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let code = error.code().unwrap_or_default().to_owned();
        let text = DisplayErrorContext(&error).to_string();
        match code.as_str() {
            "ConditionalCheckFailedException" => Self::Conflict,
            "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ThrottlingException" => Self::Throttled(text),
            _ => Self::Unavailable(text),
        }
    }
}
