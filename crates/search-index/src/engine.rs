//! Whether the server has what computes nearest vectors.

use crate::{SearchIndex, SearchIndexError};
use opensearch::http::Method;
use serde_json::Value;

impl SearchIndex {
    /// Makes sure that every node of the server can serve vectors of `engine`, before an index with them is made: a
    /// node takes the index of an engine that it lacks, and ends itself when the first document is refreshed.
    ///
    /// `lucene` comes with the k-NN plugin. Any other engine needs a native library, and counts as there only where
    /// the plugin's statistics say that every node has loaded it.
    ///
    /// # Errors
    /// [`SearchIndexError::Incompatible`] where the plugin or the engine's library is missing.
    pub async fn require_engine(&self, engine: &str) -> Result<(), SearchIndexError> {
        let reply = self.send(Method::Get, "/_plugins/_knn/stats", None).await?;
        // A server without the plugin knows no such path.
        if matches!(reply.status, 400 | 404) {
            return Err(SearchIndexError::Incompatible {
                reason: "the server has no k-NN plugin".to_owned(),
            });
        }
        match missing_on(&reply.success()?, engine) {
            None => Ok(()),
            Some(node) => Err(SearchIndexError::Incompatible {
                reason: format!(
                    "{node} has not loaded the library of the vector engine {engine}: use lucene"
                ),
            }),
        }
    }
}

/// The node that lacks an engine, by the plugin's statistics; `None` where all have it.
fn missing_on(statistics: &Value, engine: &str) -> Option<String> {
    if engine == "lucene" {
        return None;
    }
    let Some(nodes) = statistics["nodes"]
        .as_object()
        .filter(|nodes| !nodes.is_empty())
    else {
        return Some("the server".to_owned());
    };
    let is_loaded = |node: &Value| node[format!("{engine}_initialized")] == Value::Bool(true);
    let mut lacking = nodes.iter().filter(|(_, node)| !is_loaded(node));
    lacking.next().map(|(name, _)| format!("the node {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(nodes: &Value, engine: &str, expected: Option<&str>) {
        let found = missing_on(&json!({"nodes": nodes}), engine);
        assert_eq!(found.as_deref(), expected, "{nodes} {engine}");
    }

    #[test]
    fn an_engine_is_there_where_every_node_has_loaded_it() {
        let with = json!({"faiss_initialized": true, "lucene_initialized": false});
        let without = json!({"faiss_initialized": false});
        check(&json!({"a": with}), "faiss", None);
        check(
            &json!({"a": with, "b": without}),
            "faiss",
            Some("the node b"),
        );
        check(&json!({"a": without}), "lucene", None);
        check(&json!({"a": with}), "nmslib", Some("the node a"));
        check(&json!({}), "faiss", Some("the server"));
    }
}
