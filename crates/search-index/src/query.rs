//! What is asked, and how it is put to OpenSearch.

use crate::{
    Filters,
    clauses::{first_words, or_numbers, phrase},
    highlights::{END_MARK, START_MARK},
    languages, statistics,
};
use contracts::{Workspace, segments::Channel};
use moments::{Retriever, number_forms};
use serde_json::{Value, json};

/// Both of two words, and half of more.
const WRITTEN_WORDS_IN_COMMON: &str = "2<50%";
/// So many words of a longer text are looked for by words, about as many as a passage has: each counts in a dozen
/// fields, and the server takes 1,024 conditions.
const MAX_WORDS: usize = 60;
/// A number that is written with fewer characters says as little about a sign as any one word.
const MIN_WRITTEN_NUMBER_CHARS: usize = 3;

/// How long the server looks for the hits of one retriever: many times what a healthy one takes, and less than a caller
/// waits for all of them, so that one that is late does not cost the others.
pub(crate) const SEARCH_TIMEOUT: &str = "4s";

/// What is told of a ranked document, besides its number and its score. These are kept in columns: a document's own
/// fields, even its `_id`, are compressed together with others', and to unpack them takes longer than to find it.
pub(crate) const RANKED_FIELDS: [&str; 2] = ["video_id", "generation"];
/// What is read of a document.
const READ_FIELDS: [&str; 10] = [
    "workspace",
    "video_id",
    "generation",
    "chunk",
    "channel",
    "start_ms",
    "end_ms",
    "text",
    "labels",
    "thumbnail_key",
];

/// One search.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryPlan {
    /// The tenant. Nothing of another is ever found.
    pub workspace: Workspace,
    /// What was said or shown; empty where the query is no text.
    pub text: String,
    /// Phrases that a document must have word for word; every retriever obeys.
    pub phrases: Vec<String>,
    /// Words and phrases that a document must not have; every retriever obeys.
    pub excluded: Vec<String>,
    /// Unit vector of the text by the index's text model; `None` leaves the search by meaning out.
    pub text_vector: Option<Vec<f32>>,
    /// Unit vector of what is looked for by the index's image model; `None` leaves the search by looks out.
    pub image_vector: Option<Vec<f32>>,
    /// What it is narrowed to.
    pub filters: Filters,
    /// How many hits each retriever gives at most.
    pub candidates: usize,
    /// Words of the text to count documents with.
    pub counted_words: Vec<String>,
    /// `_id` of a document that is not looked for: the one that others are to be like.
    pub except: Option<String>,
}

impl QueryPlan {
    /// Sends a tenant's searches to the same copy of the index.
    pub(crate) fn preference(&self) -> String {
        format!("workspace-{}", self.workspace.0)
    }

    /// Each retriever that has something to do, with its request body.
    pub(crate) fn bodies(&self) -> Vec<(Retriever, Value)> {
        let bodies = Retriever::ALL
            .iter()
            .filter_map(|retriever| Some((*retriever, self.body(*retriever)?)));
        bodies.collect()
    }

    /// What counts the documents that are searched.
    pub(crate) fn counting(&self) -> Value {
        let scope = Scope::new(self, Channel::ALL);
        statistics::body(
            &json!({"bool": {"filter": scope.filter}}),
            &self.counted_words,
        )
    }

    /// What reads documents of these numbers, without their vectors.
    pub(crate) fn reading(&self, numbers: &[u64]) -> Value {
        let mut scope = Scope::new(self, Channel::ALL);
        scope.filter.push(json!({"terms": {"_seq_no": numbers}}));
        json!({
            "size": numbers.len(),
            "sort": ["_doc"],
            "timeout": SEARCH_TIMEOUT,
            "track_total_hits": false,
            "_source": READ_FIELDS,
            "seq_no_primary_term": true,
            "query": scope.clauses(),
        })
    }

