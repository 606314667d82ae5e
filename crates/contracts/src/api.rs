//! Types of the HTTP API. `docs/openapi.yaml` describes the same, and a test holds the two together.

use crate::{
    Generation, VideoId,
    artifacts::{DroppedSpeech, Warning},
    segments::Channel,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};

/// Where a video stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VideoStatus {
    /// Its upload was asked for and has not arrived.
    AwaitingUpload,
    /// It is being indexed for the first time, or again after a failure.
    Processing,
    /// It can be searched, possibly with warnings.
    Ready,
    /// It could not be indexed; `error` says why.
    Failed,
    /// It is being removed.
    Deleting,
}

/// How a video came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A presigned upload.
    Upload,
    /// A drop into the inbox.
    Inbox,
    /// An object that already lay in S3.
    Import,
}

/// Why a video failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoError {
    /// An [`crate::ErrorName`], or a name of AWS's own.
    pub name: String,
    /// Sentence for people, naming the thing and the limit.
    pub message: String,
    /// The state that failed.
    pub state: String,
}

/// A video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Video {
    /// The video.
    pub video_id: VideoId,
    /// Its title: given, or the file's name.
    pub title: String,
    /// The file's name, as it was given.
    pub file_name: String,
    /// Labels for filters.
    pub tags: Vec<String>,
    /// Who made it: the token's subject, or `inbox`.
    pub created_by: String,
    /// How it came in.
    pub origin: Origin,
    /// Where it stands.
    pub status: VideoStatus,
    /// The generation that search serves.
    pub serving_generation: Option<Generation>,
    /// Length in milliseconds, once known.
    pub duration_ms: Option<u64>,
    /// Size of the source in bytes, once known.
    pub size_bytes: Option<u64>,
    /// Language (BCP 47), given or found.
    pub language: Option<String>,
    /// Channels searchable so far.
    pub channels: Vec<Channel>,
    /// Chunks finished in the newest indexing.
    pub chunks_done: u32,
    /// Chunks planned in the newest indexing; 0 until planned.
    pub chunks_total: u32,
    /// What was lost.
    pub warnings: Vec<Warning>,
    /// What speech recognition wrote and was left out; absent where none ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<DroppedSpeech>,
    /// Why it failed, if it did.
    pub error: Option<VideoError>,
    /// RFC 3339 in UTC.
    pub created_at: String,
    /// RFC 3339 in UTC.
    pub updated_at: String,
    /// Presigned address of the source, once it has arrived; only where one video is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
}

/// A page of videos, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoList {
    /// The videos.
    pub videos: Vec<Video>,
    /// Give this back as `cursor` for the next page.
    pub next_cursor: Option<String>,
}

/// Body of `PATCH /videos/{id}`: only what is given changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VideoPatch {
    /// New title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// New tags, replacing the old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// Body of `POST /uploads`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadRequest {
    /// The file's name; becomes the title where none is given.
    pub file_name: String,
    /// Size in bytes; the presigned PUT binds it.
    pub size_bytes: u64,
    /// Media type; the presigned PUT binds it.
    #[serde(default = "default_content_type")]
    pub content_type: String,
    /// Title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Labels for filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Language of the video (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Size of a subtitle file that will be put before the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitles_size_bytes: Option<u64>,
}

fn default_content_type() -> String {
    "application/octet-stream".to_owned()
}

/// An address to put bytes to, and the headers that must go with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresignedPut {
    /// Where to.
    pub url: String,
    /// Headers that the signature binds, in lower case.
    pub headers: std::collections::BTreeMap<String, String>,
}

/// Answer to `POST /uploads`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The video that the upload makes.
    pub video_id: VideoId,
    /// Where the subtitle file goes, first.
    pub subtitles: Option<PresignedPut>,
    /// Where the file goes in one piece.
    pub source: Option<PresignedPut>,
    /// How the file goes in parts, where it is too large for one piece.
    pub multipart: Option<MultipartUpload>,
    /// Seconds for which the addresses are valid.
    pub expires_in_s: u64,
}

/// An upload in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultipartUpload {
    /// S3's id of it.
    pub upload_id: String,
    /// Size of every part but the last, in bytes.
    pub part_size_bytes: u64,
    /// How many parts.
    pub part_count: u32,
}

/// Answer to `GET /uploads/{id}/parts`: addresses for some of the parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartUrls {
    /// The parts, in order.
    pub parts: Vec<PartUrl>,
    /// First part of the next page.
    pub next_part: Option<u32>,
}

/// Address of one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartUrl {
    /// From 1.
    pub part_number: u32,
    /// Where to.
    pub url: String,
}

/// Body of `POST /uploads/{id}/complete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompleteUploadRequest {
    /// S3's id of the upload.
    pub upload_id: String,
    /// Every part with the entity tag that its PUT answered.
    #[serde(deserialize_with = "objects")]
    pub parts: Vec<CompletedPart>,
}

/// Items given as objects; serde by itself would take a list of a struct's values as well.
fn objects<'de, D, Item>(deserializer: D) -> Result<Vec<Item>, D::Error>
where
    D: Deserializer<'de>,
    Item: DeserializeOwned,
{
    let objects = Vec::<Map<String, Value>>::deserialize(deserializer)?;
    let items = objects.into_iter().map(Item::deserialize);
    items.collect::<Result<_, _>>().map_err(D::Error::custom)
}

/// A part that has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompletedPart {
    /// From 1.
    pub part_number: u32,
    /// As the PUT answered it.
    pub etag: String,
}

/// Body of `POST /imports`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// `s3://bucket/key`
    pub url: String,
    /// Title; the last part of the key where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Labels for filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Language of the video (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Answer to `GET /videos/{id}/timeline`: what ran for the newest indexing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// The video.
    pub video_id: VideoId,
    /// Which indexing.
    pub generation: Generation,
    /// Runs, in order of their start.
    pub tasks: Vec<TaskRun>,
}

/// One task's last run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRun {
    /// The stage, `extract` say.
    pub stage: String,
    /// The chunk; `None` for the whole video.
    pub chunk: Option<u32>,
    /// How often it was started by Step Functions in this execution.
    pub attempts: u32,
    /// RFC 3339 in UTC.
    pub started_at: String,
    /// RFC 3339 in UTC; `None` while it runs or where it was killed.
    pub ended_at: Option<String>,
    /// What it worked through, in the stage's unit (frames, cues, passages, documents).
    pub units: Option<u64>,
    /// Whether an earlier run had already done the work.
    pub reused: bool,
    /// The name of its error.
    pub error: Option<String>,
}

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
    pub signs: std::collections::BTreeMap<String, f64>,
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

/// Answer to `GET /health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// `ok`
    pub status: String,
    /// Release of the function that answered.
    pub version: String,
}

/// An error answer (RFC 9457), `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank`: the title says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong and the way out.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_spelled_as_the_design_says() {
        let json = serde_json::to_string(&VideoStatus::AwaitingUpload).unwrap();
        assert_eq!(json, "\"AWAITING_UPLOAD\"");
    }

    #[test]
    fn an_upload_request_needs_name_and_size_only() {
        let request: UploadRequest =
            serde_json::from_str(r#"{"file_name":"a.mp4","size_bytes":1}"#).unwrap();
        assert_eq!(request.content_type, "application/octet-stream");
    }
}
