//! What a search needs of the world: each with a service behind it and a fake in the tests.

use catalog::{CatalogError, VideoRecord};
use contracts::{
    VideoId, Workspace, api::VisualModel, segments::SegmentDocument, tasks::ObjectRef,
};
use embedding::{EmbeddingError, PictureError};
use moments::{RankedDocuments, RankedHits, Relevance};
use search_index::{Answers, Highlights, QueryPlan, SearchIndexError};
use std::{future::Future, sync::Arc, time::Duration};

/// What cosines of the models at work say; `None` where only their order says something.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Calibration {
    /// Of a query with what was said.
    pub said: Option<Relevance>,
    /// Of a query with what is written in the picture.
    pub written: Option<Relevance>,
    /// Of a query in words with a shot.
    pub shown_for_words: Option<Relevance>,
    /// Of a picture with a shot.
    pub shown_for_pictures: Option<Relevance>,
}

/// Why a picture has no vector.
#[derive(Debug, thiserror::Error)]
pub enum PictureQueryError {
    /// It can't be read; the message is for whoever sent it.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The model can't look at it.
    #[error(transparent)]
    Model(#[from] EmbeddingError),
}

/// Gives a query its vectors.
pub trait EmbedQuery {
    /// The unit vector of a text among texts.
    fn embed(&self, text: &str) -> impl Future<Output = Result<Vec<f32>, EmbeddingError>> + Send;
    /// The unit vector of a text among pictures.
    fn embed_for_pictures(
        &self,
        text: &str,
    ) -> impl Future<Output = Result<Vec<f32>, EmbeddingError>> + Send;
    /// The unit vector of a picture, given the bytes of its file.
    fn embed_picture(
        &self,
        bytes: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<f32>, PictureQueryError>> + Send;
    /// What the vectors' cosines say.
    fn calibration(&self) -> Calibration;
    /// The model that compares pictures; `None` where there is none.
    fn visual_model(&self) -> Option<VisualModel>;
}

/// Asks the index.
pub trait Retrieve {
    /// What every retriever of the plan finds.
    fn retrieve(
        &self,
        plan: &QueryPlan,
    ) -> impl Future<Output = Result<Answers, SearchIndexError>> + Send;
    /// What is worth reading of what was found.
    fn read(
        &self,
        plan: &QueryPlan,
        found: &[RankedDocuments],
    ) -> impl Future<Output = Result<Vec<RankedHits>, SearchIndexError>> + Send;
    /// Where the words of the plan's query stand in documents of these ids.
    fn highlights(
        &self,
        plan: &QueryPlan,
        ids: &[&str],
    ) -> impl Future<Output = Result<Highlights, SearchIndexError>> + Send;
    /// A tenant's document by its id.
    fn segment(
        &self,
        workspace: &Workspace,
        id: &str,
    ) -> impl Future<Output = Result<Option<SegmentDocument>, SearchIndexError>> + Send;
}

/// Looks videos up.
pub trait FindVideos {
    /// The videos among `video_ids` that the workspace has, in any order.
    fn find_videos(
        &self,
        workspace: &Workspace,
        video_ids: &[VideoId],
    ) -> impl Future<Output = Result<Vec<VideoRecord>, CatalogError>> + Send;
}

/// Makes links that work for a while. A link that can't be made is left out and logged.
pub trait SignLinks {
    /// An address of a video's source.
    fn source_link(&self, source: &ObjectRef) -> impl Future<Output = Option<String>> + Send;
    /// An address of a small picture in the derived bucket.
    fn thumbnail_link(&self, key: &str) -> impl Future<Output = Option<String>> + Send;
}

/// Gives each search the world as it stands when it begins.
pub trait Worlds: Send + Sync + 'static {
    /// What a search goes to.
    type World: World;
    /// The index that served at most `age` ago, and the models whose vectors it holds.
    fn now(
        &self,
        age: Duration,
    ) -> impl Future<Output = Result<Arc<Self::World>, SearchIndexError>> + Send;
}

/// Knows whether it is recorded which moments are opened.
pub trait RecordFeedback {
    /// Whether it is.
    fn records_feedback(&self) -> bool;
}

/// Everything that a search needs of the world.
pub trait World:
    EmbedQuery + Retrieve + FindVideos + SignLinks + RecordFeedback + Send + Sync + 'static
{
}

impl<All> World for All where
    All: EmbedQuery + Retrieve + FindVideos + SignLinks + RecordFeedback + Send + Sync + 'static
{
}
