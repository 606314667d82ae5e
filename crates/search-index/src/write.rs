//! Bulk writes.

use crate::{
    SearchIndex, SearchIndexError,
    error::{error_type, is_throttle, status_of},
    languages,
};
use contracts::segments::SegmentDocument;
use serde_json::{Value, json};
use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    time::Duration,
};

/// Size of one bulk request in bytes; a single document may exceed it.
const MAX_BATCH_BYTES: usize = 4_000_000;
/// How often what was refused for the moment is sent in all.
const MAX_ATTEMPTS: u32 = 7;
/// Wait before the second attempt; doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// A document's two lines of a bulk request.
struct Line {
    id: String,
    text: String,
}

impl SearchIndex {
    /// Writes documents under their ids; writing the same again leaves one of each. What the server refuses for
    /// the moment (429 and 5xx) is sent again with growing waits, and nothing else is.
    ///
    /// Documents are found by searches after the next refresh, within a second.
    ///
    /// # Errors
    /// [`SearchIndexError::Rejected`] where the server refuses a document for good, [`SearchIndexError::Incompatible`]
    /// where there is no alias, and [`SearchIndexError::Throttled`] or [`SearchIndexError::Unavailable`] where patience
    /// did not help. Other documents of the call may have been written.
    pub async fn write(
        &self,
        documents: &[(String, SegmentDocument)],
    ) -> Result<(), SearchIndexError> {
        let mut batch = Vec::new();
        let mut batch_bytes = 0;
        for (id, document) in documents {
            let line = line(id, document)?;
            if batch_bytes + line.text.len() > MAX_BATCH_BYTES && !batch.is_empty() {
                self.write_batch(std::mem::take(&mut batch)).await?;
                batch_bytes = 0;
            }
            batch_bytes += line.text.len();
            batch.push(line);
        }
        if batch.is_empty() {
            return Ok(());
        }
        self.write_batch(batch).await
    }

    async fn write_batch(&self, mut lines: Vec<Line>) -> Result<(), SearchIndexError> {
        let path = format!("/{}/_bulk?require_alias=true", self.alias());
        let mut attempt = 1;
        loop {
            let body: String = lines.iter().map(|line| line.text.as_str()).collect();
            let reply = self.send_lines(&path, body).await?;
            let refusal = if may_pass(reply.status) {
                SearchIndexError::from_answer(reply.status, &reply.body)
            } else {
                let items = Items::read(&reply.success()?)?;
                lines.retain(|line| items.again.contains(&line.id));
                match items.refusal {
                    None => return Ok(()),
                    Some(refusal) => refusal,
                }
            };
            if attempt == MAX_ATTEMPTS {
                return Err(refusal);
            }
            tokio::time::sleep(wait_before_retry(attempt)).await;
            attempt += 1;
        }
    }
}

fn line(id: &str, document: &SegmentDocument) -> Result<Line, SearchIndexError> {
    let words = languages::words(document);
    let mut document =
        serde_json::to_value(document).map_err(|error| SearchIndexError::Rejected {
            reason: format!("document {id} is no JSON: {error}"),
        })?;
    if let Some(words) = words {
        document[languages::WORDS] = words;
    }
    Ok(Line {
        id: id.to_owned(),
        text: format!("{}\n{document}\n", json!({"index": {"_id": id}})),
    })
}

fn may_pass(status: u16) -> bool {
    is_throttle(status) || status >= 500
}

/// Full jitter: what was refused together does not come back together.
fn wait_before_retry(attempt: u32) -> Duration {
    let longest = FIRST_WAIT.saturating_mul(1 << attempt.min(6));
    // Each hasher is seeded anew by the system, which is random enough to spread requests.
    let random = RandomState::new().build_hasher().finish();
    let parts_of_256 = u32::from(random.to_le_bytes()[0]) + 1;
    longest / 256 * parts_of_256
}

/// What became of the documents of one request.
#[derive(Debug)]
struct Items {
    /// Ids to send again.
    again: Vec<String>,
    /// Why: the last of the reasons.
    refusal: Option<SearchIndexError>,
}

impl Items {
    fn read(answer: &Value) -> Result<Self, SearchIndexError> {
        let mut items = Items {
            again: Vec::new(),
            refusal: None,
        };
        if answer["errors"] == json!(false) {
            return Ok(items);
        }
        let results = answer["items"]
            .as_array()
            .ok_or_else(|| SearchIndexError::unexpected("items"))?;
        for result in results.iter().map(|item| &item["index"]) {
            if result["error"].is_null() {
                continue;
            }
            let id = result["_id"].as_str().unwrap_or_default();
            let status = status_of(result);
            let refusal = SearchIndexError::from_answer(status, result);
            if !may_pass(status) {
                tracing::debug!(
                    document.id = id,
                    error.kind = error_type(&result["error"]),
                    "document refused"
                );
                return Err(refusal);
            }
            items.again.push(id.to_owned());
            items.refusal = Some(refusal);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, status: u16, kind: Option<&str>) -> Value {
        match kind {
            None => json!({"index": {"_id": id, "status": status}}),
            Some(kind) => {
                json!({"index": {"_id": id, "status": status, "error": {"type": kind, "reason": "r"}}})
            }
        }
    }

    #[test]
    fn only_what_may_pass_is_sent_again() {
        let answer = json!({"errors": true, "items": [
            item("a", 201, None),
            item("b", 429, Some("rejected_execution_exception")),
            item("c", 503, Some("unavailable_shards_exception")),
        ]});
        let items = Items::read(&answer).unwrap();
        assert_eq!(items.again, ["b", "c"]);
        assert!(items.refusal.is_some());
    }

    #[test]
    fn a_document_refused_for_good_ends_the_write() {
        let answer = json!({"errors": true, "items": [
            item("a", 429, Some("rejected_execution_exception")),
            item("b", 400, Some("mapper_parsing_exception")),
        ]});
        assert!(matches!(
            Items::read(&answer),
            Err(SearchIndexError::Rejected { .. })
        ));
        let missing =
            json!({"errors": true, "items": [item("a", 404, Some("index_not_found_exception"))]});
        assert!(matches!(
            Items::read(&missing),
            Err(SearchIndexError::Incompatible { .. })
        ));
    }

    #[test]
    fn waits_grow_and_end() {
        for attempt in 1..40 {
            let wait = wait_before_retry(attempt);
            assert!(wait > Duration::ZERO && wait <= FIRST_WAIT * 64);
        }
    }
}
