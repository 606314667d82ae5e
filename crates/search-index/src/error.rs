//! What can go wrong, split by what the caller does about it.

use contracts::{ErrorName, NamedError};
use opensearch::http::StatusCode;
use serde_json::Value;

/// A failed request to the index.
#[derive(Debug, thiserror::Error)]
pub enum SearchIndexError {
    /// No answer, or an error of the server's own: worth another try later.
    #[error("the search index does not answer: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
        /// The client's error, where there was no answer at all.
        #[source]
        source: Option<opensearch::Error>,
    },
    /// The server asks for fewer requests, and still did after some patience.
    #[error("the search index asks for fewer requests: {reason}")]
    Throttled {
        /// What the server says.
        reason: String,
    },
    /// There is no index behind the alias, or one that was made for other vectors.
    #[error("the search index does not fit: {reason}")]
    Incompatible {
        /// What does not fit, and the way out.
        reason: String,
    },
    /// A change of index that can't be made as things stand.
    #[error("{reason}")]
    OutOfPlace {
        /// What stands in the way, and the way out.
        reason: String,
    },
    /// The server refuses the request, and would again.
    #[error("the search index refuses a request: {reason}")]
    Rejected {
        /// What the server says.
        reason: String,
    },
}

impl NamedError for SearchIndexError {
    fn error_name(&self) -> ErrorName {
        match self {
            Self::Unavailable { .. } => ErrorName::IndexUnavailable,
            Self::Throttled { .. } => ErrorName::Throttled,
            Self::Incompatible { .. } | Self::OutOfPlace { .. } => ErrorName::Incompatible,
            Self::Rejected { .. } => ErrorName::InternalDefect,
        }
    }
}

impl SearchIndexError {
    pub(crate) fn unexpected(what: &str) -> Self {
        Self::Unavailable {
            reason: format!("its answer has no {what}"),
            source: None,
        }
    }

    /// Nothing stands behind the alias.
    pub(crate) fn missing(alias: &str) -> Self {
        Self::Incompatible {
            reason: format!(
                "no index has the alias {alias}: run prepare-index, which `cargo xtask up` does"
            ),
        }
    }

    /// A document of another release than this one.
    pub(crate) fn unreadable(document: &str, error: &serde_json::Error) -> Self {
        Self::Incompatible {
            reason: format!("{document} does not parse: {error}"),
        }
    }

    /// Whether the same request may be taken later.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Throttled { .. })
    }

    /// The error that an answer with this status stands for.
    pub(crate) fn from_answer(status: u16, body: &Value) -> Self {
        let kind = error_type(&body["error"]);
        let reason = format!("{status} {}", describe(&body["error"]));
        match status {
            404 if kind == "index_not_found_exception" => Self::Incompatible {
                reason: format!("{reason}: run prepare-index, which `cargo xtask up` does"),
            },
            status if is_throttle(status) => Self::Throttled { reason },
            408 | 500.. => Self::Unavailable {
                reason,
                source: None,
            },
            _ => Self::Rejected { reason },
        }
    }
}

impl From<opensearch::Error> for SearchIndexError {
    fn from(error: opensearch::Error) -> Self {
        Self::Unavailable {
            reason: "the request failed".to_owned(),
            source: Some(error),
        }
    }
}

/// The status of a part of an answer; where it has none, the server failed.
pub(crate) fn status_of(part: &Value) -> u16 {
    let status = part["status"].as_u64();
    status
        .and_then(|status| u16::try_from(status).ok())
        .unwrap_or(500)
}

/// Refuses an answer of several indices in which one of them has no part: the server gives what the others have.
pub(crate) fn require_all_shards(answer: &Value) -> Result<(), SearchIndexError> {
    match answer["_shards"]["failed"].as_u64() {
        None | Some(0) => Ok(()),
        Some(failed) => Err(SearchIndexError::Unavailable {
            reason: format!("{failed} shards did not answer"),
            source: None,
        }),
    }
}

pub(crate) fn is_throttle(status: u16) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS.as_u16()
}

/// The exception's name; empty where the server gives none.
pub(crate) fn error_type(error: &Value) -> &str {
    error["type"].as_str().unwrap_or_default()
}

/// Type and reason of an error, with its cause. Reasons of mapping errors may quote a value; they are cut so
/// that no content gets into logs.
fn describe(error: &Value) -> String {
    let Some(reason) = error["reason"].as_str() else {
        return error.as_str().unwrap_or("without a reason").to_owned();
    };
    let reason = reason.split(". Preview of field").next().unwrap_or(reason);
    let cause = error["caused_by"]["reason"].as_str().unwrap_or_default();
    let separator = if cause.is_empty() { "" } else { ": " };
    format!("{}: {reason}{separator}{cause}", error_type(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(status: u16, kind: &str, expected: ErrorName) {
        let body = json!({"error": {"type": kind, "reason": "r"}, "status": status});
        assert_eq!(
            SearchIndexError::from_answer(status, &body).error_name(),
            expected
        );
    }

    #[test]
    fn answers_are_told_apart_by_what_to_do() {
        check(429, "rejected_execution_exception", ErrorName::Throttled);
        check(503, "cluster_block_exception", ErrorName::IndexUnavailable);
        check(500, "anything", ErrorName::IndexUnavailable);
        check(404, "index_not_found_exception", ErrorName::Incompatible);
        check(400, "mapper_parsing_exception", ErrorName::InternalDefect);
        check(403, "security_exception", ErrorName::InternalDefect);
    }

    #[test]
    fn a_reason_shows_no_content() {
        let body = json!({"error": {"type": "mapper_parsing_exception",
            "reason": "failed to parse field [x]. Preview of field's value: 'secret'"}});
        let message = SearchIndexError::from_answer(400, &body).to_string();
        assert!(message.contains("failed to parse field [x]"));
        assert!(!message.contains("secret"));
    }
}
