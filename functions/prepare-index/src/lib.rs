//! Makes the search index and its alias where they are missing.
//!
//! A step of every deployment: `cargo xtask up` calls it right after. It adds what an older release's
//! index lacks and changes nothing else; a write never makes an index.

mod config;

pub use config::Config;

use contracts::tasks::PrepareIndexResponse;
use lambda_kit::TaskError;
use models::{ModelError, Role, chosen};
use search_index::{SearchIndex, VectorSpace, VectorSpaces};
use std::path::Path;

/// The vectors of the models that play their roles in `models_dir`.
///
/// # Errors
/// [`ModelError`]: the folder's `models.lock` can't be used.
pub fn vector_spaces(models_dir: &Path) -> Result<VectorSpaces, ModelError> {
    let text = chosen(models_dir, Role::Text)?;
    let image = chosen(models_dir, Role::Visual)?;
    let space = |name: &str, dimensions| VectorSpace {
        model: name.to_owned(),
        dimensions,
    };
    let says_so = "a model says how long its vectors are, as a test of the manifest checks";
    Ok(VectorSpaces {
        text: space(&text.name, text.text.as_ref().expect(says_so).dimensions),
        image: space(
            &image.name,
            image.visual.as_ref().expect(says_so).dimensions,
        ),
    })
}

/// Prepares the index for these vectors.
///
/// # Errors
/// `IndexUnavailable` or `Throttled`, which may pass, and `Incompatible` where the index holds vectors of
/// another model.
pub async fn handle(
    index: &SearchIndex,
    vectors: &VectorSpaces,
    replicas: u32,
) -> Result<PrepareIndexResponse, TaskError> {
    let prepared = index.prepare(vectors, replicas).await?;
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
        let nowhere = tempfile::tempdir().unwrap();
        let vectors = vector_spaces(nowhere.path()).unwrap();
        let error = handle(&index, &vectors, 0).await;
        assert_eq!(error.unwrap_err().name, ErrorName::IndexUnavailable);
    }
}
