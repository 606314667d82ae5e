//! What a media file holds, as probe-media tells the tasks of the chunks.

use serde::{Deserialize, Serialize};

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaInfo {
    /// ffmpeg's name of the container, for instance `mov,mp4,m4a,3gp,3g2,mj2` or `matroska,webm`.
    pub container: String,
    /// Stated duration in milliseconds, if the container states one.
    pub duration_ms: Option<u64>,
    /// Every stream, in the file's order.
    pub streams: Vec<Stream>,
    /// The title in the container's metadata.
    pub title: Option<String>,
    /// Whether a time can be found without reading all before it, and durations and times are exact.
    pub seekable: bool,
    /// Whether the first picture or sound comes at another time than 0 by the file's own clock.
    #[serde(default)]
    pub starts_late: bool,
}

/// One stream of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// Position among all streams, as ffmpeg counts them.
    pub index: u32,
    /// What is in it.
    pub kind: StreamKind,
    /// Marked to be played by default.
    pub is_default: bool,
    /// Marked as shown even when captions are off: a few lines of a foreign language, not the spoken text.
    pub is_forced: bool,
}

/// A stream's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreamKind {
    /// Pictures.
    Video(VideoStream),
    /// Sound.
    Audio(AudioStream),
    /// Captions.
    Subtitle(SubtitleStream),
    /// Data, attachments, and whatever ffmpeg can't name.
    Other,
}

/// A stream of pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoStream {
    /// ffmpeg's name of the codec.
    pub codec: String,
    /// Width in pixels; 0 when the file does not tell.
    pub width: u32,
    /// Height in pixels; 0 when the file does not tell.
    pub height: u32,
    /// Mean frames per second, where stated.
    pub frames_per_second: Option<f32>,
    /// One picture attached to the file, such as a cover: not a video stream.
    pub attached_picture: bool,
}

/// A stream of sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AudioStream {
    /// ffmpeg's name of the codec.
    pub codec: String,
    /// Sample rate in hertz.
    pub sample_rate_hz: u32,
    /// ffmpeg's name of the channel layout, for instance `stereo` or `5.1`.
    pub channels: String,
    /// Language tag as the file has it, usually three letters.
    pub language: Option<String>,
}

/// A stream of captions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubtitleStream {
    /// ffmpeg's name of the codec.
    pub codec: String,
    /// Text, as opposed to pictures of text.
    pub is_text: bool,
    /// Language tag as the file has it, usually three letters.
    pub language: Option<String>,
}

impl MediaInfo {
    /// The video stream to use: the default one, else the first. Never an attached picture.
    #[must_use]
    pub fn video(&self) -> Option<(u32, &VideoStream)> {
        self.preferred(|stream| match &stream.kind {
            StreamKind::Video(video) if video.is_usable() => Some(video),
            _ => None,
        })
    }

    /// The audio stream to use: the default one, else the first.
    #[must_use]
    pub fn audio(&self) -> Option<(u32, &AudioStream)> {
        self.preferred(|stream| match &stream.kind {
            StreamKind::Audio(audio) if audio.is_usable() => Some(audio),
            _ => None,
        })
    }

    /// The text captions to use: the default ones, else the first. Never forced ones.
    #[must_use]
    pub fn subtitles(&self) -> Option<(u32, &SubtitleStream)> {
        self.preferred(|stream| match &stream.kind {
            StreamKind::Subtitle(subtitles) if subtitles.is_text && !stream.is_forced => {
                Some(subtitles)
            }
            _ => None,
        })
    }

    fn preferred<'a, T>(&'a self, pick: impl Fn(&'a Stream) -> Option<T>) -> Option<(u32, T)> {
        let find = |wants_default: bool| {
            self.streams
                .iter()
                .filter(|stream| stream.is_default || !wants_default)
                .find_map(|stream| pick(stream).map(|found| (stream.index, found)))
        };
        find(true).or_else(|| find(false))
    }
}

impl VideoStream {
    fn is_usable(&self) -> bool {
        !self.attached_picture && self.codec != "none" && self.width > 0 && self.height > 0
    }
}

impl AudioStream {
    fn is_usable(&self) -> bool {
        self.codec != "none" && self.sample_rate_hz > 0
    }
}
