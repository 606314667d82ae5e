//! The documents nearest to a vector, for comparing indices.

use crate::{SearchIndex, SearchIndexError};
use contracts::Workspace;
use opensearch::http::Method;
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

impl SearchIndex {
    /// Ids of a tenant's `count` documents whose vectors are nearest to this one, the nearest first.
    ///
    /// # Errors
    /// The index can't be reached, or its vectors have another length.
    pub async fn nearest(
        &self,
        workspace: &Workspace,
        field: VectorField,
        vector: &[f32],
        count: usize,
    ) -> Result<Vec<String>, SearchIndexError> {
        let filter = json!({"term": {"workspace": workspace}});
        let nearest = json!({"vector": vector, "k": count, "filter": filter});
        let body = json!({
            "size": count,
            "track_total_hits": false,
            "_source": false,
            "query": {"knn": {(field.name()): nearest}},
        });
        let path = format!("/{}/_search", self.alias());
        let answer = self
            .send(Method::Post, &path, Some(&body))
            .await?
            .success()?;
        let hits = answer["hits"]["hits"]
            .as_array()
            .ok_or_else(|| SearchIndexError::unexpected("hits"))?;
        let ids = hits.iter().filter_map(|hit| hit["_id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }
}
