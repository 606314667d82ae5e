//! Executions of `reindex`: one for each run, under the run's id.

use crate::{Workflow, WorkflowError, failure};
use aws_sdk_sfn::{error::ProvideErrorMetadata, types::ExecutionStatus};
use contracts::reindex::ReindexInput;

/// How an execution stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is under way.
    Running,
    /// It came to its end.
    Succeeded,
    /// It failed, or took too long.
    Failed {
        /// The error's name.
        error: String,
        /// What is known of the cause.
        cause: String,
    },
    /// It was stopped.
    Aborted,
    /// Step Functions knows none: its start was cut off, or it was forgotten after 90 days.
    Unknown,
}

impl Workflow {
    /// Starts a run through the state machine `reindex`.
    ///
    /// # Errors
    /// Step Functions does not answer.
    pub async fn start_reindex(
        &self,
        reindex_arn: &str,
        input: &ReindexInput,
    ) -> Result<(), WorkflowError> {
        let body = serde_json::to_string(input)
            .map_err(|error| WorkflowError::Unavailable(error.to_string()))?;
        self.start(reindex_arn, input.run_id.clone(), body).await
    }

    /// How a run stands.
    ///
    /// # Errors
    /// Step Functions does not answer.
    pub async fn reindex_outcome(
        &self,
        reindex_arn: &str,
        run_id: &str,
    ) -> Result<Outcome, WorkflowError> {
        let described = self
            .client
            .describe_execution()
            .execution_arn(execution_arn(reindex_arn, run_id))
            .send()
            .await;
        let execution = match described {
            Err(error) if error.code() == Some("ExecutionDoesNotExist") => {
                return Ok(Outcome::Unknown);
            }
            other => other.map_err(|error| failure(&error))?,
        };
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(match execution.status() {
            ExecutionStatus::Succeeded => Outcome::Succeeded,
            ExecutionStatus::Aborted => Outcome::Aborted,
            ExecutionStatus::TimedOut => Outcome::Failed {
                error: "ExecutionTimedOut".to_owned(),
                cause: text(execution.cause()),
            },
            ExecutionStatus::Failed => Outcome::Failed {
                error: text(execution.error()),
                cause: text(execution.cause()),
            },
            _ => Outcome::Running,
        })
    }

    /// Stops a run, if it goes on.
    ///
    /// # Errors
    /// Step Functions does not answer.
    pub async fn stop_reindex(&self, reindex_arn: &str, run_id: &str) -> Result<(), WorkflowError> {
        let arn = execution_arn(reindex_arn, run_id);
        self.stop(arn, "ReindexAborted", "an operator aborted it")
            .await
    }
}

/// `arn:aws:states:R:A:stateMachine:NAME` → `arn:aws:states:R:A:execution:NAME:EXECUTION`
pub(crate) fn execution_arn(machine_arn: &str, name: &str) -> String {
    let executions = machine_arn.replacen(":stateMachine:", ":execution:", 1);
    format!("{executions}:{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_has_the_arn_of_its_machine_and_its_name() {
        assert_eq!(
            execution_arn("arn:aws:states:r:1:stateMachine:m", "e"),
            "arn:aws:states:r:1:execution:m:e"
        );
    }
}
