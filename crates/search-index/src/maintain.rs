//! Counting, changing and removing what is in the index. What is changed or removed is so wherever an index stands:
//! one request names all places, so that none is missed that another request moves meanwhile.

use crate::{
    SearchIndex, SearchIndexError,
    error::{require_all_shards, status_of},
    languages,
};
use contracts::{
    Generation, VideoId, Workspace, limits::MAX_CHUNKS, segments::Channel, tasks::VideoRef,
};
use opensearch::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How often a change starts again where documents changed under it.
const MAX_ROUNDS: u32 = 5;

impl SearchIndex {
    /// Makes everything written so far findable.
    ///
    /// # Errors
    /// The index can't be reached.
    pub async fn refresh(&self) -> Result<(), SearchIndexError> {
        let path = format!("/{}/_refresh", self.alias());
        self.send(Method::Post, &path, None).await?.success()?;
        Ok(())
    }

    /// How many documents there are of all tenants, as of the last refresh.
    ///
    /// # Errors
    /// The index can't be reached.
    pub async fn documents(&self) -> Result<u64, SearchIndexError> {
        let path = format!("/{}/_stats/docs", self.alias());
        let reply = self.send(Method::Get, &path, None).await?;
        reply.success()?["_all"]["primaries"]["docs"]["count"]
            .as_u64()
            .ok_or_else(|| SearchIndexError::unexpected("count"))
    }

    /// How many documents a generation of a video has, as of the last refresh.
    ///
    /// # Errors
    /// The index can't be reached.
    pub async fn count(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
        generation: Generation,
    ) -> Result<u64, SearchIndexError> {
        let query = of_video(workspace, video_id, &[of_generation(generation)]);
        let path = format!("/{}/_count", self.alias());
        let reply = self
            .send(Method::Post, &path, Some(&json!({"query": query})))
            .await?;
        reply.success()?["count"]
            .as_u64()
            .ok_or_else(|| SearchIndexError::unexpected("count"))
    }

    /// How many documents each chunk of a generation of a video has, as of the last refresh; `None` stands for those
    /// of the whole video.
    ///
    /// # Errors
    /// The index can't be reached.
    pub async fn count_by_chunk(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
        generation: Generation,
    ) -> Result<BTreeMap<Option<u32>, u64>, SearchIndexError> {
        let body = json!({
            "size": 0,
            "track_total_hits": false,
            "query": of_video(workspace, video_id, &[of_generation(generation)]),
            "aggs": {
                "chunks": {"terms": {"field": "chunk", "size": MAX_CHUNKS}},
                "whole": {"missing": {"field": "chunk"}},
            },
        });
        let path = format!("/{}/_search", self.alias());
        let answer = self
            .send(Method::Post, &path, Some(&body))
            .await?
            .success()?;
        read_counts(&answer["aggregations"])
            .ok_or_else(|| SearchIndexError::unexpected("counts by chunk"))
    }

    /// Removes all of a video's documents; answers how many.
    ///
    /// # Errors
    /// The index can't be reached, or documents kept changing meanwhile.
    pub async fn delete_video(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
    ) -> Result<u64, SearchIndexError> {
        self.delete(&of_video(workspace, video_id, &[])).await
    }

    /// Removes the documents of a video's generations before `generation`; answers how many. Those of a later
    /// one, which may be under way, stay.
    ///
    /// # Errors
    /// As [`Self::delete_video`].
    pub async fn delete_generations_below(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
        generation: Generation,
    ) -> Result<u64, SearchIndexError> {
        let older = json!({"range": {"generation": {"lt": generation}}});
        self.delete(&of_video(workspace, video_id, &[older])).await
    }

    /// Removes the documents of one generation of a video; answers how many.
    ///
    /// # Errors
    /// As [`Self::delete_video`].
    pub async fn delete_generation(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
        generation: Generation,
    ) -> Result<u64, SearchIndexError> {
        let query = of_video(workspace, video_id, &[of_generation(generation)]);
        self.delete(&query).await
    }

    /// Gives a video's documents, of every generation, other tags, another title, or both; answers how many
    /// changed.
    ///
    /// # Errors
    /// As [`Self::delete_video`].
    pub async fn update_video_fields(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
        tags: Option<&[String]>,
        title: Option<&str>,
    ) -> Result<u64, SearchIndexError> {
        if tags.is_none() && title.is_none() {
            return Ok(0);
        }
        let query = of_video(workspace, video_id, &[]);
        let change = |document: &mut Value| {
            let tags = tags.is_some_and(|tags| set(document, "tags", json!(tags)));
            let of_title = title.filter(|_| document["channel"] == json!(Channel::Title));
            of_title.is_some_and(|title| set(document, "text", json!(title))) || tags
        };
        self.change_documents(&query, &change).await
    }

