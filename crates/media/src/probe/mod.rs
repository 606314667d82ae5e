//! What a file holds, told from its container's index alone.

mod classify;
mod info;
mod log;
mod sniff;

use std::time::Duration;

use contracts::limits::{MAX_DURATION_MS, MAX_PICTURE_SIDE_PX, MAX_STREAMS};

pub use self::info::{AudioStream, MediaInfo, Stream, StreamKind, SubtitleStream, VideoStream};
use crate::{
    MediaError,
    ffmpeg::{Ffmpeg, Job},
    range_server::RangeServer,
};

/// Bytes looked at to tell a playlist or a picture from a video.
const HEAD_BYTES: u64 = 4 * 1024;

/// What is accepted, and how long finding out may take.
#[derive(Debug, Clone)]
pub struct MediaLimits {
    /// Longest video, in milliseconds.
    pub max_duration_ms: u64,
    /// Largest width and height of a picture, in pixels.
    pub max_picture_side_px: u32,
    /// Most streams of any kind.
    pub max_streams: usize,
    /// Wall-clock limit of the probe.
    pub time_limit: Duration,
}

impl Default for MediaLimits {
    fn default() -> Self {
        Self {
            max_duration_ms: MAX_DURATION_MS,
            max_picture_side_px: MAX_PICTURE_SIDE_PX,
            max_streams: MAX_STREAMS,
            time_limit: Duration::from_secs(60),
        }
    }
}

impl MediaLimits {
    /// ffmpeg allocates no picture larger than this.
    pub(crate) fn max_pixels(&self) -> u64 {
        u64::from(self.max_picture_side_px) * u64::from(self.max_picture_side_px)
    }
}

/// Reads the container's index of what `input` serves.
///
/// # Errors
/// What the file is instead of a usable video, which limit it exceeds, or why that could not be found out:
/// [`MediaError::Source`], [`MediaError::TimedOut`] and [`MediaError::Tool`] say nothing about the file.
pub async fn probe(
    ffmpeg: &Ffmpeg,
    input: &RangeServer,
    limits: &MediaLimits,
) -> Result<MediaInfo, MediaError> {
    if input.size_bytes() == 0 {
        let detail = "the file is empty".to_owned();
        return Err(MediaError::NotMedia { detail });
    }
    let head = input
        .read_head(HEAD_BYTES)
        .await
        .map_err(MediaError::Source)?;
    if let Some(kind) = sniff::refused_kind(&head) {
        let detail = format!("{kind}; upload the video itself");
        return Err(MediaError::UnsupportedContainer { detail });
    }
    let work_dir =
        tempfile::tempdir().map_err(|error| MediaError::tool("making a folder", error))?;
    let finished = ffmpeg
        .run(Job {
            input_options: vec![
                "-max_streams".into(),
                // Streams are counted here; this only keeps ffmpeg from following a hostile count.
                (limits.max_streams + 1).to_string().into(),
                "-max_pixels".into(),
                limits.max_pixels().to_string().into(),
            ],
            url: input.url().to_owned(),
            output_options: vec![],
            work_dir: work_dir.path().to_owned(),
            time_limit: limits.time_limit,
            on_line: Box::new(|_| {}),
        })
        .await;
    if let Some(failure) = input.failure() {
        return Err(MediaError::Source(failure));
    }
    let finished = finished?;
    let info = classify::opened(&finished, &head, limits)?;
    check_limits(&info, limits)?;
    Ok(info)
}

fn check_limits(info: &MediaInfo, limits: &MediaLimits) -> Result<(), MediaError> {
    let count = info.streams.len();
    if count > limits.max_streams {
        let limit = limits.max_streams;
        return Err(MediaError::TooManyStreams { count, limit });
    }
    if info.audio().is_none() && info.video().is_none() {
        return Err(MediaError::NoStreams);
    }
    let limit_px = limits.max_picture_side_px;
    if let Some((_, video)) = info.video() {
        let (width, height) = (video.width, video.height);
        if width.max(height) > limit_px {
            return Err(MediaError::PictureTooLarge {
                width,
                height,
                limit_px,
            });
        }
    }
    let limit_ms = limits.max_duration_ms;
    match info.duration_ms {
        Some(duration_ms) if duration_ms > limit_ms => Err(MediaError::TooLong {
            duration_ms,
            limit_ms,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
