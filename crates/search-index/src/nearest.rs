//! The documents nearest to a vector, for comparing indices.

use crate::{SearchIndex, SearchIndexError, query::RANKED_FIELDS, search::RankedFields};
use contracts::{Generation, VideoId, Workspace};
use opensearch::http::Method;
use serde::Deserialize;
use serde_json::json;

/// Which vectors of an index are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VectorField {
    /// Those of words.
    Text,
    /// Those of pictures.
    Image,
}

impl VectorField {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text_vector",
            Self::Image => "image_vector",
        }
    }
}

/// A document that is near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The document.
    pub id: String,
    /// Its video.
    pub video_id: VideoId,
    /// The indexing that it is of, which need not be the one that is served.
    pub generation: Generation,
}

/// A hit.
#[derive(Deserialize)]
struct Found {
    #[serde(rename = "_id")]
    id: String,
    fields: RankedFields,
}

impl SearchIndex {
    /// A tenant's `count` documents whose vectors are nearest to this one, the nearest first.
    ///
    /// # Errors
    /// The index can't be reached, or its vectors have another length.
    pub async fn nearest(
        &self,
        workspace: &Workspace,
        field: VectorField,
        vector: &[f32],
        count: usize,
    ) -> Result<Vec<Near>, SearchIndexError> {
        let filter = json!({"term": {"workspace": workspace}});
        let nearest = json!({"vector": vector, "k": count, "filter": filter});
        let body = json!({
            "size": count,
            "track_total_hits": false,
            "_source": false,
            "docvalue_fields": RANKED_FIELDS,
            "query": {"knn": {(field.name()): nearest}},
        });
        let path = format!("/{}/_search", self.alias());
        let answer = self
            .send(Method::Post, &path, Some(&body))
            .await?
            .success()?;
        let hits = Vec::<Found>::deserialize(&answer["hits"]["hits"])
            .map_err(|error| SearchIndexError::unreadable("a document", &error))?;
        let near = hits.into_iter().map(|Found { id, fields }| {
            let ([video_id], [generation]) = (fields.video_id, fields.generation);
            Near {
                id,
                video_id,
                generation,
            }
        });
        Ok(near.collect())
    }
}
