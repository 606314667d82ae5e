//! Reading what was found.

use crate::{QueryPlan, SearchIndex, SearchIndexError, search::late};
use contracts::segments::SegmentDocument;
use moments::{Documents, RankedDocuments, RankedHits, shortlist};
use opensearch::http::Method;
use serde::Deserialize;

/// Several for each of the moments that pages go through.
const MAX_DOCUMENTS: usize = 300;

/// A document with its number and its `_id`.
#[derive(Deserialize)]
struct Read {
    #[serde(rename = "_seq_no")]
    number: u64,
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "_source")]
    document: SegmentDocument,
}

impl SearchIndex {
    /// Reads the most promising of the documents that a plan found; each list keeps those that were read.
    ///
    /// A document that was written again since [`SearchIndex::search`] has another number, and is left out.
    ///
    /// # Errors
    /// The index can't be reached, is late, or holds something that this release can't read.
    pub async fn read(
        &self,
        plan: &QueryPlan,
        found: &[RankedDocuments],
    ) -> Result<Vec<RankedHits>, SearchIndexError> {
        let numbers = shortlist(found, MAX_DOCUMENTS);
        let documents = if numbers.is_empty() {
            Documents::new()
        } else {
            self.documents_of(plan, &numbers).await?
        };
        Ok(found.iter().map(|list| list.hits(&documents)).collect())
    }

    /// The documents of these numbers that the plan may see, without their vectors.
    async fn documents_of(
        &self,
        plan: &QueryPlan,
        numbers: &[u64],
    ) -> Result<Documents, SearchIndexError> {
        let path = format!("/{}/_search?preference={}", self.alias(), plan.preference());
        let body = plan.reading(numbers);
        let reply = self.send(Method::Post, &path, Some(&body)).await?;
        let answer = reply.success()?;
        if answer["timed_out"] == true {
            return Err(late());
        }
        let hits = Vec::<Read>::deserialize(&answer["hits"]["hits"]);
        let hits = hits.map_err(|error| SearchIndexError::unreadable("a document", &error))?;
        let documents = hits.into_iter();
        Ok(documents
            .map(|read| (read.number, (read.id, read.document)))
            .collect())
    }
}
