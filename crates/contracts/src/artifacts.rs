//! JSON documents kept in the derived bucket between tasks.

use crate::{media::MediaInfo, segments::Channel, tasks::Chunk};
use serde::{Deserialize, Serialize};

/// What probe-media learned about the file that the chunks read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaDescription {
    /// What the file holds.
    pub info: MediaInfo,
    /// Length of the video in milliseconds.
    pub duration_ms: u64,
    /// Size of what the chunks read, in bytes.
    pub size_bytes: u64,
    /// Whether this is a copy that was made seekable.
    #[serde(default)]
    pub remuxed: bool,
    /// The chunks that the video is processed in.
    pub chunks: Vec<Chunk>,
}

/// A stretch of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// First millisecond, from the start of the video.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
}

/// A subtitle cue or a recognised segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    /// First millisecond, from the start of the video.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// Plain text.
    pub text: String,
    /// The words of `text` in order, where their times are known: recognised speech only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    /// Mean probability that the recogniser gave its tokens, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// Language of this cue (BCP 47), where it was detected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl Cue {
    /// The cue and its words, so much later: counted from the video's start, of one counted from where a part of
    /// it starts.
    #[must_use]
    pub fn later(mut self, by_ms: u64) -> Self {
        self.start_ms += by_ms;
        self.end_ms += by_ms;
        for word in &mut self.words {
            word.start_ms += by_ms;
            word.end_ms += by_ms;
        }
        self
    }
}

/// A recognised word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// First millisecond, from the start of the video.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// The word with its punctuation. A space in front says that one separates it from the word before.
    pub text: String,
    /// Mean probability that the recogniser gave its tokens, 0 to 1.
    pub confidence: f32,
    /// Whether its times were spread evenly over its segment instead of being measured.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interpolated: bool,
}

/// What speech recognition wrote and was left out before indexing, in segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedSpeech {
    /// Over sound that is not speech.
    pub non_speech: u32,
    /// The same few words over and over.
    pub repetitions: u32,
    /// Recognised twice, in overlapping stretches of sound.
    pub duplicates: u32,
}

impl DroppedSpeech {
    /// All counts together.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.non_speech + self.repetitions + self.duplicates
    }

    /// Adds the counts of another stretch.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            non_speech: self.non_speech + other.non_speech,
            repetitions: self.repetitions + other.repetitions,
            duplicates: self.duplicates + other.duplicates,
        }
    }
}

/// Name of the [`ExtractDescription`] in the pack of extract-chunk.
pub const EXTRACT_DESCRIPTION: &str = "description.json";
/// Name of the sound in the pack of extract-chunk: FLAC, mono, 16 kHz.
pub const EXTRACT_AUDIO: &str = "audio.flac";
/// Name of the [`EmbeddedChunk`] in the pack of embed-chunk.
pub const EMBED_PASSAGES: &str = "passages.json";
/// Name of the vectors in the pack of embed-chunk: 32-bit floats, little-endian, one row of
/// [`EmbeddedChunk::dimensions`] per passage.
pub const EMBED_TEXT_VECTORS: &str = "text-vectors.f32";
/// Name of the vectors of [`EmbeddedChunk::screen_texts`] in the pack of embed-chunk, laid out as
/// [`EMBED_TEXT_VECTORS`].
pub const EMBED_SCREEN_TEXT_VECTORS: &str = "screen-text-vectors.f32";
/// Name of the vectors of [`EmbeddedChunk::shots`] in the pack of embed-chunk: 32-bit floats, little-endian, one row
/// of [`EmbeddedChunk::image_dimensions`] per shot.
pub const EMBED_IMAGE_VECTORS: &str = "image-vectors.f32";

/// Name of a frame in the pack of extract-chunk: JPEG, by its presentation time.
#[must_use]
pub fn frame_name(time_ms: u64) -> String {
    format!("frames/{time_ms:010}.jpg")
}

/// The presentation time in the name of a frame; `None` for what is not a frame.
#[must_use]
pub fn frame_time_ms(name: &str) -> Option<u64> {
    name.strip_prefix("frames/")?
        .strip_suffix(".jpg")?
        .parse()
        .ok()
}

/// What extract-chunk says beside the audio and the frames of its pack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtractDescription {
    /// Length of the audio in milliseconds; `None` without audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_duration_ms: Option<u64>,
    /// Where the audio begins, in milliseconds from the start of the video; where absent, with the chunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_start_ms: Option<u64>,
    /// The stretch whose speech is this chunk's. It ends in silence near the chunk's borders, where the
    /// neighbours begin; the audio may hold more. Where absent, all of the audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech: Option<TimeRange>,
    /// Cues of the embedded subtitle track that start in the chunk; `None` without such a track.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cues: Option<Vec<Cue>>,
    /// When the picture changes from one moment to the next, in milliseconds from the start of the video.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts_ms: Vec<u64>,
    /// What was lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// Where a transcript's words come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TranscriptSource {
    /// A subtitle file uploaded with the video.
    SubtitleFile,
    /// A subtitle track inside the video.
    SubtitleTrack,
    /// Recognised in the sound.
    Speech,
    /// Nothing: the video has no text that this release can take.
    None,
}