    /// What marks the query's words in documents of these ids; `None` where it has none. Words as they stand are marked
    /// only where they are a phrase's or a number's: else every "the" would be.
    pub(crate) fn marking(&self, ids: &[&str]) -> Option<Value> {
        if self.text.is_empty() || ids.is_empty() {
            return None;
        }
        let mut scope = Scope::new(self, Channel::ALL);
        scope.filter.push(json!({"ids": {"values": ids}}));
        let words = json!({"multi_match": {
            "query": self.words(), "fields": ["text", languages::ALL_WORDS],
        }});
        let mut fields = json!({
            "text": {"highlight_query": words},
            (languages::ALL_WORDS): {"highlight_query": words},
        });
        let numbers = self.numbers();
        let marked = self.phrases.iter().chain(numbers.iter().flatten());
        let phrases: Vec<Value> = marked.map(|words| phrase(words)).collect();
        if !phrases.is_empty() {
            fields["text.exact"] = json!({"highlight_query": {"bool": {"should": phrases}}});
        }
        Some(json!({
            "size": ids.len(),
            "sort": ["_doc"],
            "timeout": SEARCH_TIMEOUT,
            "_source": ["text"],
            "query": scope.clauses(),
            "highlight": {
                "number_of_fragments": 0,
                "require_field_match": true,
                "pre_tags": [START_MARK.to_string()],
                "post_tags": [END_MARK.to_string()],
                "fields": fields,
            },
        }))
    }

    fn body(&self, retriever: Retriever) -> Option<Value> {
        let channels: Vec<Channel> = retriever
            .channels()
            .iter()
            .copied()
            .filter(|channel| self.filters.has_channel(*channel))
            .collect();
        if channels.is_empty() {
            return None;
        }
        let scope = Scope::new(self, &channels);
        let nearest = |field, vector: &Option<Vec<f32>>| {
            let vector = vector.as_ref()?;
            Some(self.frame(scope.nearest(field, vector, self.candidates)))
        };
        let has_words = !self.text.is_empty();
        match retriever {
            Retriever::TitleWords => has_words.then(|| self.by_title(&scope)),
            Retriever::Words => has_words.then(|| self.by_words(&scope)),
            Retriever::WrittenWords => has_words.then(|| self.by_written_words(&scope)),
            Retriever::Meaning | Retriever::WrittenMeaning => {
                nearest("text_vector", &self.text_vector)
            }
            Retriever::Looks => nearest("image_vector", &self.image_vector),
        }
    }

    /// Little words don't count here: a title that shares no more than "the" with a query must not lift its
    /// video.
    fn by_title(&self, scope: &Scope) -> Value {
        let words = json!({"match": {"text": {"query": self.words()}}});
        self.frame(scope.around(&words))
    }

    /// Stemmed words and the words as they stand count together: the second makes exact names and little
    /// words tell otherwise equal passages apart.
    fn by_words(&self, scope: &Scope) -> Value {
        let words = json!({"multi_match": {
            "query": self.words(), "fields": ["text", "text.exact", languages::ALL_WORDS],
            "type": "most_fields",
        }});
        self.frame(scope.around(&or_numbers(words, &self.numbers())))
    }

    /// What is written in a picture has a word or two: one that a long query has in common with it says nothing.
    fn by_written_words(&self, scope: &Scope) -> Value {
        let words = json!({"multi_match": {
            "query": self.words(), "fields": ["text", languages::ALL_WORDS],
            "minimum_should_match": WRITTEN_WORDS_IN_COMMON,
        }});
        let mut numbers = self.numbers();
        numbers.retain(|forms| forms[0].len() >= MIN_WRITTEN_NUMBER_CHARS);
        self.frame(scope.around(&or_numbers(words, &numbers)))
    }

    /// What is looked for by words.
    fn words(&self) -> &str {
        first_words(&self.text, MAX_WORDS)
    }

