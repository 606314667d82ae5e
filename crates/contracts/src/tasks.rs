//! Payloads of the state machines' tasks. State carries references and counts, never content.

use crate::{Generation, VideoId, Workspace, segments::Channel};
use serde::{Deserialize, Serialize};

/// Which indexing a task works for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoRef {
    /// The tenant.
    pub workspace: Workspace,
    /// The video.
    pub video_id: VideoId,
    /// Which indexing of it.
    pub generation: Generation,
    /// Which try for the same object version: 1, and one more with every retry.
    pub attempt: u32,
}

/// An object in S3, at one version where the bucket has versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Bucket name.
    pub bucket: String,
    /// Object key, not URL-encoded.
    pub key: String,
    /// Version, absent in a bucket without versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Entity tag without quotes; tells versions apart where the bucket has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// Input of an execution of `index-video`, and of its first task, probe-media.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexVideoInput {
    /// Which indexing.
    pub video: VideoRef,
    /// The video file.
    pub source: ObjectRef,
    /// Where a subtitle file may lie that was stored beside the source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subtitle_candidates: Vec<ObjectRef>,
    /// Language given by the user (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A time range of the video that is processed as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Position in the plan, from 0.
    pub index: u32,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
}

/// Answer of probe-media.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeMediaResponse {
    /// What the chunks read: the source, or its copy in a container that can be sought.
    pub media: ObjectRef,
    /// Derived object with the [`crate::artifacts::MediaDescription`].
    pub description_key: String,
    /// The subtitle file beside the source, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitles: Option<ObjectRef>,
    /// The plan.
    pub chunks: Vec<Chunk>,
}

/// Input of the four tasks of a chunk; each adds the key of its output for the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkTask {
    /// Which indexing.
    pub video: VideoRef,
    /// What to read.
    pub media: ObjectRef,
    /// Derived object with the [`crate::artifacts::MediaDescription`].
    pub description_key: String,
    /// The subtitle file beside the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitles: Option<ObjectRef>,
    /// Language given by the user (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Which part of the video.
    pub chunk: Chunk,
    /// How often Step Functions has retried this task.
    #[serde(default)]
    pub retry_count: u32,
    /// Output of extract-chunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extract_key: Option<String>,
    /// Output of transcribe-chunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript_key: Option<String>,
    /// Output of embed-chunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_key: Option<String>,
}

/// Answer of extract-chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractChunkResponse {
    /// The pack of audio, frames and cues.
    pub extract_key: String,
}

/// Answer of transcribe-chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscribeChunkResponse {
    /// The [`crate::artifacts::ChunkTranscript`].
    pub transcript_key: String,
}

/// Answer of embed-chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbedChunkResponse {
    /// The pack of passages and vectors.
    pub embedding_key: String,
}

/// Answer of index-chunk, and what the Map keeps of a chunk that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexChunkResponse {
    /// Which chunk.
    pub chunk: u32,
    /// How many documents it has in the index.
    pub documents: u32,
    /// The channels that they make searchable, each once.
    #[serde(default)]
    pub channels: Vec<Channel>,
}

/// What became of a chunk: an [`IndexChunkResponse`], or what its Catch left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkOutcome {
    /// Which chunk.
    pub chunk: u32,
    /// How many documents it has in the index.
    #[serde(default)]
    pub documents: u32,
    /// The channels that they make searchable, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// The state that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The name of the error it failed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Input of finalize-video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalizeVideoRequest {
    /// Which indexing.
    pub video: VideoRef,
    /// Derived object with the [`crate::artifacts::MediaDescription`].
    pub description_key: String,
    /// One outcome a chunk, in any order.
    pub chunks: Vec<ChunkOutcome>,
}

/// Answer of finalize-video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalizeVideoResponse {
    /// How many documents the video has in the index.
    pub documents: u32,
    /// How many warnings its record carries.
    pub warnings: u32,
}

/// Input of record-failure from the state machine's Catch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFailureRequest {
    /// Which indexing.
    pub video: VideoRef,
    /// The state that failed, or the execution's status.
    pub state: String,
    /// The name of the error.
    pub error: String,
    /// What Step Functions knows of the cause: for a Lambda, JSON with `errorMessage`.
    #[serde(default)]
    pub cause: String,
}

/// Answer of record-failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFailureResponse {
    /// Whether the failure now stands on the video; false where it was already settled.
    pub recorded: bool,
}

/// Input of delete-video and of its state machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteVideoRequest {
    /// The tenant.
    pub workspace: Workspace,
    /// The video.
    pub video_id: VideoId,
}

/// Answer of delete-video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteVideoResponse {
    /// How many objects and object versions were removed.
    pub objects: u64,
    /// How many documents left the index.
    pub documents: u64,
}

/// Answer of prepare-index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrepareIndexResponse {
    /// The index behind the alias.
    pub index: String,
    /// Whether this call made it.
    pub created: bool,
    /// Present where the index holds vectors of other models than those that play their roles here: it serves on, and
    /// `vindex reindex` fills one for these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_models: Option<OtherModels>,
}

/// The models of an index and those of the deployment, where they differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherModels {
    /// Names of those whose vectors the index holds, of texts and of pictures.
    pub of_index: [String; 2],
    /// Names of those that play the roles.
    pub of_deployment: [String; 2],
}

/// Name of an execution: the same for the same video, object version and attempt, so that a second
/// start is refused by Step Functions itself. `version_digest` is 12 hexadecimal digits that stand for
/// the version; the whole name stays below the 80 characters allowed.
#[must_use]
pub fn execution_name(video: &VideoRef, version_digest: &str) -> String {
    format!(
        "{}-{version_digest}-g{}-a{}",
        video.video_id, video.generation, video.attempt
    )
}
