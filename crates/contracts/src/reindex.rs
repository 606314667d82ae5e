//! Re-indexing: what an operator asks for and is told, and what the tasks of `reindex` are given.

use crate::{VideoId, Workspace, api::VideoError};
use serde::{Deserialize, Serialize};

/// Group of the user pool whose members may change the index of the whole deployment.
pub const OPERATORS_GROUP: &str = "operators";
/// Most videos in one page of a pass: the state that carries them stays below 32 KiB.
pub const MAX_PAGE_REFS: usize = 100;
/// Videos of one call of reindex-videos. Step Functions keeps 25,000 events of an execution, and a call costs seven.
pub const BATCH_VIDEOS: usize = 10;
/// Most videos that a run goes through: three passes fit into those events.
pub const MAX_REINDEX_VIDEOS: u32 = 10_000;
/// How many of the first hits are compared.
pub const COMPARED_HITS: usize = 10;

/// Body of `POST /reindex`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReindexRequest {
    /// What to do.
    pub action: ReindexAction,
    /// With `start`: a text or visual model that takes its role in the next index. Without it, the next index is for
    /// the models that play their roles in the deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// With `start`: only count, estimate and check.
    #[serde(default)]
    pub dry_run: bool,
    /// With `start`: fail where less of what the serving index finds is found by the next one, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_recall: Option<f64>,
}

/// What an operator does with indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReindexAction {
    /// Make the next index and fill it, or go on filling it.
    Start,
    /// Let the next index serve; the one that serves becomes the previous one.
    Switch,
    /// Let the previous index serve again; the one that serves becomes the next one.
    SwitchBack,
    /// Stop filling and remove the next index.
    Abort,
    /// Remove the previous index.
    Finish,
}

/// How indices stand, and the last run that filled one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReindexState {
    /// The index that answers searches.
    pub serving: IndexState,
    /// The one that is being filled, or filled and not yet used.
    pub next: Option<IndexState>,
    /// The one that served before the last switch.
    pub previous: Option<IndexState>,
    /// The last run; null before the first.
    pub run: Option<ReindexRun>,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexState {
    /// Its name.
    pub name: String,
    /// The model of its texts' vectors.
    pub text_model: String,
    /// The model of its pictures' vectors.
    pub image_model: String,
    /// How many documents it has.
    pub documents: u64,
    /// Whether it can serve: it has, or had when it was filled, all that is served.
    pub filled: bool,
}

/// A run that fills an index, or plans to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReindexRun {
    /// Its id, which is also the name of its execution.
    pub run_id: String,
    /// Where it stands.
    pub status: RunStatus,
    /// Whether it only counts, estimates and checks.
    pub dry_run: bool,
    /// What is known of it so far.
    #[serde(flatten)]
    pub progress: RunProgress,
    /// Why it failed, if it did.
    pub error: Option<VideoError>,
    /// RFC 3339 in UTC.
    pub started_at: String,
    /// RFC 3339 in UTC.
    pub updated_at: String,
}

/// What the tasks of a run have found out so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunProgress {
    /// The index that is filled; null in a dry run.
    #[serde(default)]
    pub index: Option<String>,
    /// The model of its texts' vectors.
    #[serde(default)]
    pub text_model: Option<String>,
    /// The model of its pictures' vectors.
    #[serde(default)]
    pub image_model: Option<String>,
    /// Videos of which something is served.
    #[serde(default)]
    pub videos_total: Option<u32>,
    /// Videos gone through in the present pass.
    #[serde(default)]
    pub videos_done: u32,
    /// Documents of the serving index.
    #[serde(default)]
    pub documents: Option<u64>,
    /// How long filling is thought to take, in seconds.
    #[serde(default)]
    pub estimated_seconds: Option<u64>,
    /// What the functions' time is thought to cost, in US dollars.
    #[serde(default)]
    pub estimated_usd: Option<f64>,
    /// How much of what the serving index finds the next one finds.
    #[serde(default)]
    pub recall: Option<Recall>,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunStatus {
    /// It is under way.
    Running,
    /// It came to its end: the next index is filled, or the plan is made.
    Done,
    /// It failed; `error` says why. Starting again goes on.
    Failed,
    /// It was stopped.
    Aborted,
}

/// How much of what one index finds another finds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    /// Queries compared.
    pub queries: u32,
    /// The mean share of the first ten hits of the serving index that are among the first ten of the next, 0 to 1.
    pub at_10: f64,
}

/// Queries that an operator keeps for comparing indices, under [`crate::keys::REINDEX_QUERIES`] in the derived bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedQueries {
    /// The queries.
    pub queries: Vec<SavedQuery>,
}

/// A query and who asks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedQuery {
    /// The tenant.
    pub workspace: Workspace,
    /// What is looked for.
    pub text: String,
}

/// Input of an execution of `reindex`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReindexInput {
    /// The run.
    pub run_id: String,
    /// As in [`ReindexRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// As in [`ReindexRequest`].
    pub dry_run: bool,
    /// As in [`ReindexRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_recall: Option<f64>,
}

/// Input of plan-reindex.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanReindexRequest {
    /// Input of the execution.
    #[serde(flatten)]
    pub input: ReindexInput,
    /// How many calls of reindex-videos run at once.
    pub concurrency: u32,
}

/// Answer of plan-reindex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReindexResponse {
    /// Videos of which something is served.
    pub videos_total: u32,
}

/// Input of list-videos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListVideosRequest {
    /// The run.
    pub run_id: String,
    /// Where the page starts, as the page before gave it; absent for the first of a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Videos of this pass that were gone through.
    pub videos_done: u32,
}

/// Answer of list-videos: at most [`MAX_PAGE_REFS`] videos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListVideosResponse {
    /// The videos, [`BATCH_VIDEOS`] for each call of reindex-videos.
    pub batches: Vec<ReindexVideosRequest>,
    /// How many they are together.
    pub listed: u32,
    /// Where the next page starts; absent after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// Input of reindex-videos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReindexVideosRequest {
    /// The videos.
    pub videos: Vec<VideoName>,
}

/// A video, whatever is being done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoName {
    /// The tenant.
    pub workspace: Workspace,
    /// The video.
    pub video_id: VideoId,
}

/// Answer of reindex-videos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReindexVideosResponse {
    /// Documents written, over all indices; 0 where none was missing.
    pub documents: u64,
}

/// Input of compare-recall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompareRecallRequest {
    /// The run.
    pub run_id: String,
    /// As in [`ReindexRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_recall: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_needs_its_action_only() {
        let request: ReindexRequest = serde_json::from_str(r#"{"action":"start"}"#).unwrap();
        assert_eq!(
            request,
            ReindexRequest {
                action: ReindexAction::Start,
                model: None,
                dry_run: false,
                min_recall: None,
            }
        );
        serde_json::from_str::<ReindexRequest>(r#"{"action":"switch-back"}"#).unwrap();
    }
}
