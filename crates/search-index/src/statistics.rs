//! How many documents a search is over, and how many of them have each of its words.

use crate::SearchIndexError;
use contracts::segments::Channel;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Counts of the documents that a plan's filters let through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Of each channel.
    pub documents: BTreeMap<Channel, u64>,
    /// With each of the plan's counted words, in their order.
    pub containing: Vec<u64>,
}

/// What is asked to count: `query` lets through what the search is over.
pub(crate) fn body(query: &Value, words: &[String]) -> Value {
    let with_word: Vec<Value> = words
        .iter()
        .map(|word| json!({"match": {"text": word}}))
        .collect();
    let mut counts = json!({
        "channels": {"terms": {"field": "channel", "size": Channel::ALL.len()}},
    });
    if !with_word.is_empty() {
        counts["words"] = json!({"filters": {"filters": with_word}});
    }
    json!({"size": 0, "track_total_hits": false, "query": query, "aggs": counts})
}

/// What the server counted.
pub(crate) fn read(response: &Value) -> Result<Statistics, SearchIndexError> {
    let counts = &response["aggregations"];
    let channels = counts["channels"]["buckets"]
        .as_array()
        .ok_or_else(|| SearchIndexError::unexpected("counts"))?;
    let count = |bucket: &Value| bucket["doc_count"].as_u64().unwrap_or_default();
    let documents = channels.iter().filter_map(|bucket| {
        let channel: Channel = serde_json::from_value(bucket["key"].clone()).ok()?;
        Some((channel, count(bucket)))
    });
    let words = counts["words"]["buckets"].as_array();
    Ok(Statistics {
        documents: documents.collect(),
        containing: words.into_iter().flatten().map(count).collect(),
    })
}
