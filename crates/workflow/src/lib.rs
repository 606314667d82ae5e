//! Starting and stopping executions of the state machines.
//!
//! The name of an execution derives from video, object version, generation and attempt, so starting
//! the same one twice is refused by Step Functions itself, which counts as success here. It derives from
//! the moment the video was made known too: one that was deleted and comes back under the same id, as an
//! import does, counts its generations from one again, and Step Functions remembers names for 90 days.

mod reindex;

pub use reindex::Outcome;

use aws_config::SdkConfig;
use aws_sdk_sfn::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use catalog::VideoRecord;
use contracts::{
    ErrorName, NamedError, VideoId, Workspace,
    api::Origin,
    keys,
    tasks::{DeleteVideoRequest, IndexVideoInput, ObjectRef, execution_name},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A failure of Step Functions.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowError {
    /// Step Functions asks for fewer requests.
    #[error("step functions is throttled: {0}")]
    Throttled(String),
    /// Step Functions did not answer as it should.
    #[error("step functions does not answer: {0}")]
    Unavailable(String),
    /// The record has no object to index yet.
    #[error("the video {0} has no object to index yet")]
    NothingToIndex(VideoId),
}

impl NamedError for WorkflowError {
    fn error_name(&self) -> ErrorName {
        match self {
            Self::Throttled(_) => ErrorName::Throttled,
            Self::Unavailable(_) => ErrorName::WorkflowUnavailable,
            Self::NothingToIndex(_) => ErrorName::InternalDefect,
        }
    }
}

/// The state machines.
#[derive(Clone, Debug)]
pub struct Workflow {
    client: Client,
    index_arn: String,
}

impl Workflow {
    /// The state machine `index-video` by its ARN.
    #[must_use]
    pub fn new(config: &SdkConfig, index_arn: String) -> Self {
        Self {
            client: Client::new(config),
            index_arn,
        }
    }

    /// Starts the newest indexing of a video, unless it has been started already.
    ///
    /// # Errors
    /// Step Functions does not answer, or no object has arrived yet.
    pub async fn start_index(&self, record: &VideoRecord) -> Result<(), WorkflowError> {
        let input = index_input(record)
            .ok_or_else(|| WorkflowError::NothingToIndex(record.video_id.clone()))?;
        let name = execution_name(&input.video, &digest(record, &input.source));
        let body = serde_json::to_string(&input)
            .map_err(|error| WorkflowError::Unavailable(error.to_string()))?;
        self.start(&self.index_arn, name, body).await
    }

    /// Starts the removal of a video through the state machine `delete-video`; the revision of its record
    /// tells a second request, after a removal that failed, from a repeated one.
    ///
    /// # Errors
    /// Step Functions does not answer.
    pub async fn start_delete(
        &self,
        delete_arn: &str,
        record: &VideoRecord,
    ) -> Result<(), WorkflowError> {
        let request = DeleteVideoRequest {
            workspace: record.workspace.clone(),
            video_id: record.video_id.clone(),
        };
        let body = serde_json::to_string(&request)
            .map_err(|error| WorkflowError::Unavailable(error.to_string()))?;
        self.start(delete_arn, deletion_name(record), body).await
    }

    /// Stops the newest indexing of a video, if it runs.
    ///
    /// # Errors
    /// Step Functions does not answer.
    pub async fn stop_index(&self, record: &VideoRecord) -> Result<(), WorkflowError> {
        let Some(source) = &record.source else {
            return Ok(());
        };
        let name = execution_name(&record.video_ref(), &digest(record, source));
        let arn = reindex::execution_arn(&self.index_arn, &name);
        self.stop(arn, "VideoGone", "the video is being deleted")
            .await
    }

    /// Stops an execution; one that has ended or never was is no error.
    async fn stop(&self, arn: String, error: &str, cause: &str) -> Result<(), WorkflowError> {
        let stopped = self
            .client
            .stop_execution()
            .execution_arn(arn)
            .error(error)
            .cause(cause)
            .send()
            .await;
        match stopped {
            Err(error)
                if !matches!(
                    error.code(),
                    Some("ExecutionDoesNotExist" | "ValidationException")
                ) =>
            {
                Err(failure(&error))
            }
            _ => Ok(()),
        }
    }

    async fn start(&self, arn: &str, name: String, input: String) -> Result<(), WorkflowError> {
        let started = self
            .client
            .start_execution()
            .state_machine_arn(arn)
            .name(name)
            .input(input)
            .send()
            .await;
        match started {
            Err(error) if error.code() != Some("ExecutionAlreadyExists") => Err(failure(&error)),
            _ => Ok(()),
        }
    }
}

/// What an execution for the record's newest generation takes; `None` before an object has arrived.
#[must_use]
pub fn index_input(record: &VideoRecord) -> Option<IndexVideoInput> {
    let source = record.source.clone()?;
    let beside = match record.origin {
        Origin::Upload => vec![keys::upload_subtitles(&record.workspace, &record.video_id)],
        Origin::Inbox | Origin::Import => keys::subtitles_beside(&source.key),
    };
    let subtitle_candidates = beside
        .into_iter()
        .map(|key| ObjectRef {
            bucket: source.bucket.clone(),
            key,
            version_id: None,
            etag: None,
        })
        .collect();
    Some(IndexVideoInput {
        video: record.video_ref(),
        source,
        subtitle_candidates,
        language: record.language.clone(),
    })
}

/// The id of a video whose object was not uploaded through the API: the same for the same tenant, bucket
/// and key, so that however often it is made known there is one video.
#[must_use]
pub fn video_id_of_object(workspace: &Workspace, bucket: &str, key: &str) -> VideoId {
    let name = format!("s3://{bucket}/{key}#workspace={workspace}");
    VideoId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string())
}

