//! What a search needs of the world: each with a service behind it and a fake in the tests.

use catalog::{CatalogError, VideoRecord};
use contracts::{VideoId, Workspace, tasks::ObjectRef};
use embedding::EmbeddingError;
use search_index::{Answers, QueryPlan, SearchIndexError};
use std::future::Future;

/// Gives a query its vector.
pub trait EmbedQuery {
    /// The unit vector of a text.
    fn embed(&self, text: &str) -> impl Future<Output = Result<Vec<f32>, EmbeddingError>> + Send;
}

/// Asks the index.
pub trait Retrieve {
    /// What every retriever of the plan finds.
    fn retrieve(
        &self,
        plan: &QueryPlan,
    ) -> impl Future<Output = Result<Answers, SearchIndexError>> + Send;
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

/// Everything that a search needs of the world.
pub trait World: EmbedQuery + Retrieve + FindVideos + SignLinks + Send + Sync + 'static {}

impl<All> World for All where
    All: EmbedQuery + Retrieve + FindVideos + SignLinks + Send + Sync + 'static
{
}
