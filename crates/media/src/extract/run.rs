//! Carries out plans: one run of ffmpeg each.

use std::path::Path;

use super::{
    Border, ChunkRange, ExtractSettings,
    clock::{Clock, run_until_read},
    command::{CUES_FILE, PACKETS_FILE, Plan},
    damage::DamageCounter,
    looks::read_looks,
    outcome::{self, Outcome},
    packets::read_lines,
    sampling::{self, Seen},
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
        self.add_pictures(whole, &mut outcome).await?;
        Ok(outcome)
    }

    /// Decodes what key frames hide, says where shots begin, and leaves the pictures that are worth looking at.
    async fn add_pictures(&self, whole: &Plan, outcome: &mut Outcome) -> Result<(), MediaError> {
        let key_looks = std::mem::take(&mut outcome.looks);
        let seen = Seen {
            key_looks: &key_looks,
            packets: &outcome.packets,
            range: whole.range,
            interval_ms: self.settings.frame_interval_ms,
        };
        let mut frames = std::mem::take(&mut outcome.frames);
        let mut dense = Vec::new();
        for stretch in seen.stretches(self.max_pictures(whole.range)) {
            let every = self.plan(&whole.every_picture(stretch)).await?;
            frames.extend(every.frames);
            dense.push(every.looks);
        }
        let changes = seen.changes(&dense);
        outcome.cuts_ms = changes.iter().map(|change| change.cut_ms).collect();
        let mut looks: Vec<_> = dense.iter().flatten().chain(&key_looks).collect();
        looks.sort_by_key(|look| look.time_ms);
        outcome.frames =
            sampling::choose(frames, &looks, &changes, self.settings.frame_interval_ms);
        Ok(())
    }

    /// How many pictures of this size are decoded in full for one chunk at most.
    fn max_pictures(&self, range: ChunkRange) -> usize {
        let pixels = self.info.video().map_or(0, |(_, video)| {
            u64::from(video.width) * u64::from(video.height)
        });
        let paid_for = self.settings.max_full_pixels_per_second * range.length_ms() / 1000;
        let pictures = paid_for / pixels.max(1);
        usize::try_from(pictures).unwrap_or(usize::MAX)
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
        let listing = |error| MediaError::tool("reading what pictures look like", error);
        outcome.looks = read_looks(&folder).map_err(listing)?;
        outcome.packets = read_lines(&folder.join(PACKETS_FILE))
            .map_err(listing)?
            .unwrap_or_default();
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
