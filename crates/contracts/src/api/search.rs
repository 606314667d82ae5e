//! Searches and the moments that answer them.

use crate::{VideoId, segments::Channel};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Parameters of `GET /search` and body of `POST /search`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// What was said or shown. Left out where `image` or `like` says what is looked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub q: String,
    /// A picture to find shots that look like it: a JPEG, PNG or WebP file in base64. In a body only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// `segment_id` of something that was found, to find what is like it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
    /// Only these videos, comma-separated in `GET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub videos: Option<String>,
    /// Only videos that carry all of these tags, comma-separated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<String>,
    /// Only these channels, comma-separated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<String>,
    /// Only videos in one of these languages (BCP 47; region and script don't matter), comma-separated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<String>,
    /// Only videos made known on this day or later: `2026-11-26`, or a time (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Only videos made known before this day or time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Only videos of at least this length in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_duration_s: Option<u64>,
    /// Only videos of at most this length in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration_s: Option<u64>,
    /// In which order moments come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// What moments are grouped by; a page then has `limit` groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Grouping>,
    /// At most this many moments of one video; 3 unless told where moments are grouped, else without a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_video: Option<u32>,
    /// Whether to answer with the nearest moments too that are not confident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<bool>,
    /// Whether to count what was found by channel, tag, language and video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<bool>,
    /// Whether each moment says how it was found and what its confidence rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<bool>,
    /// How many moments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// In which order moments come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The best first.
    #[default]
    Relevance,
    /// Those of the newest video first; inside one in order of time.
    Newest,
    /// Those of the oldest video first; inside one in order of time.
    Oldest,
}

/// What moments are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grouping {
    /// Moments of one video stand together, the video with the best one first.
    Video,
}

/// Answer to a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchResponse {
    /// The moments, best first.
    pub moments: Vec<Moment>,
    /// Whether nothing matches well.
    pub no_confident_match: bool,
    /// Channels that could not be queried.
    pub degraded: Vec<String>,
    /// Give this back as `cursor` for the next page.
    pub next_cursor: Option<String>,
    /// Moments that are not confident, nearest first; only where they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<Moment>,
    /// The groups of the page, in order; only where moments are grouped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<MomentGroup>,
    /// How what was found is spread; only where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<Facets>,
    /// What pictures were searched with; absent where they were not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visual_model: Option<VisualModel>,
    /// Whether `POST /feedback` takes which of these moments is opened; absent where it does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub records_feedback: bool,
}

/// The moments of one video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MomentGroup {
    /// The video.
    pub video_id: VideoId,
    /// Its title.
    pub title: String,
    /// How many confident moments of it there are; the page shows `per_video` at most.
    pub found: u32,
}

/// Counts of the confident moments that the answer's pages go through, most first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    /// By channel that matched.
    pub channels: Vec<FacetCount>,
    /// By the video's tags.
    pub tags: Vec<FacetCount>,
    /// By the video's language.
    pub languages: Vec<FacetCount>,
    /// By video id.
    pub videos: Vec<FacetCount>,
}

/// How many moments have a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value, as a filter takes it.
    pub value: String,
    /// Moments that have it.
    pub count: u32,
}

/// The model that compares pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisualModel {
    /// Its name.
    pub name: String,
    /// Whether it stands in for a better one: it knows 1,000 nouns and no more.
    pub stand_in: bool,
}

/// A stretch of a video that answers the query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The video.
    pub video_id: VideoId,
    /// Its title.
    pub title: String,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// Fused score; comparable inside one answer only.
    pub score: f64,
    /// How likely the moment answers the query, 0 to 1; null where that can't be said.
    pub confidence: Option<f64>,
    /// Where the evidence starts, before bounds were moved to those of sentence and shot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_start_ms: Option<u64>,
    /// Where the evidence ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_end_ms: Option<u64>,
    /// Channels that matched.
    pub channels: Vec<Channel>,
    /// Other places with the same content: an ident in many videos is one moment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<Repeat>,
    /// How it was found; only where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// Presigned address of a small picture.
    pub thumbnail_url: Option<String>,
    /// Presigned address that plays from there, ending in `#t=START,END` in seconds.
    pub play_url: Option<String>,
    /// What matched.
    pub evidence: Vec<Evidence>,
}

/// Another place with the same content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// The video.
    pub video_id: VideoId,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
}

/// How a moment was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What each retriever says of it.
    pub found_by: Vec<FoundBy>,
    /// What its confidence rests on, by name.
    pub signs: BTreeMap<String, f64>,
}

/// What a retriever says of a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundBy {
    /// The retriever, `meaning` say.
    pub retriever: String,
    /// Its position in the retriever's list, from 1.
    pub rank: u32,
    /// The retriever's own score.
    pub score: f64,
    /// How much that score says, 0 to 1.
    pub relevance: f64,
}

/// What matched in one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Names what matched, to search for what is like it.
    #[serde(default)]
    pub segment_id: String,
    /// The channel.
    pub channel: Channel,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// The words; empty for a shot.
    pub text: String,
    /// What a model sees in a shot, likeliest first, where it has words for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Matched words as `[from, to)` in UTF-16 code units of `text`.
    pub highlights: Vec<[u32; 2]>,
}
