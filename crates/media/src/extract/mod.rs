//! One time range of a video, read once: sound, key frames with their times, embedded captions.

mod clock;
mod command;
mod damage;
mod outcome;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use contracts::limits::MAX_PICTURE_SIDE_PX;

use self::{
    clock::{Clock, run_until_read},
    command::{AUDIO_FILE, CUES_FILE, Plan},
    damage::DamageCounter,
    outcome::Outcome,
};
use crate::{Cue, Ffmpeg, MediaError, MediaInfo, RangeServer, ffmpeg::Job, subtitles};

/// The part of a video to extract, `start_ms..end_ms`, counted from its first picture or sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkRange {
    /// First millisecond.
    pub start_ms: u64,
    /// First millisecond that belongs to the next chunk.
    pub end_ms: u64,
}

/// A stretch of time in a video.
pub type MillisecondRange = ChunkRange;

/// How a chunk is extracted.
#[derive(Debug, Clone)]
pub struct ExtractSettings {
    /// Key frames closer together than this are thinned out, in milliseconds.
    pub frame_interval_ms: u64,
    /// Length of a frame's shorter side in pixels. Smaller pictures keep their size.
    pub frame_short_side_px: u32,
    /// JPEG quality on ffmpeg's scale: 2 is best, 31 is worst.
    pub frame_quality: u8,
    /// Largest width and height that is decoded, in pixels.
    pub max_picture_side_px: u32,
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
            time_limit: Duration::from_secs(600),
        }
    }
}

/// What was found in a chunk.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// Mono 16 kHz FLAC whose first sample stands at the chunk's start; gaps are filled with silence.
    pub audio: Option<PathBuf>,
    /// Length of `audio` in milliseconds, 0 without.
    pub audio_duration_ms: u64,
    /// Pictures in order of time.
    pub frames: Vec<Frame>,
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

/// Extracts `range` of what `input` serves into `work_dir`, which should be empty and belongs to the caller.
///
/// One extraction at a time may run on one server: it is told to hang up when the range has been read. The input is
/// read once, and a second time only where damage kept everything from being decoded together, or where no key frame
/// lies in the range.
///
/// # Errors
/// [`MediaError::NothingDecoded`] when streams are there but none of them gave anything because of damage;
/// [`MediaError::Source`], [`MediaError::TimedOut`] and [`MediaError::Tool`] say nothing about the file.
pub async fn extract_chunk(
    ffmpeg: &Ffmpeg,
    input: &RangeServer,
    info: &MediaInfo,
    range: ChunkRange,
    settings: &ExtractSettings,
    work_dir: &Path,
) -> Result<Extracted, MediaError> {
    let whole = Plan::whole(info, range, settings);
    let run = Run {
        ffmpeg,
        input,
        work_dir,
    };
    let mut outcome = run.plan(&whole, settings).await?;
    if outcome.is_incomplete(&whole) && outcome.failed {
        // One broken stream can take the others with it: each gets its own chance.
        for part in whole.parts() {
            let alone = run.plan(&part, settings).await?;
            outcome.fill_from(alone);
        }
    }
    if whole.video.is_some() && outcome.frames.is_empty() {
        for fallback in whole.without_key_frames() {
            outcome.frames = run.plan(&fallback, settings).await?.frames;
            if !outcome.frames.is_empty() {
                break;
            }
        }
    }
    outcome.into_extracted(&whole, info)
}

/// Where plans are carried out.
struct Run<'a> {
    ffmpeg: &'a Ffmpeg,
    input: &'a RangeServer,
    work_dir: &'a Path,
}

impl Run<'_> {
    async fn plan(&self, plan: &Plan, settings: &ExtractSettings) -> Result<Outcome, MediaError> {
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(self.work_dir)
            .map_err(|error| MediaError::tool("making a folder", error))?
            .keep();
        let clock = Clock::new(plan.clock_outputs());
        let damage = DamageCounter::default();
        let job = Job {
            input_options: plan.input_options(settings),
            url: self.input.url().to_owned(),
            output_options: plan.output_options(settings),
            work_dir: folder.clone(),
            time_limit: settings.time_limit,
            on_line: damage.watcher(clock.watcher(self.input.gate())),
        };
        let finished = run_until_read(self.ffmpeg.run(job), &clock, self.input.gate()).await;
        if let Some(failure) = self.input.failure() {
            return Err(MediaError::Source(failure));
        }
        let finished = finished?;
        let mut outcome = Outcome::read_log(&finished, damage.so_far());
        outcome.frames = outcome::frames(&folder, plan)
            .map_err(|error| MediaError::tool("listing frames", error))?;
        let audio = folder.join(AUDIO_FILE);
        outcome.audio = Some(audio).filter(|_| outcome.audio_samples > 0);
        outcome.cues = cues(&folder.join(CUES_FILE), plan.range).await;
        Ok(outcome)
    }
}

/// The captions in a WebVTT file that start in `range`. One that lasts into the range belongs to the chunk it
/// started in.
async fn cues(path: &Path, range: ChunkRange) -> Vec<Cue> {
    let Ok(bytes) = tokio::fs::read(path).await else {
        return Vec::new();
    };
    let parsed = subtitles::parse(&bytes, &subtitles::SubtitleLimits::default());
    let mut cues = parsed.map(|parsed| parsed.cues).unwrap_or_default();
    cues.retain(|cue| (range.start_ms..range.end_ms).contains(&cue.start_ms));
    cues
}

#[cfg(test)]
mod tests;
