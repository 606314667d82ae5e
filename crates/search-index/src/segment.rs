//! One document by its id.

use crate::{
    SearchIndex, SearchIndexError,
    whole::{self, with_vectors},
};
use contracts::{Workspace, segments::SegmentDocument};
use opensearch::http::Method;
use serde_json::json;

impl SearchIndex {
    /// A tenant's document, its vectors included; `None` where the tenant has none of this id.
    ///
    /// # Errors
    /// The index can't be reached, or holds something that this release can't read.
    pub async fn segment(
        &self,
        workspace: &Workspace,
        id: &str,
    ) -> Result<Option<SegmentDocument>, SearchIndexError> {
        let filter = [
            json!({"term": {"workspace": workspace}}),
            json!({"ids": {"values": [id]}}),
        ];
        let body = whole::body(&json!({"bool": {"filter": filter}}), 1);
        let path = format!("/{}/_search", self.alias());
        let reply = self.send(Method::Post, &path, Some(&body)).await?;
        let mut answer = reply.success()?;
        let Some(hit) = answer.pointer_mut("/hits/hits/0") else {
            return Ok(None);
        };
        let document = serde_json::from_value(with_vectors(hit));
        document
            .map(Some)
            .map_err(|error| SearchIndexError::unreadable(&format!("document {id}"), &error))
    }
}
