//! What is asked, and how it is put to OpenSearch.

use crate::highlights::{END_MARK, START_MARK};
use contracts::{VideoId, Workspace, segments::Channel};
use moments::Retriever;
use serde_json::{Value, json};

/// Channels whose documents are found by the words in them or by their meaning.
const TEXT_CHANNELS: &[Channel] = &[Channel::Speech, Channel::Subtitle, Channel::ScreenText];

/// One search.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryPlan {
    /// The tenant. Nothing of another is ever found.
    pub workspace: Workspace,
    /// What was said or shown.
    pub text: String,
    /// Unit vector of the text by the index's model; `None` leaves the search by meaning out.
    pub vector: Option<Vec<f32>>,
    /// Only these videos; empty: all.
    pub videos: Vec<VideoId>,
    /// Only videos with all of these tags.
    pub tags: Vec<String>,
    /// Only these channels; empty: all.
    pub channels: Vec<Channel>,
    /// How many hits each retriever gives at most.
    pub candidates: usize,
}

impl QueryPlan {
    fn wants(&self, channel: Channel) -> bool {
        self.channels.is_empty() || self.channels.contains(&channel)
    }

    /// Each retriever that has something to do, with its request body.
    pub(crate) fn bodies(&self) -> Vec<(Retriever, Value)> {
        let text_channels: Vec<Channel> = TEXT_CHANNELS
            .iter()
            .copied()
            .filter(|channel| self.wants(*channel))
            .collect();
        let mut bodies = Vec::new();
        if self.wants(Channel::Title) {
            let scope = Scope::new(self, &[Channel::Title]);
            bodies.push((Retriever::TitleWords, self.by_title(&scope)));
        }
        if !text_channels.is_empty() {
            let scope = Scope::new(self, &text_channels);
            bodies.push((Retriever::Words, self.by_words(&scope)));
            if let Some(vector) = &self.vector {
                bodies.push((Retriever::Meaning, self.by_meaning(&scope, vector)));
            }
        }
        bodies
    }

    /// Little words don't count here: a title that shares no more than "the" with a query must not lift its
    /// video.
    fn by_title(&self, scope: &Scope) -> Value {
        let words = json!({"match": {"text": {"query": self.text}}});
        self.highlighted(scope.around(&words))
    }

    /// Stemmed words and the words as they stand count together: the second makes exact names and little
    /// words tell otherwise equal passages apart.
    fn by_words(&self, scope: &Scope) -> Value {
        let words = json!({"multi_match": {
            "query": self.text, "fields": ["text", "text.exact"], "type": "most_fields",
        }});
        self.highlighted(scope.around(&words))
    }

    fn highlighted(&self, query: Value) -> Value {
        let mut body = self.frame(query);
        body["highlight"] = json!({
            "number_of_fragments": 0,
            "require_field_match": true,
            "pre_tags": [START_MARK.to_string()],
            "post_tags": [END_MARK.to_string()],
            "fields": {"text": {}},
        });
        body
    }

    fn by_meaning(&self, scope: &Scope, vector: &[f32]) -> Value {
        self.frame(scope.nearest("text_vector", vector, self.candidates))
    }

    fn frame(&self, query: Value) -> Value {
        json!({
            "size": self.candidates,
            "track_total_hits": false,
            "_source": {"excludes": ["text_vector"]},
            "query": query,
        })
    }
}

/// What a query may see. The only place that builds queries over documents, so that none goes without the
/// tenant's filter.
struct Scope {
    filter: Vec<Value>,
}

impl Scope {
    fn new(plan: &QueryPlan, channels: &[Channel]) -> Self {
        let mut filter = vec![
            json!({"term": {"workspace": plan.workspace}}),
            json!({"terms": {"channel": channels}}),
        ];
        if !plan.videos.is_empty() {
            filter.push(json!({"terms": {"video_id": plan.videos}}));
        }
        filter.extend(plan.tags.iter().map(|tag| json!({"term": {"tags": tag}})));
        Self { filter }
    }

    /// A scored query inside the scope.
    fn around(&self, query: &Value) -> Value {
        json!({"bool": {"must": [query], "filter": self.filter}})
    }

    /// The nearest vectors inside the scope: filtered while searching, so that others can't use up `count`.
    fn nearest(&self, field: &str, vector: &[f32], count: usize) -> Value {
        let mut fields = serde_json::Map::new();
        fields.insert(
            field.to_owned(),
            json!({"vector": vector, "k": count, "filter": {"bool": {"filter": self.filter}}}),
        );
        json!({"knn": fields})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> QueryPlan {
        QueryPlan {
            workspace: "w".into(),
            text: "dogs".into(),
            vector: Some(vec![0.6, 0.8]),
            videos: vec!["v1".into(), "v2".into()],
            tags: vec!["a".into(), "b".into()],
            channels: Vec::new(),
            candidates: 100,
        }
    }

    fn retrievers(plan: &QueryPlan) -> Vec<Retriever> {
        plan.bodies()
            .into_iter()
            .map(|(retriever, _)| retriever)
            .collect()
    }

    #[test]
    fn the_request_bodies_are_reviewed_when_they_change() {
        let bodies: Vec<Value> = plan().bodies().into_iter().map(|(_, body)| body).collect();
        insta::assert_json_snapshot!(bodies);
    }

    #[test]
    fn every_query_has_the_tenant_filter() {
        for (retriever, body) in plan().bodies() {
            let query = &body["query"];
            let filter = match retriever {
                Retriever::Meaning => &query["knn"]["text_vector"]["filter"]["bool"]["filter"],
                Retriever::TitleWords | Retriever::Words => &query["bool"]["filter"],
            };
            assert_eq!(
                filter[0],
                json!({"term": {"workspace": "w"}}),
                "{retriever:?}"
            );
        }
    }

    #[test]
    fn only_retrievers_of_the_wanted_channels_are_asked() {
        use Retriever::{Meaning, TitleWords, Words};
        let of = |channels: &[Channel]| {
            retrievers(&QueryPlan {
                channels: channels.to_vec(),
                ..plan()
            })
        };
        assert_eq!(of(&[]), [TitleWords, Words, Meaning]);
        assert_eq!(of(&[Channel::Title]), [TitleWords]);
        assert_eq!(of(&[Channel::Speech]), [Words, Meaning]);
        assert_eq!(of(&[Channel::Visual]), []);
        let without_vector = QueryPlan {
            vector: None,
            ..plan()
        };
        assert_eq!(retrievers(&without_vector), [TitleWords, Words]);
    }
}
