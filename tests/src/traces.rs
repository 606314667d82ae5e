//! What a video has left in buckets and index.

use crate::Stack;
use contracts::{VideoId, keys, segments::ALIAS};
use serde_json::{Value, json};

impl Stack {
    /// Keys of everything computed for a video, sorted.
    ///
    /// # Panics
    /// When S3 refuses.
    pub async fn derived_keys(&self, video_id: &VideoId) -> Vec<String> {
        let prefix = keys::derived_prefix(video_id);
        self.keys(&self.derived_bucket, &prefix).await
    }

    /// Keys of a bucket below a prefix, sorted.
    ///
    /// # Panics
    /// When S3 refuses.
    pub async fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let mut pages = self
            .s3
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.unwrap_or_else(|error| panic!("{bucket}: {error:?}"));
            let objects = page.contents.unwrap_or_default();
            keys.extend(objects.into_iter().filter_map(|object| object.key));
        }
        keys.sort_unstable();
        keys
    }

    /// Every document of a video, whatever its generation, in the order of `_id`: `{"_id", "_source"}`.
    ///
    /// # Panics
    /// When OpenSearch refuses.
    pub async fn documents(&self, video_id: &VideoId) -> Vec<Value> {
        self.documents_in(ALIAS, video_id).await
    }

    /// The same of the index behind another alias.
    ///
    /// # Panics
    /// When OpenSearch refuses.
    pub async fn documents_in(&self, alias: &str, video_id: &VideoId) -> Vec<Value> {
        self.opensearch_in(alias, "_refresh", &json!({})).await;
        let query = json!({ "size": 10_000, "query": { "term": { "video_id": video_id } } });
        let mut answer = self.opensearch_in(alias, "_search", &query).await;
        let Some(Value::Array(mut hits)) = answer.pointer_mut("/hits/hits").map(Value::take) else {
            panic!("no hits in {answer}");
        };
        hits.sort_by_key(|hit| hit["_id"].as_str().map(str::to_owned));
        hits
    }

    /// `POST`s to the index behind the alias, `_search` say.
    ///
    /// # Panics
    /// When OpenSearch refuses.
    pub async fn opensearch(&self, action: &str, body: &Value) -> Value {
        self.opensearch_in(ALIAS, action, body).await
    }

    async fn opensearch_in(&self, alias: &str, action: &str, body: &Value) -> Value {
        let url = format!("{}/{alias}/{action}", self.opensearch_url);
        let request = self
            .http
            .post(url)
            .header("content-type", "application/json");
        let request = match action {
            "_refresh" => request,
            _ => request.body(body.to_string()),
        };
        crate::Answer::of(request).await.json()
    }
}
