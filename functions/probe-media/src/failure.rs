//! From what is wrong with a file to the name that the state machine branches on.

use contracts::ErrorName;
use lambda_kit::TaskError;
use media::MediaError;

/// Names a failure of ffmpeg or of the file.
pub(crate) fn named(error: MediaError) -> TaskError {
    TaskError::caused(name(&error), error)
}

fn name(error: &MediaError) -> ErrorName {
    match error {
        MediaError::NotMedia { .. } => ErrorName::NotMedia,
        MediaError::UnsupportedContainer { .. } => ErrorName::UnsupportedContainer,
        MediaError::Truncated { .. } | MediaError::NothingDecoded { .. } => {
            ErrorName::TruncatedMedia
        }
        MediaError::NoStreams => ErrorName::NoStreams,
        MediaError::TooLong { .. } => ErrorName::VideoTooLong,
        MediaError::PictureTooLarge { .. } => ErrorName::PictureTooLarge,
        MediaError::TooManyStreams { .. } => ErrorName::TooManyStreams,
        MediaError::Source(source) if source.is_transient() => ErrorName::StorageUnavailable,
        MediaError::Source(_) => ErrorName::SourceMissing,
        MediaError::TimedOut { .. } => ErrorName::ToolTimedOut,
        MediaError::Tool { .. } => ErrorName::ToolFailed,
    }
}