impl TranscriptSource {
    /// The channel that words from here are found by.
    #[must_use]
    pub const fn channel(self) -> Option<Channel> {
        match self {
            Self::SubtitleFile | Self::SubtitleTrack => Some(Channel::Subtitle),
            Self::Speech => Some(Channel::Speech),
            Self::None => None,
        }
    }
}

/// Words of one chunk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChunkTranscript {
    /// Where they come from.
    pub source: TranscriptSource,
    /// Language (BCP 47), where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Cues that start in the chunk, in order of time.
    pub cues: Vec<Cue>,
    /// The model that recognised them; `None` for subtitles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech_model: Option<String>,
    /// What was recognised and left out; `None` for subtitles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<DroppedSpeech>,
    /// What was lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// Words of a whole video, `transcript.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Where they come from.
    pub source: TranscriptSource,
    /// Language (BCP 47), where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// All cues, in order of time.
    pub cues: Vec<Cue>,
    /// The model that recognised them; `None` for subtitles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech_model: Option<String>,
    /// What was recognised and left out; `None` for subtitles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<DroppedSpeech>,
}

/// One searchable passage: a sentence or a few. Its vector has the same position in the pack's vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// The words.
    pub text: String,
    /// Derived object with a small picture of the passage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_key: Option<String>,
}

/// What embed-chunk says of its vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddedChunk {
    /// Where the words come from; decides the channel.
    pub source: TranscriptSource,
    /// Language (BCP 47), where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The model of the vectors.
    pub text_model: String,
    /// Length of a vector.
    pub dimensions: u32,
    /// The passages, in order of time.
    pub passages: Vec<Passage>,
    /// What is written in the picture, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub screen_texts: Vec<Passage>,
    /// The shots, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shots: Vec<Shot>,
    /// The model of the shots' vectors; `None` in a chunk that no model has looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_model: Option<String>,
    /// Length of a shot's vector; 0 in a chunk that no model has looked at.
    #[serde(default)]
    pub image_dimensions: u32,
    /// What was lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A stretch of a video that looks the same throughout. Its vector has the same position in the pack's vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shot {
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// When the frame is shown that stands for the shot.
    pub frame_ms: u64,
    /// Derived object with that frame.
    pub thumbnail_key: String,
    /// What the model sees in it, likeliest first, where it has words for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// Something that was lost on the way, or that a reader should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable name, for programs.
    pub name: WarningName,
    /// Sentence for people, naming the thing.
    pub message: String,
    /// The stretch of the video concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u64>,
    /// End of that stretch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
}

/// How messages for people write a time in a video: `1:01:01`.
#[must_use]
pub fn clock_time(time_ms: u64) -> String {
    let seconds = time_ms / 1000;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    format!("{hours}:{:02}:{:02}", minutes % 60, seconds % 60)
}

/// The kinds of loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WarningName {
    /// Part of the sound could not be decoded.
    AudioDamaged,
    /// Part of the picture could not be decoded.
    VideoDamaged,
    /// A whole stretch of the video is missing from the index.
    StretchMissing,
    /// The subtitle file holds nothing that can be read.
    SubtitlesUnreadable,
    /// Some cues of the subtitle file were skipped.
    SubtitlesIncomplete,
    /// There was more text in the picture than is read.
    ScreenTextIncomplete,
    /// The container does not state how long it is; its length was measured.
    DurationMeasured,
    /// A later attempt to index the video again failed; the earlier result is still served.
    ReindexFailed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_a_player_shows_them() {
        for (time_ms, expected) in [
            (0, "0:00:00"),
            (59_999, "0:00:59"),
            (3_661_500, "1:01:01"),
            (72_000_000, "20:00:00"),
        ] {
            assert_eq!(clock_time(time_ms), expected);
        }
    }

    #[test]
    fn cues_and_their_words_move_together() {
        let word = Word {
            start_ms: 100,
            end_ms: 300,
            text: "a".into(),
            confidence: 1.0,
            interpolated: false,
        };
        let cue = Cue {
            start_ms: 100,
            end_ms: 300,
            words: vec![word],
            ..Cue::default()
        };
        let moved = cue.later(5000);
        assert_eq!((moved.start_ms, moved.end_ms), (5100, 5300));
        assert_eq!(
            (moved.words[0].start_ms, moved.words[0].end_ms),
            (5100, 5300)
        );
    }
}