    /// Gives the documents of a video's generation that are in no language this one; answers how many changed.
    ///
    /// # Errors
    /// As [`Self::delete_video`].
    pub async fn give_language(
        &self,
        video: &VideoRef,
        language: &str,
    ) -> Result<u64, SearchIndexError> {
        let without = json!({"bool": {"must_not": [{"exists": {"field": "language"}}]}});
        let and = [of_generation(video.generation), without];
        let query = of_video(&video.workspace, &video.video_id, &and);
        let change = |document: &mut Value| {
            let is_title = document["channel"] == json!(Channel::Title);
            let text = document["text"].as_str().filter(|_| !is_title);
            if let Some(words) = text.and_then(|text| languages::words_in(language, text)) {
                document[languages::WORDS] = words;
            }
            set(document, "language", json!(language))
        };
        self.change_documents(&query, &change).await
    }

    /// Removes the index of every place with everything in it; tests clean up with it. None there is fine.
    ///
    /// # Errors
    /// The index can't be reached.
    pub async fn remove(&self) -> Result<(), SearchIndexError> {
        for standing in self.indices().await? {
            let path = format!("/{}?ignore_unavailable=true", standing.index);
            self.send(Method::Delete, &path, None).await?.success()?;
        }
        Ok(())
    }

    async fn refresh_everywhere(&self) -> Result<(), SearchIndexError> {
        let path = format!("/{}/_refresh?ignore_unavailable=true", self.everywhere());
        let answer = self.send(Method::Post, &path, None).await?.success()?;
        if answer["_shards"]["total"] == json!(0) {
            return Err(SearchIndexError::missing(self.base()));
        }
        require_all_shards(&answer)
    }

    /// Changes documents until none was left that others changed meanwhile; answers how many changed.
    async fn change_documents(
        &self,
        query: &Value,
        change: &(dyn Fn(&mut Value) -> bool + Sync),
    ) -> Result<u64, SearchIndexError> {
        let (mut changed, mut left) = (0, None);
        for _ in 0..MAX_ROUNDS {
            // What an earlier task wrote a moment ago is changed too.
            self.refresh_everywhere().await?;
            let rewritten = self.rewrite(query, change).await?;
            changed += rewritten.changed;
            left = rewritten.left;
            if left.is_none() {
                if changed > 0 {
                    self.refresh_everywhere().await?;
                }
                return Ok(changed);
            }
        }
        let refused = left.filter(SearchIndexError::may_pass);
        Err(refused.unwrap_or_else(kept_changing))
    }

    /// Removes what a query finds until nothing of it changed meanwhile; answers how many.
    ///
    /// A removal sees only what was refreshed, so it begins with a refresh: what an earlier task wrote a moment ago
    /// must not survive its video.
    async fn delete(&self, query: &Value) -> Result<u64, SearchIndexError> {
        let everywhere = self.everywhere();
        let path = format!(
            "/{everywhere}/_delete_by_query?conflicts=proceed&refresh=true&ignore_unavailable=true"
        );
        let body = json!({"query": query});
        let mut deleted = 0;
        for _ in 0..MAX_ROUNDS {
            self.refresh_everywhere().await?;
            let reply = self.send(Method::Post, &path, Some(&body)).await?;
            let answer = reply.success()?;
            let failures = answer["failures"].as_array().map_or(0, Vec::len);
            if failures > 0 {
                let failure = &answer["failures"][0];
                return Err(SearchIndexError::from_answer(
                    status_of(failure),
                    &json!({"error": failure["cause"]}),
                ));
            }
            deleted += answer["deleted"].as_u64().unwrap_or(0);
            if answer["version_conflicts"].as_u64().unwrap_or(0) == 0 {
                return Ok(deleted);
            }
        }
        Err(kept_changing())
    }
}

fn kept_changing() -> SearchIndexError {
    SearchIndexError::Unavailable {
        reason: "documents kept changing while they were changed".to_owned(),
        source: None,
    }
}

/// Gives a field another value; answers whether it had another before.
fn set(document: &mut Value, field: &str, value: Value) -> bool {
    let differs = document[field] != value;
    document[field] = value;
    differs
}

fn read_counts(found: &Value) -> Option<BTreeMap<Option<u32>, u64>> {
    let mut counts = BTreeMap::from([(None, found["whole"]["doc_count"].as_u64()?)]);
    for bucket in found["chunks"]["buckets"].as_array()? {
        let chunk = u32::try_from(bucket["key"].as_u64()?).ok()?;
        counts.insert(Some(chunk), bucket["doc_count"].as_u64()?);
    }
    Some(counts)
}

fn of_video(workspace: &Workspace, video_id: &VideoId, and: &[Value]) -> Value {
    let mut filter = vec![
        json!({"term": {"workspace": workspace}}),
        json!({"term": {"video_id": video_id}}),
    ];
    filter.extend_from_slice(and);
    json!({"bool": {"filter": filter}})
}

fn of_generation(generation: Generation) -> Value {
    json!({"term": {"generation": generation}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_is_bound_to_tenant_and_video() {
        let query = of_video(&"w".into(), &"v".into(), &[of_generation(2)]);
        assert_eq!(
            query,
            json!({"bool": {"filter": [
                {"term": {"workspace": "w"}},
                {"term": {"video_id": "v"}},
                {"term": {"generation": 2}}
            ]}})
        );
    }
}
