//! Asking all retrievers in one round trip.

use crate::{
    QueryPlan, SearchIndex, SearchIndexError, Statistics, error::status_of, query::SEARCH_TIMEOUT,
    statistics,
};
use contracts::{Generation, VideoId};
use moments::{RankedDocument, RankedDocuments, Retriever};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the retrievers found.
#[derive(Debug)]
pub struct Answers {
    /// The documents of each retriever that answered, by number: [`SearchIndex::read`] reads them.
    pub found: Vec<RankedDocuments>,
    /// Retrievers that did not answer, and why.
    pub failed: Vec<(Retriever, SearchIndexError)>,
    /// What the search is over; `None` where it could not be counted.
    pub statistics: Option<Statistics>,
}

impl SearchIndex {
    /// Asks every retriever of the plan in one `_msearch`. Retrievers fail one by one: what the others found is
    /// answered all the same. One that is late counts as failed, and what it found in time is answered too.
    ///
    /// A tenant's searches go to the same copy of the index, since another may order equal scores otherwise.
    ///
    /// # Errors
    /// The request as a whole failed, or every retriever did.
    pub async fn search(&self, plan: &QueryPlan) -> Result<Answers, SearchIndexError> {
        let bodies = plan.bodies();
        let mut answers = Answers {
            found: Vec::new(),
            failed: Vec::new(),
            statistics: None,
        };
        if bodies.is_empty() {
            return Ok(answers);
        }
        let header = json!({
            "index": self.alias(),
            "preference": plan.preference(),
        });
        let counting = plan.counting();
        let all = bodies.iter().map(|(_, body)| body).chain([&counting]);
        let lines: String = all.map(|body| format!("{header}\n{body}\n")).collect();
        let reply = self.send_lines("/_msearch", lines).await?;
        let body = reply.success()?;
        for (position, (retriever, _)) in bodies.iter().enumerate() {
            let response = &body["responses"][position];
            if response["timed_out"] == true {
                answers.failed.push((*retriever, late()));
            }
            match read_response(*retriever, response) {
                Ok(list) if list.documents.is_empty() && response["timed_out"] == true => {}
                Ok(list) => answers.found.push(list),
                Err(error) => answers.failed.push((*retriever, error)),
            }
        }
        let counted = statistics::read(&body["responses"][bodies.len()]);
        answers.statistics = counted
            .inspect_err(|error| tracing::warn!(error.message = %error, "nothing was counted"))
            .ok();
        if answers.found.is_empty() {
            let first = answers.failed.into_iter().next();
            return Err(first.map_or_else(
                || SearchIndexError::unexpected("responses"),
                |(_, error)| error,
            ));
        }
        Ok(answers)
    }
}

pub(crate) fn late() -> SearchIndexError {
    SearchIndexError::Unavailable {
        reason: format!("a search took longer than {SEARCH_TIMEOUT}"),
        source: None,
    }
}

fn read_response(
    retriever: Retriever,
    response: &Value,
) -> Result<RankedDocuments, SearchIndexError> {
    if !response["error"].is_null() {
        return Err(SearchIndexError::from_answer(status_of(response), response));
    }
    let hits = response["hits"]["hits"]
        .as_array()
        .ok_or_else(|| SearchIndexError::unexpected("hits"))?;
    let documents = hits.iter().map(|hit| read_hit(retriever, hit));
    let mut documents = documents.collect::<Result<Vec<_>, _>>()?;
    // The server breaks ties by the order of its files, which another copy of the index may not share.
    documents.sort_by(|left, right| {
        right
            .score
            .total_cmp(&left.score)
            .then_with(|| left.number.cmp(&right.number))
    });
    Ok(RankedDocuments {
        retriever,
        relevance: None,
        documents,
    })
}

/// A hit of a retriever.
#[derive(Deserialize)]
struct RankedHit {
    #[serde(rename = "_seq_no")]
    number: u64,
    #[serde(rename = "_score")]
    score: f64,
    fields: RankedFields,
}

/// What [`RANKED_FIELDS`](crate::query::RANKED_FIELDS) are answered with. Each field has a list of values; these have one.
#[derive(Deserialize)]
pub(crate) struct RankedFields {
    pub video_id: [VideoId; 1],
    pub generation: [Generation; 1],
}

fn read_hit(retriever: Retriever, hit: &Value) -> Result<RankedDocument, SearchIndexError> {
    let hit = RankedHit::deserialize(hit)
        .map_err(|error| SearchIndexError::unreadable("a document", &error))?;
    let ([video_id], [generation]) = (hit.fields.video_id, hit.fields.generation);
    Ok(RankedDocument {
        number: hit.number,
        video_id,
        generation,
        score: match retriever {
            Retriever::Meaning | Retriever::WrittenMeaning | Retriever::Looks => {
                cosine_of(hit.score)
            }
            Retriever::TitleWords | Retriever::Words | Retriever::WrittenWords => hit.score,
        },
    })
}

/// The Lucene engine scores `cosinesimil` as `(1 + cosine) / 2`.
fn cosine_of(score: f64) -> f64 {
    2.0 * score - 1.0
}
