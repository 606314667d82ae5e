//! Compares what the next index finds with what the serving one finds, and lets the next one be switched to.
//!
//! The queries are those that an operator has saved, else first sentences of what was said in the videos. Pictures are
//! compared by what is near to shots of the videos. Vectors alone are compared: words are found alike in both.

mod config;
mod recall;
mod samples;
mod served;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::Catalog;
use contracts::{
    ErrorName, keys,
    reindex::{CompareRecallRequest, Recall, SavedQueries, SavedQuery},
};
use embedding::EmbeddersByName;
use lambda_kit::TaskError;
use object_store::ObjectStore;
use recall::Mean;
use samples::{Samples, Shown};
use search_index::{Place, SearchIndex, SearchIndexError, Standing, VectorField};
use served::nearest;
use std::{num::NonZeroUsize, sync::Arc};

/// A function of this size has less than two whole processors.
const THREADS: NonZeroUsize = NonZeroUsize::MIN;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    derived_bucket: String,
    catalog: Catalog,
    store: ObjectStore,
    index: SearchIndex,
    models: Arc<EmbeddersByName>,
}

impl Dependencies {
    /// Builds the clients, once, at cold start.
    ///
    /// # Errors
    /// The OpenSearch address is not one.
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Result<Self, SearchIndexError> {
        let models = EmbeddersByName::new(config.models_dir, config.onnxruntime, THREADS);
        Ok(Self {
            derived_bucket: config.derived_bucket,
            catalog: Catalog::new(Client::new(aws), config.table),
            store: ObjectStore::new(aws),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
            models: Arc::new(models),
        })
    }
}

/// Compares both indices, notes the recall on the run, and marks the next index as filled.
///
/// # Errors
/// [`ErrorName::RecallTooLow`] where less is found than was asked for; the index is not marked then.
pub async fn handle(
    deps: &Dependencies,
    request: CompareRecallRequest,
) -> Result<Recall, TaskError> {
    let indices = deps.index.indices().await?;
    let at = |place| indices.iter().find(|standing| standing.place == place);
    let (Some(serving), Some(next)) = (at(Place::Serving), at(Place::Next)) else {
        return Err(TaskError::new(
            ErrorName::Incompatible,
            "there is no next index to compare: it was aborted or switched to",
        ));
    };
    let recall = compare(deps, [serving, next]).await?;
    tracing::info!(
        reindex.run = request.run_id,
        queries = recall.queries,
        recall = recall.at_10,
        "compared"
    );
    deps.catalog
        .note_reindex(&request.run_id, |progress| {
            progress.recall = Some(recall);
            progress.videos_done = progress.videos_total.unwrap_or(progress.videos_done);
        })
        .await?;
    if request.min_recall.is_some_and(|least| recall.at_10 < least) {
        return Err(TaskError::new(
            ErrorName::RecallTooLow,
            format!(
                "{} finds {:.3} of what {} finds, less than was asked for",
                next.index, recall.at_10, serving.index
            ),
        ));
    }
    deps.index.mark_filled().await?;
    Ok(recall)
}

async fn compare(deps: &Dependencies, indices: [&Standing; 2]) -> Result<Recall, TaskError> {
    for standing in indices {
        deps.index.at(standing.place).refresh().await?;
    }
    let samples = samples::take(deps).await?;
    let saved: Option<SavedQueries> = deps
        .store
        .find_json(&deps.derived_bucket, keys::REINDEX_QUERIES)
        .await?;
    let queries = saved.map_or_else(|| samples.queries(), |saved| saved.queries);
    let mut mean = Mean::default();
    compare_words(deps, indices, &queries, &mut mean).await?;
    compare_looks(deps, &samples, &mut mean).await?;
    Ok(mean.recall())
}

/// Each query with the model of each index.
async fn compare_words(
    deps: &Dependencies,
    [serving, next]: [&Standing; 2],
    queries: &[SavedQuery],
    mean: &mut Mean,
) -> Result<(), TaskError> {
    let texts: Vec<String> = queries.iter().map(|query| query.text.clone()).collect();
    let old = embed(deps, &serving.vectors.text.model, texts.clone()).await?;
    let new = if next.vectors.text.model == serving.vectors.text.model {
        old.clone()
    } else {
        embed(deps, &next.vectors.text.model, texts).await?
    };
    for ((query, old), new) in queries.iter().zip(&old).zip(&new) {
        let field = VectorField::Text;
        let near = |place, vector| nearest(deps, place, &query.workspace, field, vector);
        let (old, new) = (near(Place::Serving, old), near(Place::Next, new));
        mean.add(&old.await?, &new.await?);
    }
    Ok(())
}

/// Each shot with its own vector in each index.
async fn compare_looks(
    deps: &Dependencies,
    samples: &Samples,
    mean: &mut Mean,
) -> Result<(), TaskError> {
    for Shown { workspace, id } in &samples.shown {
        let near = async |place| {
            let segment = deps.index.at(place).segment(workspace, id).await?;
            let vector = segment.and_then(|segment| segment.image_vector);
            match vector {
                Some(vector) => nearest(deps, place, workspace, VectorField::Image, &vector).await,
                None => Ok(Vec::new()),
            }
        };
        mean.add(&near(Place::Serving).await?, &near(Place::Next).await?);
    }
    Ok(())
}

async fn embed(
    deps: &Dependencies,
    model: &str,
    texts: Vec<String>,
) -> Result<Vec<Vec<f32>>, TaskError> {
    let (models, model) = (Arc::clone(&deps.models), model.to_owned());
    let embedding = tokio::task::spawn_blocking(move || {
        let embedder = models.text(&model)?;
        let embed = |text: &String| Ok::<_, TaskError>(embedder.embed_query(text)?);
        texts.iter().map(embed).collect()
    });
    embedding
        .await
        .map_err(|error| TaskError::caused(ErrorName::ToolFailed, error))?
}
