//! The HTTP API but for search: uploads, imports, videos, feedback, and the index for operators.
//!
//! `docs/openapi.yaml` is the contract. The tenant comes from the verified token; an id of another
//! tenant's video is answered as one that does not exist.

mod config;
mod failure;
mod feedback;
mod imports;
mod reindex;
mod uploads;
mod validation;
mod videos;
mod words;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use axum::{
    Json, Router,
    routing::{get, post},
};
use catalog::Catalog;
use contracts::api::Health;
use lambda_kit::http::not_found;
use object_store::ObjectStore;
use search_index::{SearchIndex, SearchIndexError};
use std::sync::Arc;
use workflow::Workflow;

/// What the handlers work with.
#[derive(Debug)]
pub struct Dependencies {
    config: Config,
    catalog: Catalog,
    store: ObjectStore,
    workflow: Workflow,
    index: SearchIndex,
}

impl Dependencies {
    /// Builds the clients, once, at cold start.
    ///
    /// # Errors
    /// The OpenSearch address is not one.
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Result<Self, SearchIndexError> {
        Ok(Self {
            catalog: Catalog::new(Client::new(aws), config.table.clone()),
            store: ObjectStore::new(aws),
            workflow: Workflow::new(aws, config.index_state_machine_arn.clone()),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
            config,
        })
    }
}

type Shared = axum::extract::State<Arc<Dependencies>>;

/// Every route of this function.
pub fn router(dependencies: Dependencies) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/uploads", post(uploads::create))
        .route("/uploads/{video_id}/parts", get(uploads::part_urls))
        .route("/uploads/{video_id}/complete", post(uploads::complete))
        .route("/imports", post(imports::create))
        .route("/videos", get(videos::list))
        .route(
            "/videos/{video_id}",
            get(videos::show)
                .patch(videos::change)
                .delete(videos::delete),
        )
        .route("/videos/{video_id}/retry", post(videos::retry))
        .route("/videos/{video_id}/timeline", get(videos::timeline))
        .route("/videos/{video_id}/transcript", get(words::transcript))
        .route("/videos/{video_id}/captions.vtt", get(words::captions_vtt))
        .route("/videos/{video_id}/captions.srt", get(words::captions_srt))
        .route("/reindex", get(reindex::show).post(reindex::act))
        .route("/feedback", post(feedback::record))
        .fallback(not_found)
        .with_state(Arc::new(dependencies))
}

async fn health() -> Json<Health> {
    Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
