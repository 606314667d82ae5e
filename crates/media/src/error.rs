//! What can go wrong with media, split by what the caller does about it.

use std::{io, sync::Arc, time::Duration};

use contracts::artifacts::clock_time;

use crate::range_server::SourceError;

/// Why a media file could not be probed, remuxed or extracted.
///
/// [`MediaError::is_transient`] tells those worth another attempt from those that say something about the file.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MediaError {
    /// The bytes are no audio or video that ffmpeg recognises.
    #[error("not an audio or video file ({detail}): upload the recording itself")]
    NotMedia {
        /// ffmpeg's own words, or what the first bytes look like.
        detail: String,
    },
    /// The bytes are something recognisable that is refused: a playlist, a manifest, a picture, a rare container.
    #[error("unsupported kind of file: {detail}")]
    UnsupportedContainer {
        /// What the file is, as far as known, and what to upload instead.
        detail: String,
    },
    /// The file ends before what is needed to read any of it.
    #[error("the file is cut off ({detail}): upload it again, whole")]
    Truncated {
        /// Which part is missing.
        detail: String,
    },
    /// A container without any audio or video stream.
    #[error("the file has neither an audio nor a video stream: there is nothing in it to search")]
    NoStreams,
    /// Longer than the limit.
    #[error(
        "the video is {} long, longer than the limit of {}: split it into shorter ones",
        clock_time(*duration_ms),
        clock_time(*limit_ms)
    )]
    TooLong {
        /// Duration found.
        duration_ms: u64,
        /// Longest duration accepted.
        limit_ms: u64,
    },
    /// A picture wider or higher than the limit.
    #[error(
        "the picture is {width}x{height} pixels, larger than the limit of {limit_px} on a side: scale it down"
    )]
    PictureTooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Longest side accepted, in pixels.
        limit_px: u32,
    },
    /// More streams than the limit.
    #[error("the file has more streams than the limit of {limit}: remux it with fewer")]
    TooManyStreams {
        /// Streams found; ffmpeg stops counting a little above the limit.
        count: usize,
        /// Most streams accepted.
        limit: usize,
    },
    /// The file's audio and video could be opened but nothing in the range asked for could be decoded.
    #[error("nothing in the time range could be decoded: {detail}")]
    NothingDecoded {
        /// ffmpeg's last error lines.
        detail: String,
    },
    /// The object's bytes could not be read.
    #[error("the source could not be read")]
    Source(#[source] Arc<SourceError>),
    /// ffmpeg did not finish in time and was ended.
    #[error("ffmpeg was ended after {} s", limit.as_secs())]
    TimedOut {
        /// The wall-clock limit that was reached.
        limit: Duration,
    },
    /// ffmpeg could not be started, or its files not be read or written.
    #[error("ffmpeg could not be run: {action}")]
    Tool {
        /// What was being done.
        action: &'static str,
        /// The operating system's error.
        #[source]
        source: Arc<io::Error>,
    },
}

impl MediaError {
    /// Whether the same call may succeed when it is made again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Source(source) => source.is_transient(),
            Self::TimedOut { .. } | Self::Tool { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn tool(action: &'static str, source: io::Error) -> Self {
        Self::Tool {
            action,
            source: Arc::new(source),
        }
    }
}
