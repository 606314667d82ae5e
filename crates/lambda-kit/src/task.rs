//! The frame around every task of the state machine.

use contracts::{ErrorName, NamedError};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;

/// Why a task failed: the name that the state machine branches on, and a message for people.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct TaskError {
    /// What the state machine sees.
    pub name: ErrorName,
    /// Names the thing that failed; no content of the video.
    pub message: String,
    /// What caused it.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl TaskError {
    /// A failure of vindex's own making, without a cause beneath it.
    pub fn new(name: ErrorName, message: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
            source: None,
        }
    }

    /// A failure under a name, with the error that caused it; its message is the error's.
    pub fn caused(name: ErrorName, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            name,
            message: source.to_string(),
            source: Some(Box::new(source)),
        }
    }

    /// The name as text.
    #[must_use]
    pub fn stable_name(&self) -> &'static str {
        self.name.as_str()
    }

    /// The error and everything beneath it, for one log line.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.message.clone();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let next = error.to_string();
            if !text.contains(&next) {
                text = format!("{text}: {next}");
            }
            cause = error.source();
        }
        text
    }
}

impl<E: NamedError + Send + Sync + 'static> From<E> for TaskError {
    fn from(error: E) -> Self {
        Self::caused(error.error_name(), error)
    }
}

/// A field of a task's payload that an earlier task must have filled.
///
/// # Errors
/// [`ErrorName::InvalidRequest`] where it is absent.
pub fn required_field<'a>(value: &'a Option<String>, name: &str) -> Result<&'a str, TaskError> {
    value.as_deref().ok_or_else(|| {
        TaskError::new(
            ErrorName::InvalidRequest,
            format!("the task's payload lacks {name}"),
        )
    })
}

impl From<TaskError> for Diagnostic {
    fn from(error: TaskError) -> Self {
        Diagnostic {
            error_type: error.name.as_str().to_owned(),
            error_message: error.message,
        }
    }
}

/// Serves a function that takes one typed request and answers one typed response, for ever.
///
/// A payload that does not parse fails as [`ErrorName::InvalidRequest`]. A failure is logged here,
/// once, and reported under its name.
///
/// # Errors
/// The Runtime API of Lambda can't be reached.
pub async fn run_task<Request, Response, Handler, Answer>(
    handler: Handler,
) -> Result<(), lambda_runtime::Error>
where
    Request: DeserializeOwned,
    Response: Serialize,
    Handler: Fn(Request) -> Answer,
    Answer: Future<Output = Result<Response, TaskError>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(
        move |event: LambdaEvent<serde_json::Value>| async move {
            let result = match serde_json::from_value::<Request>(event.payload) {
                // Boxed, since the layout of a whole task's future is deeper than the compiler likes.
                Ok(request) => Box::pin(handler(request)).await,
                Err(error) => Err(TaskError::new(
                    ErrorName::InvalidRequest,
                    format!("the task's payload does not parse: {error}"),
                )),
            };
            result.map_err(|error| {
            tracing::warn!(error.name = %error.name, error.chain = error.chain(), "task failed");
            Diagnostic::from(error)
        })
        },
    ))
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_sees_the_name_and_the_message() {
        let error = TaskError::new(ErrorName::NotMedia, "not a video");
        assert_eq!(
            Diagnostic::from(error),
            Diagnostic {
                error_type: "NotMedia".into(),
                error_message: "not a video".into()
            }
        );
    }
}
