//! The services behind the seams.

use crate::{
    Config,
    seams::{EmbedQuery, FindVideos, Retrieve, SignLinks},
};
use aws_config::SdkConfig;
use catalog::{Catalog, CatalogError, VideoRecord};
use contracts::{VideoId, Workspace, tasks::ObjectRef};
use embedding::{EmbeddingError, TextEmbedder};
use models::{ModelFolder, Role};
use object_store::ObjectStore;
use onnx::Runtime;
use search_index::{Answers, QueryPlan, SearchIndex, SearchIndexError};
use std::{error::Error, num::NonZeroUsize, sync::Arc};

/// Threads of the text model: a query is too short for more to help.
const THREADS: NonZeroUsize = NonZeroUsize::MIN;

/// The services of AWS, OpenSearch and the text model.
#[derive(Debug)]
pub struct Services {
    /// The text model, where it could be opened.
    embedder: Option<Arc<TextEmbedder>>,
    index: SearchIndex,
    catalog: Catalog,
    store: ObjectStore,
    derived_bucket: String,
}

impl Services {
    /// Builds the clients and opens the text model. A model that can't be opened is logged, and searches go on
    /// by words.
    ///
    /// # Errors
    /// The address of OpenSearch is none.
    pub fn connect(config: &Config, aws: &SdkConfig) -> Result<Self, SearchIndexError> {
        let embedder = open_embedder(config)
            .inspect_err(|error| {
                let cause = error.source().map(ToString::to_string);
                tracing::error!(error.message = %error, error.cause = cause, "search by meaning is off");
            })
            .ok();
        Ok(Self {
            embedder: embedder.map(Arc::new),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
            catalog: Catalog::new(aws_sdk_dynamodb::Client::new(aws), config.table.clone()),
            store: ObjectStore::new(aws),
            derived_bucket: config.derived_bucket.clone(),
        })
    }

    async fn link(&self, object: &ObjectRef) -> Option<String> {
        let signed = self.store.presign_get(object, None).await;
        signed
            .inspect_err(|error| tracing::warn!(error.message = %error, "no link to an object"))
            .ok()
    }
}

fn open_embedder(config: &Config) -> Result<TextEmbedder, Box<dyn Error>> {
    let folder = ModelFolder::open(&config.models_dir, Role::Text)?;
    let runtime = Runtime::load(&config.onnxruntime)?;
    Ok(TextEmbedder::open(&folder, runtime, THREADS)?)
}

impl EmbedQuery for Services {
    async fn embed(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let Some(embedder) = &self.embedder else {
            return Err(EmbeddingError::Interface {
                name: Role::Text.to_string(),
                reason: "it could not be opened when the function started".to_owned(),
            });
        };
        let mut vectors = embedder.embed_in_background(vec![text.to_owned()]).await?;
        vectors.pop().ok_or_else(|| EmbeddingError::Interface {
            name: embedder.model_name().to_owned(),
            reason: "it gave no vector".to_owned(),
        })
    }
}

impl Retrieve for Services {
    async fn retrieve(&self, plan: &QueryPlan) -> Result<Answers, SearchIndexError> {
        self.index.search(plan).await
    }
}

impl FindVideos for Services {
    async fn find_videos(
        &self,
        workspace: &Workspace,
        video_ids: &[VideoId],
    ) -> Result<Vec<VideoRecord>, CatalogError> {
        self.catalog.get_many(workspace, video_ids).await
    }
}

impl SignLinks for Services {
    async fn source_link(&self, source: &ObjectRef) -> Option<String> {
        self.link(source).await
    }

    async fn thumbnail_link(&self, key: &str) -> Option<String> {
        let thumbnail = ObjectRef {
            bucket: self.derived_bucket.clone(),
            key: key.to_owned(),
            version_id: None,
            etag: None,
        };
        self.link(&thumbnail).await
    }
}
