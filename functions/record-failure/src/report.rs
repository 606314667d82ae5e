//! The two forms in which a failure is reported, decided without I/O.

use contracts::{
    ErrorName,
    api::VideoError,
    tasks::{IndexVideoInput, RecordFailureRequest, VideoRef},
};
use lambda_kit::TaskError;
use serde::Deserialize;

/// A report of a failure.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum FailureReport {
    /// From the state machine's Catch.
    Caught(RecordFailureRequest),
    /// From the rule on an execution's status.
    Ended {
        /// The event's body.
        detail: ExecutionStatus,
    },
}

/// An execution's end, as Step Functions announces it.
#[derive(Debug, Deserialize)]
pub struct ExecutionStatus {
    /// `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// The execution's input, JSON as text.
    #[serde(default)]
    pub input: Option<String>,
    /// The name of the error, where there is one.
    #[serde(default)]
    pub error: Option<String>,
    /// What Step Functions knows of the cause.
    #[serde(default)]
    pub cause: Option<String>,
}

impl FailureReport {
    /// Which indexing failed, and why.
    ///
    /// # Errors
    /// [`ErrorName::InvalidRequest`] where the execution's input can't be read.
    pub fn read(self) -> Result<(VideoRef, VideoError), TaskError> {
        match self {
            Self::Caught(request) => {
                let message = message(&request.cause, &request.error);
                let error = VideoError {
                    name: request.error,
                    message,
                    state: request.state,
                };
                Ok((request.video, error))
            }
            Self::Ended { detail } => {
                let input: IndexVideoInput = serde_json::from_str(
                    detail.input.as_deref().unwrap_or_default(),
                )
                .map_err(|error| {
                    TaskError::new(
                        ErrorName::InvalidRequest,
                        format!("the execution's input can't be read: {error}"),
                    )
                })?;
                Ok((input.video, ended(&detail)))
            }
        }
    }
}

fn ended(detail: &ExecutionStatus) -> VideoError {
    let (name, message) = match detail.status.as_str() {
        "TIMED_OUT" => (
            ErrorName::ExecutionTimedOut.to_string(),
            "indexing took longer than the state machine allows: retry goes on where it stopped"
                .to_owned(),
        ),
        "ABORTED" => (
            ErrorName::ExecutionAborted.to_string(),
            "the execution was stopped: retry goes on where it stopped".to_owned(),
        ),
        _ => {
            let name = detail
                .error
                .clone()
                .unwrap_or_else(|| ErrorName::InternalDefect.to_string());
            let message = message(detail.cause.as_deref().unwrap_or_default(), &name);
            (name, message)
        }
    };
    VideoError {
        name,
        message,
        state: "Execution".to_owned(),
    }
}

/// The message inside a cause: Lambda reports JSON, Step Functions itself plain text.
fn message(cause: &str, error: &str) -> String {
    #[derive(Deserialize)]
    struct LambdaCause {
        #[serde(rename = "errorMessage")]
        message: String,
    }
    match serde_json::from_str::<LambdaCause>(cause) {
        Ok(lambda) => lambda.message,
        Err(_) if cause.is_empty() => format!("the step failed with {error}"),
        Err(_) => cause.chars().take(1000).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(report: serde_json::Value, expected: (&str, &str, &str)) {
        let report: FailureReport = serde_json::from_value(report).unwrap();
        let (video, error) = report.read().unwrap();
        assert_eq!(video.video_id.as_str(), "v");
        assert_eq!(
            (
                error.name.as_str(),
                error.message.as_str(),
                error.state.as_str()
            ),
            expected
        );
    }

    #[test]
    fn a_caught_failure_keeps_state_name_and_message() {
        let video = json!({"workspace": "w", "video_id": "v", "generation": 1, "attempt": 1});
        check(
            json!({"video": video, "state": "ProbeMedia", "error": "NotMedia",
                "cause": r#"{"errorType":"NotMedia","errorMessage":"not a video"}"#}),
            ("NotMedia", "not a video", "ProbeMedia"),
        );
        check(
            json!({"video": video, "state": "ProbeMedia", "error": "States.Timeout"}),
            (
                "States.Timeout",
                "the step failed with States.Timeout",
                "ProbeMedia",
            ),
        );
    }

    #[test]
    fn an_execution_that_timed_out_is_recognised_by_its_input() {
        let input = json!({"video": {"workspace": "w", "video_id": "v", "generation": 1, "attempt": 1},
            "source": {"bucket": "b", "key": "k"}});
        let event = |status: &str| json!({"source": "aws.states", "detail": {"status": status, "input": input.to_string()}});
        check(
            event("TIMED_OUT"),
            (
                "ExecutionTimedOut",
                "indexing took longer than the state machine allows: retry goes on where it stopped",
                "Execution",
            ),
        );
        check(
            event("ABORTED"),
            (
                "ExecutionAborted",
                "the execution was stopped: retry goes on where it stopped",
                "Execution",
            ),
        );
        check(
            event("FAILED"),
            (
                "InternalDefect",
                "the step failed with InternalDefect",
                "Execution",
            ),
        );
    }
}
