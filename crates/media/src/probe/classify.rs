//! Decides what a run of ffmpeg without outputs says about a file.

use super::{MediaInfo, MediaLimits, log, sniff};
use crate::{MediaError, ffmpeg::Finished};

/// The file's description, or why it has none.
pub(super) fn opened(
    finished: &Finished,
    head: &[u8],
    limits: &MediaLimits,
) -> Result<MediaInfo, MediaError> {
    let logged = |words: &str| finished.log.iter().any(|line| line.contains(words));
    if logged("exceeds max_streams") {
        return Err(MediaError::TooManyStreams {
            count: limits.max_streams + 1,
            limit: limits.max_streams,
        });
    }
    if let Some((width, height)) = refused_picture(&finished.log) {
        return Err(MediaError::PictureTooLarge {
            width,
            height,
            limit_px: limits.max_picture_side_px,
        });
    }
    if let Some(info) = log::parse(&finished.log) {
        return Ok(info);
    }
    let detail = finished.last_errors();
    Err(if logged("not on whitelist") {
        MediaError::UnsupportedContainer {
            detail: "a container that is not accepted; convert it to MP4, Matroska or WebM"
                .to_owned(),
        }
    } else if sniff::begins_as_container(head) {
        MediaError::Truncated { detail }
    } else {
        MediaError::NotMedia { detail }
    })
}

/// The size in `Picture size 20000x20000 exceeds specified max pixel count 67108864`.
fn refused_picture(log: &[String]) -> Option<(u32, u32)> {
    let line = log
        .iter()
        .find(|line| line.contains("exceeds specified max pixel count"))?;
    let (_, rest) = line.split_once("Picture size ")?;
    let (width, height) = rest.split_whitespace().next()?.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}
