//! How an indexing ends: ready, failed, deleted. Each is one conditional write.

use crate::{Catalog, CatalogError, VideoRecord, keys, progress::deleting, record::now};
use contracts::{
    ErrorName, VideoId, Workspace,
    api::{VideoError, VideoStatus},
    artifacts::{DroppedSpeech, Warning, WarningName},
    segments::Channel,
    tasks::VideoRef,
};
use std::collections::BTreeSet;

/// How often a change is decided anew that others came before.
pub(crate) const RACES: usize = 16;

/// What Finalize knows of a video that can be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyVideo {
    /// Every channel it can be found by.
    pub channels: BTreeSet<Channel>,
    /// What was lost.
    pub warnings: Vec<Warning>,
    /// Language (BCP 47), where known.
    pub language: Option<String>,
    /// What speech recognition wrote and was left out; `None` where none ran.
    pub dropped: Option<DroppedSpeech>,
}

/// What became of a failure that was to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureOutcome {
    /// The video is now `FAILED`.
    Failed,
    /// The video stays `READY` with its earlier generation, and carries a warning.
    StillReady,
    /// The failure belongs to an indexing that is settled already, or to a video that is gone.
    Settled,
}

impl Catalog {
    /// Makes a generation the one that is served.
    ///
    /// # Errors
    /// [`CatalogError::VideoGone`] or [`CatalogError::Superseded`] where the work is not wanted any more.
    pub async fn record_ready(
        &self,
        video: &VideoRef,
        ready: &ReadyVideo,
    ) -> Result<VideoRecord, CatalogError> {
        for _ in 0..RACES {
            let record = self.current(video).await?;
            let mut next = record.clone();
            next.status = VideoStatus::Ready;
            next.serving_generation = Some(video.generation);
            next.serving_source.clone_from(&record.source);
            next.serving_duration_ms = record.duration_ms;
            next.channels.clone_from(&ready.channels);
            next.warnings.clone_from(&ready.warnings);
            next.found_language.clone_from(&ready.language);
            next.dropped = ready.dropped;
            next.error = None;
            next.updated_at = now();
            match self.replace(&record, &next).await {
                Err(CatalogError::Conflict) => {}
                done => return done.map(|()| next),
            }
        }
        Err(CatalogError::Conflict)
    }

    /// Records why an execution failed, unless that is settled already.
    ///
    /// # Errors
    /// The table can't be read or written.
    pub async fn record_failure(
        &self,
        video: &VideoRef,
        error: &VideoError,
    ) -> Result<FailureOutcome, CatalogError> {
        for _ in 0..RACES {
            let Some(record) = self.get(&video.workspace, &video.video_id).await? else {
                return Ok(FailureOutcome::Settled);
            };
            let Some((next, outcome)) = after_failure(&record, video, error) else {
                return Ok(FailureOutcome::Settled);
            };
            match self.replace(&record, &next).await {
                Err(CatalogError::Conflict) => {}
                done => return done.map(|()| outcome),
            }
        }
        Err(CatalogError::Conflict)
    }

    /// Marks a video as being deleted; `false` where there is none.
    ///
    /// # Errors
    /// The table can't be read or written.
    pub async fn mark_deleting(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
    ) -> Result<bool, CatalogError> {
        for _ in 0..RACES {
            let Some(record) = self.get(workspace, video_id).await? else {
                return Ok(false);
            };
            let mut next = record.clone();
            next.status = VideoStatus::Deleting;
            next.updated_at = now();
            match self.replace(&record, &next).await {
                Err(CatalogError::Conflict) => {}
                done => return done.map(|()| true),
            }
        }
        Err(CatalogError::Conflict)
    }

    /// Removes the item of a video that is being deleted. One that came back meanwhile under the same id stays.
    ///
    /// # Errors
    /// The table can't be written.
    pub async fn remove(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
    ) -> Result<(), CatalogError> {
        let removed = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(keys::video(workspace, video_id)))
            .condition_expression("attribute_not_exists(pk) OR #status = :deleting")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":deleting", deleting())
            .send()
            .await;
        match removed.map_err(CatalogError::from) {
            Ok(_) | Err(CatalogError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn after_failure(
    record: &VideoRecord,
    video: &VideoRef,
    error: &VideoError,
) -> Option<(VideoRecord, FailureOutcome)> {
    if (record.generation, record.attempt) != (video.generation, video.attempt) {
        return None;
    }
    let mut next = record.clone();
    next.updated_at = now();
    match record.status {
        VideoStatus::Processing => {
            next.status = VideoStatus::Failed;
            next.error = Some(error.clone());
            if error.name.parse().is_ok_and(ErrorName::condemns_input) {
                // What was computed from a file that can't be indexed is removed.
                next.channels.clear();
                next.chunks_indexed.clear();
            }
            Some((next, FailureOutcome::Failed))
        }
        // The generation that failed is not the one that is served.
        VideoStatus::Ready if record.serving_generation != Some(video.generation) => {
            next.warnings
                .retain(|warning| warning.name != WarningName::ReindexFailed);
            next.warnings.push(Warning {
                name: WarningName::ReindexFailed,
                message: format!(
                    "indexing again failed at {} ({}): {}; the earlier result is still served",
                    error.state, error.name, error.message
                ),
                start_ms: None,
                end_ms: None,
            });
            (next.warnings != record.warnings).then_some((next, FailureOutcome::StillReady))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::api::Origin;

    fn record(status: VideoStatus, generation: u32, serving: u32) -> VideoRecord {
        let mut record = VideoRecord::new("w".into(), "v".into(), Origin::Upload, "s".into());
        record.status = status;
        record.generation = generation;
        record.attempt = 1;
        record.serving_generation = Some(serving);
        record
    }

    fn check(record: &VideoRecord, generation: u32, expected: Option<FailureOutcome>) {
        let video = VideoRef {
            generation,
            ..record.video_ref()
        };
        let error = VideoError {
            name: "NotMedia".into(),
            message: "m".into(),
            state: "ProbeMedia".into(),
        };
        let outcome = after_failure(record, &video, &error).map(|(_, outcome)| outcome);
        assert_eq!(outcome, expected);
    }

    fn channels_after(error_name: &str) -> usize {
        let mut record = record(VideoStatus::Processing, 1, 1);
        record.channels.insert(Channel::Subtitle);
        record.chunks_indexed.insert(0);
        let error = VideoError {
            name: error_name.into(),
            message: "m".into(),
            state: "s".into(),
        };
        let (next, _) = after_failure(&record, &record.video_ref(), &error).unwrap();
        assert_eq!(next.channels.len(), next.chunks_indexed.len());
        next.channels.len()
    }

    #[test]
    fn a_file_at_fault_leaves_no_channel_and_other_failures_keep_theirs() {
        assert_eq!(channels_after("SourceMissing"), 0);
        assert_eq!(channels_after("ExecutionAborted"), 1);
        assert_eq!(channels_after("States.Timeout"), 1);
    }

    #[test]
    fn a_failure_counts_once_and_never_harms_a_ready_video() {
        use FailureOutcome::{Failed, StillReady};
        check(&record(VideoStatus::Processing, 1, 1), 1, Some(Failed));
        check(&record(VideoStatus::Failed, 1, 1), 1, None);
        check(&record(VideoStatus::Processing, 2, 2), 1, None);
        check(&record(VideoStatus::Ready, 1, 1), 1, None);
        check(&record(VideoStatus::Ready, 2, 1), 2, Some(StillReady));
        check(&record(VideoStatus::Deleting, 1, 1), 1, None);
    }
}
