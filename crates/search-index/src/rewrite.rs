//! Changing documents where they stand: each is read whole, changed and written again in place of what was read.
//!
//! OpenSearch does as much by itself (`_update_by_query`), but reads a document's vectors with its source then, which
//! fails after some merges ([`crate::whole`]).

use crate::{
    SearchIndex, SearchIndexError,
    error::{require_all_shards, status_of},
    whole::{self, with_vectors},
};
use opensearch::http::Method;
use serde_json::{Value, json};

/// Documents of one page; each is some ten kilobytes.
const PAGE: usize = 200;

/// What became of the documents of a query.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    pub changed: u64,
    /// Why some were not changed that others changed meanwhile, or that the server refused for the moment: the last of
    /// the reasons.
    pub left: Option<SearchIndexError>,
}

impl SearchIndex {
    /// Changes documents of every place once. `change` says whether there is anything to change, and changes it. What
    /// changed or went since it was read stays as it is, and counts as left.
    ///
    /// # Errors
    /// The index can't be reached, or refuses a document for good.
    pub(crate) async fn rewrite(
        &self,
        query: &Value,
        change: &(dyn Fn(&mut Value) -> bool + Sync),
    ) -> Result<Rewritten, SearchIndexError> {
        let everywhere = self.everywhere();
        let path = format!("/{everywhere}/_search?ignore_unavailable=true");
        let mut body = whole::body(query, PAGE);
        body["seq_no_primary_term"] = json!(true);
        // Index by index in the order of writing: what is written meanwhile comes once more, later, and is not missed.
        body["sort"] = json!([{"_index": "asc"}, {"_seq_no": "asc"}]);
        let mut all = Rewritten::default();
        loop {
            let reply = self.send(Method::Post, &path, Some(&body)).await?;
            let mut page = reply.success()?;
            require_all_shards(&page)?;
            let hits = page["hits"]["hits"]
                .as_array_mut()
                .ok_or_else(|| SearchIndexError::unexpected("hits"))?;
            let lines: String = hits
                .iter_mut()
                .filter_map(|hit| line(hit, change))
                .collect();
            if !lines.is_empty() {
                let answer = self.send_lines("/_bulk", lines).await?.success()?;
                all.add(&answer)?;
            }
            let Some(last) = hits.get_mut(PAGE - 1) else {
                return Ok(all);
            };
            body["search_after"] = last["sort"].take();
        }
    }
}

/// The two lines that write a document again, if nobody did meanwhile; `None` where there is nothing to change.
fn line(hit: &mut Value, change: &(dyn Fn(&mut Value) -> bool + Sync)) -> Option<String> {
    let mut document = with_vectors(hit);
    if !change(&mut document) {
        return None;
    }
    let action = json!({"index": {
        "_index": hit["_index"],
        "_id": hit["_id"],
        "if_seq_no": hit["_seq_no"],
        "if_primary_term": hit["_primary_term"],
    }});
    Some(format!("{action}\n{document}\n"))
}

impl Rewritten {
    fn add(&mut self, answer: &Value) -> Result<(), SearchIndexError> {
        const CONFLICT: u16 = 409;
        let items = answer["items"]
            .as_array()
            .ok_or_else(|| SearchIndexError::unexpected("items"))?;
        for result in items.iter().map(|item| &item["index"]) {
            if result["error"].is_null() {
                self.changed += 1;
                continue;
            }
            let status = status_of(result);
            let refusal = SearchIndexError::from_answer(status, result);
            if status != CONFLICT && !refusal.may_pass() {
                return Err(refusal);
            }
            self.left = Some(refusal);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit() -> Value {
        json!({
            "_index": "segments-000002", "_id": "a", "_seq_no": 7, "_primary_term": 2,
            "_source": {"text": "old"}, "fields": {"text_vector": [[1.0]]},
        })
    }

    #[test]
    fn a_document_takes_the_place_of_what_was_read_and_of_nothing_else() {
        let rename = |document: &mut Value| {
            document["text"] = json!("new");
            true
        };
        let line = line(&mut hit(), &rename).unwrap();
        let lines: Vec<Value> = line
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let action = json!({"index": {
            "_index": "segments-000002", "_id": "a", "if_seq_no": 7, "if_primary_term": 2,
        }});
        assert_eq!(
            lines,
            [action, json!({"text": "new", "text_vector": [1.0]})]
        );
        assert_eq!(super::line(&mut hit(), &|_| false), None);
    }

    #[test]
    fn what_others_changed_is_left_and_a_refusal_for_good_ends_it() {
        let item = |status: u16| json!({"index": {"_id": "a", "status": status, "error": {"type": "t", "reason": "r"}}});
        let written = json!({"index": {"_id": "b", "status": 200}});
        let mut all = Rewritten::default();
        all.add(&json!({"items": [written, item(409), item(429)]}))
            .unwrap();
        assert_eq!(all.changed, 1);
        assert!(all.left.is_some());
        assert!(all.add(&json!({"items": [item(400)]})).is_err());
        assert!(all.add(&json!({})).is_err());
    }
}
