//! The index that serves, with the models whose vectors it holds and the other services: what one search goes to.

use crate::{
    seams::{
        Calibration, EmbedQuery, FindVideos, PictureQueryError, RecordFeedback, Retrieve, SignLinks,
    },
    visual::Visual,
};
use catalog::{Catalog, CatalogError, VideoRecord};
use contracts::{
    VideoId, Workspace, api::VisualModel, segments::SegmentDocument, tasks::ObjectRef,
};
use embedding::{EmbeddingError, TextEmbedder};
use models::Role;
use moments::{Chance, RankedDocuments, RankedHits, Relevance};
use object_store::ObjectStore;
use search_index::{Answers, Highlights, QueryPlan, SearchIndex, SearchIndexError};
use std::sync::Arc;

/// One index under its own name, and what asks it.
#[derive(Debug)]
pub struct Serving {
    /// The model of its texts, where it could be opened.
    pub(crate) embedder: Option<Arc<TextEmbedder>>,
    /// The model of its pictures, where its files are there.
    pub(crate) visual: Option<Arc<Visual>>,
    /// The index itself, so that one that takes its place meanwhile is not asked with these models.
    pub(crate) index: SearchIndex,
    pub(crate) catalog: Catalog,
    pub(crate) store: ObjectStore,
    pub(crate) derived_bucket: String,
    pub(crate) record_feedback: bool,
}

impl Serving {
    async fn link(&self, object: &ObjectRef) -> Option<String> {
        let signed = self.store.presign_get(object, None).await;
        signed
            .inspect_err(|error| tracing::warn!(error.message = %error, "no link to an object"))
            .ok()
    }
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
        reason: "it could not be opened".to_owned(),
    }
}

impl EmbedQuery for Serving {
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

impl Retrieve for Serving {
    async fn retrieve(&self, plan: &QueryPlan) -> Result<Answers, SearchIndexError> {
        self.index.search(plan).await
    }

    async fn read(
        &self,
        plan: &QueryPlan,
        found: &[RankedDocuments],
    ) -> Result<Vec<RankedHits>, SearchIndexError> {
        self.index.read(plan, found).await
    }

    async fn highlights(
        &self,
        plan: &QueryPlan,
        ids: &[&str],
    ) -> Result<Highlights, SearchIndexError> {
        self.index.highlights(plan, ids).await
    }

    async fn segment(
        &self,
        workspace: &Workspace,
        id: &str,
    ) -> Result<Option<SegmentDocument>, SearchIndexError> {
        self.index.segment(workspace, id).await
    }
}

impl FindVideos for Serving {
    async fn find_videos(
        &self,
        workspace: &Workspace,
        video_ids: &[VideoId],
    ) -> Result<Vec<VideoRecord>, CatalogError> {
        self.catalog.get_many(workspace, video_ids).await
    }
}

impl SignLinks for Serving {
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

impl RecordFeedback for Serving {
    fn records_feedback(&self) -> bool {
        self.record_feedback
    }
}
