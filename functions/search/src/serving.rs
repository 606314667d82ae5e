//! The services behind the seams.

use crate::{
    Config,
    seams::{
        Calibration, EmbedQuery, FindVideos, PictureQueryError, RecordFeedback, Retrieve, SignLinks,
    },
    visual::Visual,
};
use aws_config::SdkConfig;
use catalog::{Catalog, CatalogError, VideoRecord};
use contracts::{
    VideoId, Workspace, api::VisualModel, segments::SegmentDocument, tasks::ObjectRef,
};
use embedding::{EmbeddingError, TextEmbedder};
use models::{ModelFolder, Role};
use moments::{Chance, Relevance};
use object_store::ObjectStore;
use onnx::Runtime;
use search_index::{Answers, QueryPlan, SearchIndex, SearchIndexError};
use std::{error::Error, num::NonZeroUsize, sync::Arc};

/// Threads of the text model: a query is too short for more to help.
const THREADS: NonZeroUsize = NonZeroUsize::MIN;

/// The services of AWS, OpenSearch and the models.
#[derive(Debug)]
pub struct Services {
    /// The text model, where it could be opened.
    embedder: Option<Arc<TextEmbedder>>,
    /// The model of pictures, where its files are there.
    visual: Option<Arc<Visual>>,
    index: SearchIndex,
    catalog: Catalog,
    store: ObjectStore,
    derived_bucket: String,
    record_feedback: bool,
}

impl Services {
    /// Builds the clients and opens the text model; that of pictures is opened when a query first needs it. A model
    /// that can't be opened is logged, and searches go on without it.
    ///
    /// # Errors
    /// The address of OpenSearch is none.
    pub fn connect(config: &Config, aws: &SdkConfig) -> Result<Self, SearchIndexError> {
        let embedder = or_off(open_embedder(config), "search by meaning").map(Arc::new);
        let visual = find_visual(config);
        Ok(Self {
            embedder,
            visual: or_off(visual, "search by looks").map(Arc::new),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
            catalog: Catalog::new(aws_sdk_dynamodb::Client::new(aws), config.table.clone()),
            store: ObjectStore::new(aws),
            derived_bucket: config.derived_bucket.clone(),
            record_feedback: config.record_feedback,
        })
    }

    async fn link(&self, object: &ObjectRef) -> Option<String> {
        let signed = self.store.presign_get(object, None).await;
        signed
            .inspect_err(|error| tracing::warn!(error.message = %error, "no link to an object"))
            .ok()
    }
}

fn or_off<T>(opened: Result<T, Box<dyn Error>>, what: &str) -> Option<T> {
    let logged = opened.inspect_err(|error| {
        let cause = error.source().map(ToString::to_string);
        tracing::error!(error.message = %error, error.cause = cause, "{what} is off");
    });
    logged.ok()
}

fn find_visual(config: &Config) -> Result<Visual, Box<dyn Error>> {
    let folder = ModelFolder::open(&config.models_dir, Role::Visual)?;
    let runtime = Runtime::load(&config.onnxruntime)?;
    Ok(Visual::new(folder, config.models_dir.clone(), runtime))
}

/// What a manifest says of a model's cosines.
fn relevance(cosines: models::Relevance) -> Relevance {
    Relevance {
        floor: cosines.floor,
        sure: cosines.sure,
        chance: cosines.chance.map(|chance| Chance {
            location: chance.location,
            growth: chance.growth,
            scale: chance.scale,
        }),
    }
}

fn missing(role: Role) -> EmbeddingError {
    EmbeddingError::Interface {
        name: role.to_string(),
        reason: "it could not be opened when the function started".to_owned(),
    }
}

fn open_embedder(config: &Config) -> Result<TextEmbedder, Box<dyn Error>> {
    let folder = ModelFolder::open(&config.models_dir, Role::Text)?;
    let runtime = Runtime::load(&config.onnxruntime)?;
    Ok(TextEmbedder::open(&folder, runtime, THREADS)?)
}

impl EmbedQuery for Services {
    async fn embed(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let embedder = self.embedder.clone().ok_or_else(|| missing(Role::Text))?;
        let text = text.to_owned();
        tokio::task::spawn_blocking(move || embedder.embed_query(&text))
            .await
            .map_err(EmbeddingError::Thread)?
    }

    async fn embed_for_pictures(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let visual = self.visual.clone().ok_or_else(|| missing(Role::Visual))?;
        let text = text.to_owned();
        tokio::task::spawn_blocking(move || visual.embed_text(&text))
            .await
            .map_err(EmbeddingError::Thread)?
    }

    async fn embed_picture(&self, bytes: Vec<u8>) -> Result<Vec<f32>, PictureQueryError> {
        let visual = self.visual.clone().ok_or_else(|| missing(Role::Visual))?;
        tokio::task::spawn_blocking(move || visual.embed_picture(&bytes))
            .await
            .map_err(EmbeddingError::Thread)?
    }

    fn calibration(&self) -> Calibration {
        let text = self.embedder.as_ref().map(|embedder| embedder.interface());
        let visual = self
            .visual
            .as_ref()
            .and_then(|visual| visual.manifest_entry().visual.as_ref());
        Calibration {
            said: text.map(|text| relevance(text.said)),
            written: text.map(|text| relevance(text.written)),
            shown_for_words: visual.map(|visual| relevance(visual.words)),
            shown_for_pictures: visual.map(|visual| relevance(visual.pictures)),
        }
    }

    fn visual_model(&self) -> Option<VisualModel> {
        self.visual.as_ref().map(|visual| visual.model())
    }
}

impl Retrieve for Services {
    async fn retrieve(&self, plan: &QueryPlan) -> Result<Answers, SearchIndexError> {
        self.index.search(plan).await
    }

    async fn segment(
        &self,
        workspace: &Workspace,
        id: &str,
    ) -> Result<Option<SegmentDocument>, SearchIndexError> {
        self.index.segment(workspace, id).await
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

impl RecordFeedback for Services {
    fn records_feedback(&self) -> bool {
        self.record_feedback
    }
}
