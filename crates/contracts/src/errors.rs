//! The names of every failure that the state machine branches on.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a caller does about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The same input fails again: never retried.
    Permanent,
    /// May pass by itself: retried with back-off.
    Transient,
    /// The service asks for patience: retried often, with a retrier of its own.
    Throttled,
}

macro_rules! error_names {
    ($($(#[$doc:meta])* $name:ident => $class:ident),* $(,)?) => {
        /// A failure by the name under which Lambda reports it and the state machine matches it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorName { $($(#[$doc])* $name),* }

        impl ErrorName {
            /// Every name, in the order of declaration.
            pub const ALL: &'static [ErrorName] = &[$(ErrorName::$name),*];

            /// The name as it stands in `ErrorEquals` and in a video's `error.name`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(ErrorName::$name => stringify!($name)),* }
            }

            /// What the state machine does about it.
            #[must_use]
            pub const fn class(self) -> ErrorClass {
                match self { $(ErrorName::$name => ErrorClass::$class),* }
            }
        }
    };
}

error_names! {
    /// The payload of a task does not parse or contradicts itself.
    InvalidRequest => Permanent,
    /// The file has no bytes.
    EmptyFile => Permanent,
    /// The bytes are no audio or video that any allowed demuxer knows.
    NotMedia => Permanent,
    /// A kind of file that is refused on principle: a playlist, a script, an image.
    UnsupportedContainer => Permanent,
    /// The file breaks off before its index, so nothing in it can be found.
    TruncatedMedia => Permanent,
    /// The file holds neither audio nor video.
    NoStreams => Permanent,
    /// Longer than [`crate::limits::MAX_DURATION_MS`].
    VideoTooLong => Permanent,
    /// A side longer than [`crate::limits::MAX_PICTURE_SIDE_PX`].
    PictureTooLarge => Permanent,
    /// More than [`crate::limits::MAX_STREAMS`] streams.
    TooManyStreams => Permanent,
    /// Larger than [`crate::limits::MAX_SOURCE_BYTES`].
    SourceTooLarge => Permanent,
    /// The uploaded object is gone.
    SourceMissing => Permanent,
    /// Nothing of a chunk could be decoded.
    ChunkDamaged => Permanent,
    /// Every chunk of the video failed for good.
    AllChunksFailed => Permanent,
    /// Some chunks failed for reasons that may pass; the others are kept for a retry.
    ChunksUnfinished => Permanent,
    /// The video was deleted while it was being processed.
    VideoGone => Permanent,
    /// A newer version of the video is being indexed.
    Superseded => Permanent,
    /// A stored intermediate object or an index does not fit this release.
    Incompatible => Permanent,
    /// The next index finds less of what the serving one finds than was asked for.
    RecallTooLow => Permanent,
    /// Some videos could not be indexed again in several passes.
    VideosUnfinished => Permanent,
    /// A defect of vindex itself; a person should look.
    InternalDefect => Permanent,
    /// The execution ran into its own time limit.
    ExecutionTimedOut => Permanent,
    /// The execution was stopped from outside.
    ExecutionAborted => Permanent,
    /// S3 did not answer as it should.
    StorageUnavailable => Transient,
    /// DynamoDB did not answer as it should.
    CatalogUnavailable => Transient,
    /// OpenSearch did not answer as it should.
    IndexUnavailable => Transient,
    /// Step Functions did not answer as it should.
    WorkflowUnavailable => Transient,
    /// A sub-process or a model could not be run.
    ToolFailed => Transient,
    /// A sub-process ran into its time limit.
    ToolTimedOut => Transient,
    /// A service asked for fewer requests.
    Throttled => Throttled,
}

impl ErrorName {
    /// Whether the error says that the file itself can't be indexed, so that nothing computed from it
    /// is worth keeping for a retry.
    #[must_use]
    pub const fn condemns_input(self) -> bool {
        matches!(
            self,
            Self::EmptyFile
                | Self::NotMedia
                | Self::UnsupportedContainer
                | Self::TruncatedMedia
                | Self::NoStreams
                | Self::VideoTooLong
                | Self::PictureTooLarge
                | Self::TooManyStreams
                | Self::SourceTooLarge
                | Self::SourceMissing
                | Self::ChunkDamaged
                | Self::AllChunksFailed
        )
    }
}

impl fmt::Display for ErrorName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// An error that knows the name under which the state machine meets it.
pub trait NamedError: std::error::Error {
    /// The name.
    fn error_name(&self) -> ErrorName;
}

/// The text is not the name of a vindex error.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownErrorName;

impl FromStr for ErrorName {
    type Err = UnknownErrorName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|name| name.as_str() == text)
            .ok_or(UnknownErrorName)
    }
}

/// Whether a failure under this name is permanent. Names that are not ours (AWS's own) may pass.
#[must_use]
pub fn is_permanent(name: &str) -> bool {
    name.parse::<ErrorName>()
        .is_ok_and(|name| name.class() == ErrorClass::Permanent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_back_to_itself() {
        for name in ErrorName::ALL {
            assert_eq!(name.as_str().parse(), Ok(*name));
        }
    }

    #[test]
    fn only_permanent_errors_condemn_the_input() {
        for name in ErrorName::ALL {
            assert!(
                !name.condemns_input() || name.class() == ErrorClass::Permanent,
                "{name}"
            );
        }
    }

    #[test]
    fn names_of_aws_are_not_permanent() {
        assert!(is_permanent("NotMedia"));
        assert!(!is_permanent("IndexUnavailable"));
        assert!(!is_permanent("Lambda.Unknown"));
    }
}
