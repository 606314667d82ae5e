//! What a search is narrowed to.

use contracts::{VideoId, segments::Channel};
use serde_json::{Value, json};

/// What a search is narrowed to: all that is given must hold. An empty list and `None` narrow nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Only these videos.
    pub videos: Vec<VideoId>,
    /// Only videos with all of these tags.
    pub tags: Vec<String>,
    /// Only these channels.
    pub channels: Vec<Channel>,
    /// Only these languages: primary subtags (`pt` finds what is in `pt-BR`).
    pub languages: Vec<String>,
    /// Only videos made known at this time (RFC 3339) or later.
    pub after: Option<String>,
    /// Only videos made known before this time (RFC 3339).
    pub before: Option<String>,
    /// Only videos of at least this length in milliseconds.
    pub min_duration_ms: Option<u64>,
    /// Only videos of at most this length in milliseconds.
    pub max_duration_ms: Option<u64>,
}

impl Filters {
    /// Whether what lies in this channel is looked at.
    #[must_use]
    pub fn has_channel(&self, channel: Channel) -> bool {
        self.channels.is_empty() || self.channels.contains(&channel)
    }

    /// A clause for each thing that must hold of a document, but for its channel.
    pub(crate) fn clauses(&self) -> Vec<Value> {
        let mut clauses = Vec::new();
        if !self.videos.is_empty() {
            clauses.push(json!({"terms": {"video_id": self.videos}}));
        }
        clauses.extend(self.tags.iter().map(|tag| json!({"term": {"tags": tag}})));
        if !self.languages.is_empty() {
            let of_any: Vec<Value> = self
                .languages
                .iter()
                .flat_map(|tag| language(tag))
                .collect();
            clauses.push(json!({"bool": {"should": of_any, "minimum_should_match": 1}}));
        }
        let (after, before) = (self.after.clone(), self.before.clone());
        clauses.extend(range("created_at", [("gte", after), ("lt", before)]));
        let (min, max) = (self.min_duration_ms, self.max_duration_ms);
        clauses.extend(range("duration_ms", [("gte", min), ("lte", max)]));
        clauses
    }
}

/// The primary subtag alone, or with others behind it; people write `en-us` too.
fn language(primary: &str) -> [Value; 2] {
    [
        json!({"term": {"language": {"value": primary, "case_insensitive": true}}}),
        json!({"prefix": {"language": {"value": format!("{primary}-"), "case_insensitive": true}}}),
    ]
}

/// `None` where no bound is given.
fn range<Bound: Into<Value>>(field: &str, bounds: [(&str, Option<Bound>); 2]) -> Option<Value> {
    let given = bounds
        .into_iter()
        .filter_map(|(name, bound)| Some((name.to_owned(), bound?.into())));
    let given: serde_json::Map<String, Value> = given.collect();
    (!given.is_empty()).then(|| json!({"range": {field: given}}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(filters: &Filters, expected: &Value) {
        assert_eq!(json!(filters.clauses()), *expected);
    }

    #[test]
    fn nothing_given_narrows_nothing() {
        check(&Filters::default(), &json!([]));
        assert!(Filters::default().has_channel(Channel::Title));
    }

    #[test]
    fn ranges_have_the_bounds_that_are_given() {
        let filters = Filters {
            after: Some("2026-11-26T00:00:00.000Z".into()),
            max_duration_ms: Some(90_000),
            ..Filters::default()
        };
        let expected = json!([
            {"range": {"created_at": {"gte": "2026-11-26T00:00:00.000Z"}}},
            {"range": {"duration_ms": {"lte": 90_000}}},
        ]);
        check(&filters, &expected);
    }

    #[test]
    fn a_language_is_found_with_its_regions_and_nothing_that_starts_alike() {
        let filters = Filters {
            languages: vec!["en".into()],
            ..Filters::default()
        };
        let expected = json!([{"bool": {"minimum_should_match": 1, "should": [
            {"term": {"language": {"value": "en", "case_insensitive": true}}},
            {"prefix": {"language": {"value": "en-", "case_insensitive": true}}},
        ]}}]);
        check(&filters, &expected);
    }
}
