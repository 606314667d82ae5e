//! One time range of a video, read once: sound, key frames with their times, embedded captions.

mod border;
mod clock;
mod command;
mod damage;
mod looks;
mod outcome;
mod packets;
mod pictures;
mod run;
mod sampling;
mod silence;
mod slides;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use contracts::limits::MAX_PICTURE_SIDE_PX;

pub use self::border::{Border, PlannedChunk};
use self::{command::Plan, run::Run};
use crate::{Cue, Ffmpeg, MediaError, MediaInfo, RangeServer};

/// The part of a video to extract, `start_ms..end_ms`, counted from its first picture or sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkRange {
    /// First millisecond.
    pub start_ms: u64,
    /// First millisecond that belongs to the next chunk.
    pub end_ms: u64,
}

impl ChunkRange {
    /// How long it is.
    pub(crate) fn length_ms(self) -> u64 {
        self.end_ms.saturating_sub(self.start_ms)
    }

    /// The shortest range that holds both.
    fn hull(self, other: Self) -> Self {
        Self {
            start_ms: self.start_ms.min(other.start_ms),
            end_ms: self.end_ms.max(other.end_ms),
        }
    }
}

/// A stretch of time in a video.
pub type MillisecondRange = ChunkRange;

/// How a chunk is extracted.
#[derive(Debug, Clone)]
pub struct ExtractSettings {
    /// Pictures of one shot closer together than this are thinned out, in milliseconds; where key frames are further
    /// apart and differ, pictures between them are taken.
    pub frame_interval_ms: u64,
    /// Length of a frame's shorter side in pixels. Smaller pictures keep their size.
    pub frame_short_side_px: u32,
    /// JPEG quality on ffmpeg's scale: 2 is best, 31 is worst.
    pub frame_quality: u8,
    /// Largest width and height that is decoded, in pixels.
    pub max_picture_side_px: u32,
    /// Of pictures that are no key frames, at most so many pixels are decoded for each second of the chunk.
    pub max_full_pixels_per_second: u64,
    /// Wall-clock limit of one run of ffmpeg.
    pub time_limit: Duration,
}

impl Default for ExtractSettings {
    fn default() -> Self {
        Self {
            frame_interval_ms: 2000,
            frame_short_side_px: 384,
            frame_quality: 3,
            max_picture_side_px: MAX_PICTURE_SIDE_PX,
            // Every picture of 640x360, one in eight of 1080p.
            max_full_pixels_per_second: 640 * 360 * 30,
            time_limit: Duration::from_secs(600),
        }
    }
}

/// What was found in a chunk.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// Mono 16 kHz FLAC; gaps are filled with silence.
    pub audio: Option<PathBuf>,
    /// The time in the video of the first sample of `audio`, in milliseconds.
    pub audio_start_ms: u64,
    /// Length of `audio` in milliseconds, 0 without.
    pub audio_duration_ms: u64,
    /// The stretch whose speech is this chunk's, from cut to cut: those of all chunks of a video cover it without gap
    /// or overlap. `audio` starts with it and may go on beyond its end.
    pub speech: MillisecondRange,
    /// Pictures in order of time.
    pub frames: Vec<Frame>,
    /// When shots begin, in milliseconds of the video: the first picture of each that is no longer of the shot before.
    pub cuts_ms: Vec<u64>,
    /// Embedded captions that start in the chunk, with times absolute in the video.
    pub cues: Vec<Cue>,
    /// What was lost.
    pub warnings: Vec<Warning>,
}

/// A picture of a video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// When it is shown, in milliseconds, absolute in the video.
    pub time_ms: u64,
    /// The JPEG.
    pub path: PathBuf,
}

/// Something in a chunk that could not be decoded, while the rest could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Sound is missing or broken somewhere in the range.
    AudioDamaged {
        /// The narrowest range known to hold the damage.
        range: MillisecondRange,
    },
    /// Pictures are missing or broken somewhere in the range.
    VideoDamaged {
        /// The narrowest range known to hold the damage.
        range: MillisecondRange,
    },
}

/// Extracts `chunk` of what `input` serves into `work_dir`, which should be empty and belongs to the caller.
///
/// One extraction at a time may run on one server: it is told to hang up when the range has been read. The input is
/// read once, and parts of it a second time: where damage kept everything from being decoded together, where no key
/// frame lies in the range, and where key frames hide what is shown between them. The windows around the chunk's borders are read beside that; most of them is still in the
/// server's memory.
///
/// # Errors
/// [`MediaError::NothingDecoded`] when streams are there but none of them gave anything because of damage;
/// [`MediaError::Source`], [`MediaError::TimedOut`] and [`MediaError::Tool`] say nothing about the file.
pub async fn extract_chunk(
    ffmpeg: &Ffmpeg,
    input: &RangeServer,
    info: &MediaInfo,
    chunk: &PlannedChunk,
    settings: &ExtractSettings,
    work_dir: &Path,
) -> Result<Extracted, MediaError> {
    let run = Run {
        ffmpeg,
        input,
        info,
        settings,
        work_dir,
    };
    let range = chunk.range;
    let cut_start_ms = run.cut_ms(chunk.start).await?.unwrap_or(range.start_ms);
    // Where it will be cut is not known yet.
    let sound = ChunkRange {
        start_ms: cut_start_ms,
        end_ms: chunk.end.map_or(range.end_ms, Border::last_ms),
    };
    let whole = Plan::whole(info, range, sound, settings);
    let outcome = run.with_fallbacks(&whole).await?;
    let speech = ChunkRange {
        start_ms: cut_start_ms,
        end_ms: run.cut_ms(chunk.end).await?.unwrap_or(range.end_ms),
    };
    outcome.into_extracted(&whole, info, speech)
}

#[cfg(test)]
mod border_tests;
#[cfg(test)]
mod cut_tests;
#[cfg(test)]
mod picture_tests;
#[cfg(test)]
mod slide_tests;
#[cfg(test)]
mod tests;