    /// The forms of each number that is looked for.
    fn numbers(&self) -> Vec<Vec<String>> {
        number_forms(&self.text)
    }

    fn frame(&self, query: Value) -> Value {
        json!({
            "size": self.candidates,
            "track_total_hits": false,
            "timeout": SEARCH_TIMEOUT,
            "_source": false,
            "stored_fields": "_none_",
            "docvalue_fields": RANKED_FIELDS,
            "seq_no_primary_term": true,
            "query": query,
        })
    }
}

/// What a query may see. The only place that builds queries over documents, so that none goes without the
/// tenant's filter.
struct Scope {
    filter: Vec<Value>,
    must_not: Vec<Value>,
}

impl Scope {
    fn new(plan: &QueryPlan, channels: &[Channel]) -> Self {
        let mut filter = vec![
            json!({"term": {"workspace": plan.workspace}}),
            json!({"terms": {"channel": channels}}),
        ];
        filter.extend(plan.filters.clauses());
        filter.extend(plan.phrases.iter().map(|words| phrase(words)));
        let except = plan.except.iter();
        let except = except.map(|id| json!({"ids": {"values": [id]}}));
        let excluded = plan.excluded.iter().map(|words| phrase(words));
        Self {
            filter,
            must_not: excluded.chain(except).collect(),
        }
    }

    /// A scored query inside the scope.
    fn around(&self, query: &Value) -> Value {
        let mut scoped = self.clauses();
        scoped["bool"]["must"] = json!([query]);
        scoped
    }

    /// What a document must and must not be.
    fn clauses(&self) -> Value {
        let mut clauses = json!({"bool": {"filter": self.filter}});
        if !self.must_not.is_empty() {
            clauses["bool"]["must_not"] = json!(self.must_not);
        }
        clauses
    }

    /// The nearest vectors inside the scope: filtered while searching, so that others can't use up `count`.
    fn nearest(&self, field: &str, vector: &[f32], count: usize) -> Value {
        let mut fields = serde_json::Map::new();
        fields.insert(
            field.to_owned(),
            json!({"vector": vector, "k": count, "filter": self.clauses()}),
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
            phrases: Vec::new(),
            excluded: Vec::new(),
            text_vector: Some(vec![0.6, 0.8]),
            image_vector: Some(vec![1.0, 0.0]),
            filters: Filters {
                videos: vec!["v1".into(), "v2".into()],
                tags: vec!["a".into(), "b".into()],
                channels: Vec::new(),
                languages: vec!["en".into(), "pt".into()],
                after: Some("2026-11-01T00:00:00Z".into()),
                before: Some("2026-12-01T00:00:00Z".into()),
                min_duration_ms: Some(60_000),
                max_duration_ms: Some(90_000),
            },
            candidates: 100,
            counted_words: vec!["dogs".into()],
            except: None,
        }
    }

    fn retrievers(plan: &QueryPlan) -> Vec<Retriever> {
        plan.bodies()
            .into_iter()
            .map(|(retriever, _)| retriever)
            .collect()
    }

    /// What the documents of a retriever must and must not be.
    fn clauses_of(retriever: Retriever, body: &Value) -> &Value {
        let query = &body["query"];
        match retriever {
            Retriever::Meaning | Retriever::WrittenMeaning => {
                &query["knn"]["text_vector"]["filter"]["bool"]
            }
            Retriever::Looks => &query["knn"]["image_vector"]["filter"]["bool"],
            Retriever::TitleWords | Retriever::Words | Retriever::WrittenWords => &query["bool"],
        }
    }

    #[test]
    fn the_request_bodies_are_reviewed_when_they_change() {
        let bodies = plan().bodies().into_iter().map(|(_, body)| body);
        let others = [plan().counting(), plan().reading(&[3, 4])];
        let marking = plan().marking(&["v1:1:speech:0:0"]);
        let bodies: Vec<Value> = bodies.chain(others).chain(marking).collect();
        insta::assert_json_snapshot!(bodies);
    }

