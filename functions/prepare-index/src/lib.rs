//! Makes the search index and its alias where they are missing.
//!
//! A step of every deployment: a custom resource calls it on create, update and delete, and `cargo xtask up`
//! calls it with an empty payload. It changes nothing that exists; a write never makes an index.

mod config;

pub use config::Config;

use contracts::tasks::PrepareIndexResponse;
use lambda_kit::TaskError;
use models::{Role, model_of};
use search_index::{SearchIndex, TextVectors};
use serde::Deserialize;

/// What CloudFormation wants; nothing of it is there when anyone else calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct PrepareIndexRequest {
    /// Why a custom resource calls.
    #[serde(rename = "RequestType", default)]
    pub request_type: Option<RequestType>,
}

/// What happens to the custom resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum RequestType {
    /// The stack is made.
    Create,
    /// The stack is deployed again.
    Update,
    /// The stack is removed.
    Delete,
}

/// Prepares the index for the vectors of the manifest's text model. A removed stack leaves its index alone:
/// data go with the server that holds them.
///
/// # Errors
/// `IndexUnavailable` or `Throttled`, which may pass, and `Incompatible` where the index holds vectors of
/// another model.
pub async fn handle(
    index: &SearchIndex,
    replicas: u32,
    request: PrepareIndexRequest,
) -> Result<PrepareIndexResponse, TaskError> {
    if request.request_type == Some(RequestType::Delete) {
        return Ok(PrepareIndexResponse {
            index: index.alias().to_owned(),
            created: false,
        });
    }
    let model = model_of(Role::Text);
    let vectors = TextVectors {
        model: model.name.clone(),
        dimensions: model.dimensions,
    };
    let prepared = index.prepare(&vectors, replicas).await?;
    tracing::info!(
        index.name = prepared.index,
        index.created = prepared.created,
        "search index is ready"
    );
    Ok(PrepareIndexResponse {
        index: prepared.index,
        created: prepared.created,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::ErrorName;

    /// An index on a port that nobody listens on.
    fn unreachable() -> SearchIndex {
        let config = aws_config::SdkConfig::builder().build();
        SearchIndex::new("http://127.0.0.1:1", &config).unwrap()
    }

    #[test]
    fn an_empty_payload_and_a_custom_resource_both_parse() {
        for (payload, expected) in [
            ("{}", None),
            (
                r#"{"RequestType":"Create","ServiceToken":"arn"}"#,
                Some(RequestType::Create),
            ),
            (r#"{"RequestType":"Delete"}"#, Some(RequestType::Delete)),
        ] {
            let request: PrepareIndexRequest = serde_json::from_str(payload).unwrap();
            assert_eq!(request.request_type, expected);
        }
    }

    #[tokio::test]
    async fn a_removed_stack_needs_no_server() {
        let request = PrepareIndexRequest {
            request_type: Some(RequestType::Delete),
        };
        let response = handle(&unreachable(), 0, request).await.unwrap();
        assert!(!response.created);
    }

    #[tokio::test]
    async fn a_server_that_is_away_may_come_back() {
        let error = handle(&unreachable(), 0, PrepareIndexRequest::default()).await;
        assert_eq!(error.unwrap_err().name, ErrorName::IndexUnavailable);
    }
}
