//! What a run left behind, and what that says about the file.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    ChunkRange, Extracted, Frame, Warning,
    command::{AUDIO_RATE_HZ, Pictures, Plan},
};
use crate::{Cue, MediaError, MediaInfo, ffmpeg::Finished};

/// Sound that ends this much before the chunk does is missing, not just rounded.
const MISSING_TAIL_MS: u64 = 1000;

#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) audio: Option<PathBuf>,
    pub(super) audio_samples: u64,
    pub(super) frames: Vec<Frame>,
    pub(super) cues: Vec<Cue>,
    audio_errors: u64,
    video_errors: u64,
    /// The container itself is broken somewhere.
    demux_errors: u64,
    /// ffmpeg ended with an error.
    pub(super) failed: bool,
    detail: String,
}

impl Outcome {
    pub(super) fn read_log(finished: &Finished) -> Self {
        let mut outcome = Self {
            failed: !finished.status.success(),
            detail: finished.last_errors(),
            ..Self::default()
        };
        for line in &finished.log {
            outcome.read_line(line);
        }
        outcome
    }

    fn read_line(&mut self, line: &str) {
        if line.contains("  Output stream #") && line.contains("(audio)") {
            let samples = number_before(line, " samples);");
            self.audio_samples = self.audio_samples.max(samples);
        } else if line.contains("  Input stream #") {
            let errors = number_before(line, " decode errors");
            if line.contains("(audio)") {
                self.audio_errors += errors;
            } else if line.contains("(video)") {
                self.video_errors += errors;
            }
        } else if line.contains("corrupt decoded frame") {
            if line.starts_with("[vist#") {
                self.video_errors += 1;
            } else if line.starts_with("[aist#") {
                self.audio_errors += 1;
            }
        } else if line.starts_with("[in#0") && line.contains("[error]") {
            self.demux_errors += 1;
        }
    }

    /// Whether a stream gave nothing at all.
    pub(super) fn is_incomplete(&self, plan: &Plan) -> bool {
        (plan.audio.is_some() && self.audio.is_none())
            || (plan.video.is_some() && self.frames.is_empty())
    }

    /// Takes over what `other` has and this lacks.
    pub(super) fn fill_from(&mut self, other: Self) {
        if self.audio.is_none() {
            self.audio = other.audio;
            self.audio_samples = other.audio_samples;
        }
        if self.frames.is_empty() {
            self.frames = other.frames;
        }
        if self.cues.is_empty() {
            self.cues = other.cues;
        }
        self.audio_errors += other.audio_errors;
        self.video_errors += other.video_errors;
        self.demux_errors += other.demux_errors;
    }

    pub(super) fn into_extracted(
        self,
        plan: &Plan,
        info: &MediaInfo,
    ) -> Result<Extracted, MediaError> {
        let has_errors = self.failed || self.any_errors();
        let is_empty = self.audio.is_none() && self.frames.is_empty() && self.cues.is_empty();
        if is_empty && has_errors {
            let detail = self.detail;
            return Err(MediaError::NothingDecoded { detail });
        }
        let warnings = self.warnings(plan, info);
        Ok(Extracted {
            audio: self.audio,
            audio_duration_ms: self.audio_samples * 1000 / AUDIO_RATE_HZ,
            frames: self.frames,
            cues: self.cues,
            warnings,
        })
    }

    fn any_errors(&self) -> bool {
        self.audio_errors + self.video_errors + self.demux_errors > 0
    }

    fn warnings(&self, plan: &Plan, info: &MediaInfo) -> Vec<Warning> {
        let chunk = plan.range;
        let end_ms = info
            .duration_ms
            .map_or(chunk.end_ms, |duration_ms| duration_ms.clamp(chunk.start_ms, chunk.end_ms));
        let range = ChunkRange { end_ms, ..chunk };
        let mut warnings = Vec::new();
        if plan.audio.is_some() {
            let audio_end_ms = chunk.start_ms + self.audio_samples * 1000 / AUDIO_RATE_HZ;
            let tail_is_missing = audio_end_ms + MISSING_TAIL_MS <= end_ms;
            if self.audio_errors > 0 {
                warnings.push(Warning::AudioDamaged { range });
            } else if tail_is_missing && (self.any_errors() || self.failed) {
                let range = ChunkRange { start_ms: audio_end_ms, end_ms };
                warnings.push(Warning::AudioDamaged { range });
            }
        }
        let no_picture = self.frames.is_empty() && (self.any_errors() || self.failed);
        if plan.video.is_some() && (self.video_errors > 0 || no_picture) {
            warnings.push(Warning::VideoDamaged { range });
        }
        warnings
    }
}

/// The frames a run wrote, in order of time.
pub(super) fn frames(folder: &Path, plan: &Plan) -> io::Result<Vec<Frame>> {
    let mut frames = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_jpeg = path.extension().is_some_and(|extension| extension == "jpg");
        let number = path.file_stem().and_then(|stem| stem.to_str()?.parse::<i64>().ok());
        let (true, Some(number)) = (is_jpeg, number) else {
            continue;
        };
        let shown_ms = u64::try_from(number).unwrap_or(0);
        let time_ms = match plan.pictures {
            Pictures::ShownAtStart => shown_ms.max(plan.range.start_ms),
            _ => shown_ms,
        };
        frames.push(Frame { time_ms, path });
    }
    frames.sort_by_key(|frame| frame.time_ms);
    Ok(frames)
}

/// `… (160000 samples);` with ` samples);` -> 160000; 0 when there is no such number.
fn number_before(line: &str, words: &str) -> u64 {
    let Some((before, _)) = line.split_once(words) else {
        return 0;
    };
    let digits = before.rsplit(|letter: char| !letter.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
