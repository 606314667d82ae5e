//! What a run left behind, and what that says about the file.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    ChunkRange, Extracted, Frame, Warning,
    command::{AUDIO_RATE_HZ, Plan},
    damage::Damage,
    looks::TimedLook,
    packets::Packet,
    pictures::Pictures,
};
use crate::{Cue, MediaError, MediaInfo, ffmpeg::Finished};

/// This much sound is missing, not just rounded away.
const MISSING_MS: u64 = 1000;

/// A file that is cut off ends in half a packet. ffmpeg tells of it before or after its copies end, as it happens, so
/// that this one error must change nothing.
const ERRORS_OF_BREAKING_OFF: u64 = 1;

#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) audio: Option<PathBuf>,
    pub(super) audio_samples: u64,
    pub(super) frames: Vec<Frame>,
    /// Of every picture that was decoded, in order of time.
    pub(super) looks: Vec<TimedLook>,
    /// Where shots begin.
    pub(super) cuts_ms: Vec<u64>,
    /// Of the pictures, in order of decoding.
    pub(super) packets: Vec<Packet>,
    pub(super) cues: Vec<Cue>,
    /// Decoded before gaps were filled, at the stream's own rate, including a little before and after the chunk.
    decoded_samples: u64,
    damage: Damage,
    /// ffmpeg ended with an error.
    pub(super) failed: bool,
    detail: String,
}

impl Outcome {
    pub(super) fn read_log(finished: &Finished, damage: Damage) -> Self {
        let mut outcome = Self {
            damage,
            failed: !finished.status.success(),
            detail: finished.last_errors(),
            ..Self::default()
        };
        for line in &finished.log {
            outcome.count_samples(line);
        }
        outcome
    }

    fn count_samples(&mut self, line: &str) {
        if !line.contains("(audio)") {
            return;
        }
        let samples = number_before(line, " samples);");
        if line.contains("  Output stream #") {
            self.audio_samples = self.audio_samples.max(samples);
        } else if line.contains("  Input stream #") {
            self.decoded_samples = samples;
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
            self.decoded_samples = other.decoded_samples;
        }
        if self.frames.is_empty() {
            self.frames = other.frames;
            self.looks = other.looks;
            self.packets = other.packets;
        }
        if self.cues.is_empty() {
            self.cues = other.cues;
        }
        self.damage.add(other.damage);
    }

    pub(super) fn into_extracted(
        self,
        plan: &Plan,
        info: &MediaInfo,
        speech: ChunkRange,
    ) -> Result<Extracted, MediaError> {
        let has_errors = self.failed || self.damage.is_any();
        let is_empty = self.audio.is_none() && self.frames.is_empty() && self.cues.is_empty();
        if is_empty && has_errors {
            let detail = self.detail;
            return Err(MediaError::NothingDecoded { detail });
        }
        let warnings = self.warnings(plan, info, speech);
        Ok(Extracted {
            audio: self.audio,
            audio_start_ms: plan.sound.start_ms,
            speech,
            audio_duration_ms: self.audio_samples * 1000 / AUDIO_RATE_HZ,
            frames: self.frames,
            cuts_ms: self.cuts_ms,
            cues: self.cues,
            warnings,
        })
    }

    fn warnings(&self, plan: &Plan, info: &MediaInfo, speech: ChunkRange) -> Vec<Warning> {
        // A video may turn out shorter than planned.
        let within_video = |range: ChunkRange| ChunkRange {
            end_ms: info.duration_ms.map_or(range.end_ms, |duration_ms| {
                duration_ms.clamp(range.start_ms, range.end_ms)
            }),
            ..range
        };
        let mut warnings = Vec::new();
        if let (Some(_), Some((_, stream))) = (plan.audio, info.audio()) {
            let damaged = self.damaged_sound(within_video(plan.sound), stream.sample_rate_hz);
            // What is lost behind the cut is the neighbour's loss, which tells of it.
            let damaged = damaged
                .filter(|range| range.start_ms < speech.end_ms)
                .map(|range| ChunkRange {
                    end_ms: range.end_ms.min(speech.end_ms),
                    ..range
                });
            warnings.extend(damaged.map(|range| Warning::AudioDamaged { range }));
        }
        let no_picture = self.frames.is_empty() && self.failed;
        if plan.video.is_some()
            && (self.damage.video_errors + self.damage.container_errors > 0 || no_picture)
        {
            let range = within_video(plan.range);
            warnings.push(Warning::VideoDamaged { range });
        }
        warnings
    }

