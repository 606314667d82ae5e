//! Makes the search index and its alias where they are missing.
//!
//! A step of every deployment: `cargo xtask up` calls it right after. It changes nothing that exists; a
//! write never makes an index.

mod config;

pub use config::Config;

use contracts::tasks::PrepareIndexResponse;
use lambda_kit::TaskError;
use models::{Role, model_of};
use search_index::{SearchIndex, TextVectors};

/// Prepares the index for the vectors of the manifest's text model.
///
/// # Errors
/// `IndexUnavailable` or `Throttled`, which may pass, and `Incompatible` where the index holds vectors of
/// another model.
pub async fn handle(index: &SearchIndex, replicas: u32) -> Result<PrepareIndexResponse, TaskError> {
    let model = model_of(Role::Text);
    let interface = model
        .text
        .as_ref()
        .expect("a model for text says so, as a test of the manifest checks");
    let vectors = TextVectors {
        model: model.name.clone(),
        dimensions: interface.dimensions,
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

    #[tokio::test]
    async fn a_server_that_is_away_may_come_back() {
        let config = aws_config::SdkConfig::builder().build();
        // Nobody listens on this port.
        let index = SearchIndex::new("http://127.0.0.1:1", &config).unwrap();
        let error = handle(&index, 0).await;
        assert_eq!(error.unwrap_err().name, ErrorName::IndexUnavailable);
    }
}
