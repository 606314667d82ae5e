//! Carries out plans: one run of ffmpeg each.

use std::path::Path;

use super::{
    Border, ChunkRange, ExtractSettings,
    clock::{Clock, run_until_read},
    command::{CUES_FILE, Plan},
    damage::DamageCounter,
    outcome::{self, Outcome},
};
use crate::{Cue, Ffmpeg, MediaError, MediaInfo, RangeServer, ffmpeg::Job, subtitles};

/// Where plans are carried out, and on what.
pub(super) struct Run<'a> {
    pub(super) ffmpeg: &'a Ffmpeg,
    pub(super) input: &'a RangeServer,
    pub(super) info: &'a MediaInfo,
    pub(super) settings: &'a ExtractSettings,
    pub(super) work_dir: &'a Path,
}

impl Run<'_> {
    /// Where speech is cut at `border`; `None` without a border, or without sound.
    pub(super) async fn cut_ms(&self, border: Option<Border>) -> Result<Option<u64>, MediaError> {
        let Some(border) = border.filter(|_| self.info.audio().is_some()) else {
            return Ok(None);
        };
        let plan = Plan::samples(self.info, border.window(), self.settings);
        let outcome = self.plan(&plan).await?;
        let Some(path) = outcome.audio else {
            return Ok(Some(border.cut_ms(Vec::new())));
        };
        let reading = tokio::fs::read(&path).await;
        let bytes = reading.map_err(|error| MediaError::tool("reading samples", error))?;
        let (pairs, _) = bytes.as_chunks();
        let samples = pairs.iter().map(|pair| i16::from_le_bytes(*pair));
        Ok(Some(border.cut_ms(samples.collect())))
    }

    /// Carries out `whole`; where that gives nothing of some stream, other plans that may.
    pub(super) async fn with_fallbacks(&self, whole: &Plan) -> Result<Outcome, MediaError> {
        let mut outcome = self.plan(whole).await?;
        if outcome.is_incomplete(whole) && outcome.failed {
            // One broken stream can take the others with it: each gets its own chance.
            for part in whole.parts() {
                let alone = self.plan(&part).await?;
                outcome.fill_from(alone);
            }
        }
        if whole.video.is_some() && outcome.frames.is_empty() {
            for fallback in whole.without_key_frames() {
                outcome.frames = self.plan(&fallback).await?.frames;
                if !outcome.frames.is_empty() {
                    break;
                }
            }
        }
        Ok(outcome)
    }

    async fn plan(&self, plan: &Plan) -> Result<Outcome, MediaError> {
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(self.work_dir)
            .map_err(|error| MediaError::tool("making a folder", error))?
            .keep();
        let clock = Clock::new(plan.clock_outputs());
        let damage = DamageCounter::new(plan.picture_clock_output());
        let job = Job {
            input_options: plan.input_options(self.settings),
            url: self.input.url().to_owned(),
            output_options: plan.output_options(self.settings),
            work_dir: folder.clone(),
            time_limit: self.settings.time_limit,
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
        let audio = folder.join(plan.sound_format.file_name());
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