    /// The part of `range` whose sound is missing or broken. Sound that just begins late or ends early is neither.
    fn damaged_sound(&self, range: ChunkRange, sample_rate_hz: u32) -> Option<ChunkRange> {
        let audio_ms = self.audio_samples * 1000 / AUDIO_RATE_HZ;
        let decoded_ms = self.decoded_samples * 1000 / u64::from(sample_rate_hz.max(1));
        let audio_end_ms = range.start_ms + audio_ms;
        let ends_early = audio_end_ms + MISSING_MS <= range.end_ms;
        if !self.damage.is_any() && !self.failed {
            None
        } else if ends_early && self.damage.audio_errors <= ERRORS_OF_BREAKING_OFF {
            Some(ChunkRange {
                start_ms: audio_end_ms,
                ..range
            })
        } else if self.damage.audio_errors > 0 {
            Some(range)
        } else {
            (decoded_ms + MISSING_MS <= audio_ms).then_some(range)
        }
    }
}

/// The frames a run wrote, in order of time.
pub(super) fn frames(folder: &Path, plan: &Plan) -> io::Result<Vec<Frame>> {
    let mut frames = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_jpeg = path.extension().is_some_and(|extension| extension == "jpg");
        let number = path
            .file_stem()
            .and_then(|stem| stem.to_str()?.parse::<i64>().ok());
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
    let digits = before
        .rsplit(|letter: char| !letter.is_ascii_digit())
        .next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{super::ExtractSettings, *};
    use crate::{AudioStream, Stream, StreamKind};

    /// `sound_ms` of 20 s were written, and so many errors told, beside one of the container.
    fn check(sound_ms: u64, audio_errors: u64, expected: Option<(u64, u64)>) {
        let mut outcome = Outcome {
            audio_samples: sound_ms * AUDIO_RATE_HZ / 1000,
            decoded_samples: sound_ms * AUDIO_RATE_HZ / 1000,
            ..Outcome::default()
        };
        outcome.damage.audio_errors = audio_errors;
        outcome.damage.container_errors = 1;
        let range = ChunkRange {
            start_ms: 20_000,
            end_ms: 40_000,
        };
        let rate_hz = u32::try_from(AUDIO_RATE_HZ).unwrap();
        let found = outcome.damaged_sound(range, rate_hz);
        assert_eq!(found.map(|found| (found.start_ms, found.end_ms)), expected);
    }

    #[test]
    fn loss_behind_the_cut_is_the_neighbours() {
        let audio = AudioStream {
            codec: "aac".to_owned(),
            sample_rate_hz: 48_000,
            channels: "mono".to_owned(),
            language: None,
        };
        let info = MediaInfo {
            container: "matroska,webm".to_owned(),
            duration_ms: Some(90_000),
            streams: vec![Stream {
                index: 0,
                kind: StreamKind::Audio(audio),
                is_default: true,
                is_forced: false,
            }],
            title: None,
            seekable: true,
            starts_late: false,
        };
        let range = |start_ms, end_ms| ChunkRange { start_ms, end_ms };
        let (chunk, sound) = (range(20_000, 40_000), range(19_000, 50_000));
        let plan = Plan::whole(&info, chunk, sound, &ExtractSettings::default());
        let mut outcome = Outcome {
            audio_samples: 23_000 * AUDIO_RATE_HZ / 1000,
            ..Outcome::default()
        };
        outcome.damage.container_errors = 1;
        let warnings = |cut_ms| outcome.warnings(&plan, &info, range(19_000, cut_ms));
        let expected = Warning::AudioDamaged {
            range: range(42_000, 42_010),
        };
        // What lies behind the cut is not told.
        assert_eq!(warnings(42_000), []);
        assert_eq!(warnings(42_010), [expected]);
    }

    #[test]
    fn sound_that_breaks_off_is_missing_from_there_on() {
        check(20_000, 0, None);
        check(15_000, 0, Some((35_000, 40_000)));
        check(15_000, ERRORS_OF_BREAKING_OFF, Some((35_000, 40_000)));
        check(15_000, ERRORS_OF_BREAKING_OFF + 1, Some((20_000, 40_000)));
        check(20_000, 1, Some((20_000, 40_000)));
    }
}
