//! Videos, and what ran for them.

use crate::{
    Generation, VideoId,
    artifacts::{DroppedSpeech, Warning},
    segments::Channel,
};
use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_spelled_as_the_design_says() {
        let json = serde_json::to_string(&VideoStatus::AwaitingUpload).unwrap();
        assert_eq!(json, "\"AWAITING_UPLOAD\"");
    }
}
