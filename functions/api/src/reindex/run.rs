//! A run as an operator is shown it: what its tasks noted, and how Step Functions says it stands.

use crate::{Dependencies, failure::Answer};
use catalog::ReindexRecord;
use contracts::{
    api::VideoError,
    reindex::{ReindexRun, RunStatus},
};
use serde_json::Value;
use workflow::Outcome;

/// A run with its status.
pub(crate) async fn described(deps: &Dependencies, record: ReindexRecord) -> Answer<ReindexRun> {
    let (status, error) = status(deps, &record).await?;
    Ok(ReindexRun {
        run_id: record.run_id,
        status,
        dry_run: record.dry_run,
        progress: record.progress,
        error,
        started_at: record.started_at,
        updated_at: record.updated_at,
    })
}

/// How a run stands, and why it failed if it did.
pub(crate) async fn status(
    deps: &Dependencies,
    record: &ReindexRecord,
) -> Answer<(RunStatus, Option<VideoError>)> {
    let machine = &deps.config.reindex_state_machine_arn;
    let outcome = deps
        .workflow
        .reindex_outcome(machine, &record.run_id)
        .await?;
    Ok(read(outcome, record))
}

fn read(outcome: Outcome, record: &ReindexRecord) -> (RunStatus, Option<VideoError>) {
    match outcome {
        Outcome::Running => (RunStatus::Running, None),
        Outcome::Succeeded => (RunStatus::Done, None),
        Outcome::Aborted => (RunStatus::Aborted, None),
        Outcome::Failed { error, cause } => (RunStatus::Failed, Some(failure(error, &cause))),
        // Its last task noted this.
        Outcome::Unknown if record.progress.recall.is_some() => (RunStatus::Done, None),
        Outcome::Unknown => {
            let error = "ExecutionAborted".to_owned();
            let cause = "PlanReindex: it was not started, or is long gone: start it again";
            (RunStatus::Failed, Some(failure(error, cause)))
        }
    }
}

/// A failure by the name and cause of its execution: the state, and what Lambda says as JSON, or a sentence.
fn failure(name: String, cause: &str) -> VideoError {
    let (state, said) = cause.split_once(": ").unwrap_or(("", cause));
    let said_by_lambda: Option<Value> = serde_json::from_str(said).ok();
    let message = said_by_lambda
        .as_ref()
        .and_then(|said| said["errorMessage"].as_str())
        .unwrap_or(said);
    VideoError {
        name,
        message: message.to_owned(),
        state: state.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::reindex::Recall;

    #[track_caller]
    fn check(cause: &str, state: &str, message: &str) {
        let found = failure("Incompatible".to_owned(), cause);
        assert_eq!(
            (found.state.as_str(), found.message.as_str()),
            (state, message)
        );
    }

    #[test]
    fn a_failure_names_its_state_and_says_why() {
        let by_lambda = r#"PlanReindex: {"errorMessage":"no model: x","errorType":"Incompatible"}"#;
        check(by_lambda, "PlanReindex", "no model: x");
        check("ReindexVideos: 2 batches", "ReindexVideos", "2 batches");
        check("", "", "");
    }

    #[test]
    fn a_run_that_is_long_gone_is_done_where_its_last_task_was() {
        let mut record = ReindexRecord::new("r".to_owned(), false);
        assert_eq!(read(Outcome::Unknown, &record).0, RunStatus::Failed);
        record.progress.recall = Some(Recall {
            queries: 1,
            at_10: 1.0,
        });
        assert_eq!(read(Outcome::Unknown, &record).0, RunStatus::Done);
    }
}
