//! Makes the search index and its alias where they are missing.
//!
//! A step of every deployment: `cargo xtask up` calls it right after. It adds what an older release's
//! index lacks and changes nothing else; a write never makes an index. An index of other models than the deployment's
//! serves on as long as the models folder holds these, until `vindex reindex` has filled another.

mod config;

pub use config::Config;

use contracts::{
    ErrorName,
    tasks::{OtherModels, PrepareIndexResponse},
};
use lambda_kit::TaskError;
use models::{ModelError, ModelFolder, Role, chosen};
use search_index::{SearchIndex, VectorSpace, VectorSpaces};
use std::path::Path;

/// The vectors of the models that play their roles in `models_dir`.
fn vector_spaces(models_dir: &Path) -> Result<VectorSpaces, ModelError> {
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

/// Prepares the index, for the models that play their roles in `models_dir` where there is none yet.
///
/// # Errors
/// `IndexUnavailable` or `Throttled`, which may pass, and `Incompatible` where the index holds vectors of a model that
/// `models_dir` lacks.
pub async fn handle(
    index: &SearchIndex,
    models_dir: &Path,
    replicas: u32,
) -> Result<PrepareIndexResponse, TaskError> {
    let vectors = vector_spaces(models_dir).map_err(lacking)?;
    let prepared = index.prepare(&vectors, replicas).await?;
    let held = &prepared.vectors;
    for space in [&held.text, &held.image] {
        ModelFolder::open_named(models_dir, &space.model).map_err(lacking)?;
    }
    tracing::info!(
        index.name = prepared.index,
        index.created = prepared.created,
        "search index is ready"
    );
    let names = |of: &VectorSpaces| [of.text.model.clone(), of.image.model.clone()];
    let other_models = (*held != vectors).then(|| OtherModels {
        of_index: names(held),
        of_deployment: names(&vectors),
    });
    Ok(PrepareIndexResponse {
        index: prepared.index,
        created: prepared.created,
        other_models,
    })
}

fn lacking(error: ModelError) -> TaskError {
    TaskError::caused(ErrorName::Incompatible, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_is_away_may_come_back() {
        let config = aws_config::SdkConfig::builder().build();
        // Nobody listens on this port.
        let index = SearchIndex::new("http://127.0.0.1:1", &config).unwrap();
        let nowhere = tempfile::tempdir().unwrap();
        let error = handle(&index, nowhere.path(), 0).await;
        assert_eq!(error.unwrap_err().name, ErrorName::IndexUnavailable);
    }
}
