//! ffmpeg's arguments for one chunk.

use std::ffi::OsString;

use super::{ChunkRange, ExtractSettings, pictures::Pictures};
use crate::MediaInfo;

pub(super) const CUES_FILE: &str = "cues.vtt";
/// A line for each packet of the pictures, with its time and size.
pub(super) const PACKETS_FILE: &str = "packets.framecrc";
pub(super) const AUDIO_RATE_HZ: u64 = 16_000;
/// FLAC takes the length of its first block for all; short blocks compress badly, and below 16 it gives up.
const BLOCK_SAMPLES: u32 = 4096;
/// Read beyond the range, so that a packet that lies a little late in the file is not missed.
const MARGIN_MS: u64 = 1000;
/// Decoded before the sound that is wanted, since a decoder's first packets after a jump are incomplete.
const PREROLL_MS: u64 = 200;

/// How a run keeps sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SoundFormat {
    Flac,
    /// Bare 16-bit samples, little-endian.
    Samples,
}

impl SoundFormat {
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Flac => "audio.flac",
            Self::Samples => "audio.s16le",
        }
    }

    fn output_options(self) -> [&'static str; 5] {
        let (codec, container) = match self {
            Self::Flac => ("flac", "flac"),
            Self::Samples => ("pcm_s16le", "s16le"),
        };
        ["-c:a", codec, "-f", container, self.file_name()]
    }
}

/// What one run of ffmpeg takes from the input.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// What pictures and captions are taken of.
    pub(super) range: ChunkRange,
    /// What sound is taken of.
    pub(super) sound: ChunkRange,
    pub(super) sound_format: SoundFormat,
    pub(super) audio: Option<u32>,
    pub(super) video: Option<u32>,
    pub(super) subtitles: Option<u32>,
    /// A video stream that only tells the time.
    video_clock: Option<u32>,
    pub(super) pictures: Pictures,
    short_side_px: u32,
}

impl Plan {
    pub(super) fn whole(
        info: &MediaInfo,
        range: ChunkRange,
        sound: ChunkRange,
        settings: &ExtractSettings,
    ) -> Self {
        Self {
            range,
            sound,
            sound_format: SoundFormat::Flac,
            audio: info.audio().map(|(index, _)| index),
            video: info.video().map(|(index, _)| index),
            subtitles: info.subtitles().map(|(index, _)| index),
            video_clock: None,
            pictures: Pictures::KeyFrames {
                decoded_alone: !(info.starts_late && info.container.contains("matroska")),
            },
            short_side_px: settings.frame_short_side_px,
        }
    }

    /// The bare samples of `window`. Depends on nothing else, so that two chunks get the same ones.
    pub(super) fn samples(
        info: &MediaInfo,
        window: ChunkRange,
        settings: &ExtractSettings,
    ) -> Self {
        Self {
            sound_format: SoundFormat::Samples,
            video: None,
            subtitles: None,
            video_clock: info.video().map(|(index, _)| index),
            ..Self::whole(info, window, window, settings)
        }
    }

