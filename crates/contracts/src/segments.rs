//! Documents of the search index.

use crate::{Generation, VideoId, Workspace, artifacts::TimeRange, tasks::VideoRef};
use serde::{Deserialize, Serialize};

/// The alias through which the index is written and read.
pub const ALIAS: &str = "segments";

/// Where a hit's evidence lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The video's title.
    Title,
    /// Words recognised in the sound.
    Speech,
    /// Words of a subtitle file or track.
    Subtitle,
    /// What the picture shows.
    Visual,
    /// Words in the picture.
    ScreenText,
}

impl Channel {
    /// Every channel, in the order of their declaration.
    pub const ALL: &[Self] = &[
        Self::Title,
        Self::Speech,
        Self::Subtitle,
        Self::Visual,
        Self::ScreenText,
    ];

    /// The channel as it stands in documents and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Channel::Title => "title",
            Channel::Speech => "speech",
            Channel::Subtitle => "subtitle",
            Channel::Visual => "visual",
            Channel::ScreenText => "screen-text",
        }
    }
}

/// One passage, shot or title in the index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentDocument {
    /// The tenant; every query filters on it.
    pub workspace: Workspace,
    /// The video.
    pub video_id: VideoId,
    /// Which indexing of it.
    pub generation: Generation,
    /// The chunk it came from; `None` for a title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunk: Option<u32>,
    /// Where the evidence lies.
    pub channel: Channel,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// The words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Unit vector of the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_vector: Option<Vec<f32>>,
    /// The model that made `text_vector`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_model: Option<String>,
    /// Unit vector of the picture that stands for a shot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_vector: Option<Vec<f32>>,
    /// The model that made `image_vector`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_model: Option<String>,
    /// What the model sees in that picture, likeliest first, where it has words for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Small picture of the segment in the derived bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_key: Option<String>,
    /// Language (BCP 47), where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The video's tags, for filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When the video was made known, RFC 3339 in UTC, for filters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// Length of the video in milliseconds, for filters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

impl SegmentDocument {
    /// A segment with nothing in it yet. `video` says which indexing of which video it belongs to.
    #[must_use]
    pub fn empty(video: &VideoRef, channel: Channel, range: TimeRange) -> Self {
        Self {
            workspace: video.workspace.clone(),
            video_id: video.video_id.clone(),
            generation: video.generation,
            chunk: None,
            channel,
            start_ms: range.start_ms,
            end_ms: range.end_ms,
            text: None,
            text_vector: None,
            text_model: None,
            image_vector: None,
            image_model: None,
            labels: Vec::new(),
            thumbnail_key: None,
            language: None,
            tags: Vec::new(),
            created_at: None,
            duration_ms: None,
        }
    }

    /// The document's `_id`: the same for the same passage of the same generation, so that writing it
    /// twice leaves one document. `position` counts the documents of a channel inside the chunk.
    #[must_use]
    pub fn id(&self, position: usize) -> String {
        let chunk = self
            .chunk
            .map_or_else(|| "whole".to_owned(), |chunk| format!("{chunk:05}"));
        format!(
            "{}:{}:{}:{chunk}:{position:05}",
            self.video_id,
            self.generation,
            self.channel.as_str()
        )
    }
}