    #[test]
    fn every_query_has_the_tenant_filter() {
        for (retriever, body) in plan().bodies() {
            let filter = &clauses_of(retriever, &body)["filter"];
            assert_eq!(
                filter[0],
                json!({"term": {"workspace": "w"}}),
                "{retriever:?}"
            );
            let others = &filter.as_array().unwrap()[2..];
            assert_eq!(others, plan().filters.clauses(), "{retriever:?}");
        }
    }

    #[test]
    fn what_is_counted_read_and_marked_is_the_tenants() {
        let plan = plan();
        let marking = plan.marking(&["i"]).unwrap();
        for body in [plan.counting(), plan.reading(&[1]), marking] {
            let filter = &body["query"]["bool"]["filter"];
            assert_eq!(filter[0], json!({"term": {"workspace": "w"}}));
        }
        assert_eq!(plan.marking(&[]), None);
    }

    #[test]
    fn no_retriever_finds_what_others_are_to_be_like() {
        let like = QueryPlan {
            except: Some("i".into()),
            ..plan()
        };
        for (retriever, body) in like.bodies() {
            let clauses = clauses_of(retriever, &body);
            assert_eq!(clauses["must_not"], json!([{"ids": {"values": ["i"]}}]));
        }
    }

    #[test]
    fn phrases_and_exclusions_bind_every_retriever() {
        let plan = QueryPlan {
            phrases: vec!["hot dogs".into(), "ran away".into()],
            excluded: vec!["cats".into()],
            filters: Filters::default(),
            ..plan()
        };
        insta::assert_json_snapshot!(plan.bodies()[1].1);
        for (retriever, body) in plan.bodies() {
            let clauses = clauses_of(retriever, &body);
            let required = &clauses["filter"].as_array().unwrap()[2..];
            assert_eq!(
                required,
                [phrase("hot dogs"), phrase("ran away")],
                "{retriever:?}"
            );
            assert_eq!(
                clauses["must_not"],
                json!([phrase("cats")]),
                "{retriever:?}"
            );
        }
    }

    #[test]
    fn a_number_is_looked_for_in_all_its_forms() {
        let words_of = |text: &str, position: usize| {
            let plan = QueryPlan {
                text: text.into(),
                filters: Filters::default(),
                ..plan()
            };
            plan.bodies().remove(position).1
        };
        insta::assert_json_snapshot!(words_of("25 dogs", 1));
        let is_plain = |body: Value| body["query"]["bool"]["must"][0]["bool"].is_null();
        assert!(is_plain(words_of("dogs", 1)));
        assert!(is_plain(words_of("25 dogs", 3)));
        assert!(!is_plain(words_of("1963", 3)));
    }

    #[test]
    fn only_retrievers_of_the_wanted_channels_are_asked() {
        use Retriever::{Looks, Meaning, TitleWords, Words, WrittenMeaning, WrittenWords};
        let of = |channels: &[Channel]| {
            retrievers(&QueryPlan {
                filters: Filters {
                    channels: channels.to_vec(),
                    ..Filters::default()
                },
                ..plan()
            })
        };
        assert_eq!(of(&[]), Retriever::ALL);
        assert_eq!(of(&[Channel::Title]), [TitleWords]);
        assert_eq!(of(&[Channel::Speech]), [Words, Meaning]);
        assert_eq!(of(&[Channel::ScreenText]), [WrittenWords, WrittenMeaning]);
        assert_eq!(of(&[Channel::Visual]), [Looks]);
        let only_words = QueryPlan {
            text_vector: None,
            image_vector: None,
            ..plan()
        };
        assert_eq!(retrievers(&only_words), [TitleWords, Words, WrittenWords]);
        let only_a_picture = QueryPlan {
            text: String::new(),
            text_vector: None,
            ..plan()
        };
        assert_eq!(retrievers(&only_a_picture), [Looks]);
    }
}