    /// Each stream alone.
    pub(super) fn parts(&self) -> Vec<Self> {
        let none = Self {
            audio: None,
            video: None,
            subtitles: None,
            ..self.clone()
        };
        let parts = [
            Self {
                audio: self.audio,
                ..none.clone()
            },
            Self {
                video: self.video,
                ..none.clone()
            },
            Self {
                subtitles: self.subtitles,
                ..none
            },
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }

    /// All pictures in `range`.
    pub(super) fn every_picture(&self, range: ChunkRange) -> Self {
        Self {
            range,
            audio: None,
            subtitles: None,
            pictures: Pictures::Every,
            ..self.clone()
        }
    }

    /// Ways to get one picture where the range has no key frame, best first.
    pub(super) fn without_key_frames(&self) -> [Self; 2] {
        [Pictures::FirstInRange, Pictures::ShownAtStart].map(|pictures| Self {
            audio: None,
            subtitles: None,
            pictures,
            ..self.clone()
        })
    }

    fn is_empty(&self) -> bool {
        self.audio.is_none() && self.video.is_none() && self.subtitles.is_none()
    }

    /// All that has to be read.
    fn covered(&self) -> ChunkRange {
        let pictures = self.video.or(self.subtitles).map(|_| self.range);
        let sound = self.audio.map(|_| self.sound);
        let parts = [pictures, sound].into_iter().flatten();
        parts.reduce(ChunkRange::hull).unwrap_or(self.range)
    }

    /// The numbers of the outputs that copy packets to nowhere: when they end, the range has been read.
    pub(super) fn clock_outputs(&self) -> std::ops::Range<usize> {
        let of_one = [self.audio, self.subtitles];
        let of_pictures = self.video.map_or(0, |_| Pictures::OUTPUTS);
        let first = of_one.iter().flatten().count() + of_pictures;
        first..first + self.clock_streams().count()
    }

    /// The number of the output that lists the packets of the pictures: when it ends, the last picture of the range has been
    /// read, though the sound may go on.
    pub(super) fn picture_clock_output(&self) -> Option<usize> {
        self.video.map(|_| self.clock_outputs().end)
    }

    /// Captions are too sparse to tell the time by, and sound may have ended long ago.
    fn clock_streams(&self) -> impl Iterator<Item = u32> {
        let video = self.video.or(self.video_clock);
        [self.audio, video].into_iter().flatten()
    }

    pub(super) fn input_options(&self, settings: &ExtractSettings) -> Vec<OsString> {
        let side_px = u64::from(settings.max_picture_side_px);
        let mut options = strings(&[
            // Times stay those of the file, counted from its own start.
            "-copyts",
            "-start_at_zero",
            "-max_error_rate",
            "1",
            "-max_pixels",
            &(side_px * side_px).to_string(),
        ]);
        let key_frames_alone = Pictures::KeyFrames {
            decoded_alone: true,
        };
        if self.video.is_some() && self.pictures == key_frames_alone {
            options.extend(strings(&["-skip_frame:v", "nokey"]));
        }
        if self.pictures == Pictures::ShownAtStart {
            options.push("-noaccurate_seek".into());
        }
        // One millisecond earlier: a picture half a microsecond early rounds to the range's first millisecond.
        let early_ms = self.audio.map_or(1, |_| PREROLL_MS);
        let covered = self.covered();
        let seek_ms = covered.start_ms.saturating_sub(early_ms);
        if seek_ms > 0 {
            options.extend(strings(&["-ss", &seconds(seek_ms)]));
        }
        let length_ms = covered.end_ms + MARGIN_MS - seek_ms;
        options.extend(strings(&["-t", &seconds(length_ms)]));
        options
    }

    pub(super) fn output_options(&self, settings: &ExtractSettings) -> Vec<OsString> {
        let mut options = Vec::new();
        if let Some(index) = self.audio {
            options.extend(strings(&[
                "-map",
                &format!("0:{index}"),
                "-af",
                &self.audio_filter(),
            ]));
            options.extend(strings(&self.sound_format.output_options()));
        }
        if let Some(index) = self.video {
            let graph = self.pictures.graph(index, self.range, self.short_side_px);
            options.extend(strings(&["-filter_complex", &graph]));
            let outputs = self.pictures.output_options(settings.frame_quality);
            options.extend(outputs.into_iter().map(OsString::from));
        }
        if let Some(index) = self.subtitles {
            options.extend(strings(&["-map", &format!("0:{index}")]));
            options.extend(strings(&["-c:s", "webvtt", "-f", "webvtt", CUES_FILE]));
        }
        for index in self.clock_streams() {
            options.extend(strings(&["-map", &format!("0:{index}")]));
            options.extend(strings(&["-c", "copy", "-f", "null", "-"]));
        }
        if let Some(index) = self.video {
            options.extend(strings(&["-map", &format!("0:{index}"), "-c", "copy"]));
            options.extend(strings(&[
                "-to",
                &seconds(self.range.end_ms),
                "-f",
                "framecrc",
                PACKETS_FILE,
            ]));
        }
        options
    }

    /// Converts, fills gaps with silence, and puts the first sample at the start of `sound`. The second `aresample`
    /// stands alone because it counts `first_pts` in samples of its input.
    fn audio_filter(&self) -> String {
        let first_sample = self.sound.start_ms * AUDIO_RATE_HZ / 1000;
        let start = seconds(self.sound.start_ms);
        let end = seconds(self.sound.end_ms);
        format!(
            "aresample=osr={AUDIO_RATE_HZ}:ochl=mono:osf=s16,\
             aresample=async=1:first_pts={first_sample},\
             atrim=start={start}:end={end},asetnsamples=n={BLOCK_SAMPLES}:p=0"
        )
    }
}

fn strings(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// 1500 -> `1.500`.
pub(super) fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}
