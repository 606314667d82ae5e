//! The description of a file; it crosses to other processes, so `contracts` has it.

pub use contracts::media::{
    AudioStream, MediaInfo, Stream, StreamKind, SubtitleStream, VideoStream,
};