fn deletion_name(record: &VideoRecord) -> String {
    let known_since = short_digest(&record.created_at);
    format!(
        "{}-delete-{known_since}-{}",
        record.video_id, record.revision
    )
}

/// Tells apart the versions of an object, and videos that had the same id one after the other.
fn digest(record: &VideoRecord, source: &ObjectRef) -> String {
    let version = source
        .version_id
        .as_deref()
        .or(source.etag.as_deref())
        .unwrap_or_default();
    short_digest(&format!("{version}\n{}", record.created_at))
}

fn short_digest(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn failure<E, R>(error: &SdkError<E, R>) -> WorkflowError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let text = DisplayErrorContext(error).to_string();
    match error.code() {
        Some("ThrottlingException" | "TooManyRequestsException") => WorkflowError::Throttled(text),
        _ => WorkflowError::Unavailable(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(version: &str) -> VideoRecord {
        let id = "0190c6a0-0000-7000-8000-000000000000";
        let mut record = VideoRecord::new("w".into(), id.into(), Origin::Upload, "s".into());
        record.generation = 99_999;
        record.attempt = 99_999;
        record.revision = 99_999_999;
        record.created_at = "2026-01-01T00:00:00.000Z".into();
        record.source = Some(ObjectRef {
            bucket: "b".into(),
            key: "uploads/w/v/source".into(),
            version_id: Some(version.into()),
            etag: None,
        });
        record
    }

    fn name(record: &VideoRecord) -> String {
        let input = index_input(record).unwrap();
        execution_name(&input.video, &digest(record, &input.source))
    }

    #[test]
    fn names_differ_by_version_and_fit() {
        assert_ne!(name(&record("1")), name(&record("2")));
        assert_eq!(name(&record("1")), name(&record("1")));
        assert!(name(&record("1")).len() <= 80);
        assert!(deletion_name(&record("1")).len() <= 80);
    }

    #[test]
    fn a_video_that_comes_back_under_its_id_is_indexed_and_deleted_again() {
        let before = record("1");
        let mut after = before.clone();
        after.created_at = "2026-01-02T00:00:00.000Z".into();
        assert_ne!(name(&before), name(&after));
        assert_ne!(deletion_name(&before), deletion_name(&after));
    }
}
