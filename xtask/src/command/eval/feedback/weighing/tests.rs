use super::*;
use std::collections::BTreeSet;

/// A moment with these signs; the others are 0.
fn moment(start_ms: u64, signs: &[(&str, f64)]) -> Moment {
    let mut all: serde_json::Map<String, serde_json::Value> = Signs::weights()
        .into_iter()
        .map(|(name, _)| (name.to_owned(), 0.0.into()))
        .collect();
    for (name, value) in signs {
        all.insert((*name).to_owned(), (*value).into());
    }
    let moment = serde_json::json!({
        "video_id": "v", "title": "t", "start_ms": start_ms, "end_ms": start_ms + 1000, "score": 0.1,
        "confidence": 0.1, "channels": [], "thumbnail_url": null, "play_url": null, "evidence": [],
        "explanation": {"found_by": [], "signs": all},
    });
    serde_json::from_value(moment).unwrap()
}

fn answer(moments: Vec<Moment>) -> SearchResponse {
    let answer = serde_json::json!({
        "moments": moments, "no_confident_match": false, "degraded": [], "next_cursor": null,
    });
    serde_json::from_value(answer).unwrap()
}

fn opened(start_ms: u64) -> Opened {
    Opened {
        query: "q".to_owned(),
        video_id: "v".into(),
        start_ms,
        end_ms: start_ms + 1000,
        position: 1,
    }
}

/// Queries whose right moment has the looks, while the words speak for another one more strongly.
fn made_up(count: usize) -> Vec<Asked> {
    let right = moment(0, &[("looks", 2.0), ("said_words", 0.5)]);
    let wrong = moment(5000, &[("looks", 0.5), ("said_words", 2.0)]);
    let answer = answer(vec![wrong, right]);
    let queries = (0..count).map(|number| format!("query {number}"));
    queries
        .map(|query| Asked::new(&query, &answer, &[&opened(100)]).unwrap())
        .collect()
}

fn row<'a>(text: &'a str, name: &str) -> &'a str {
    let mut lines = text.lines();
    let is_row = |line: &&str| line.starts_with(&format!("| {name} "));
    lines
        .find(is_row)
        .unwrap_or_else(|| panic!("{name}: {text}"))
}

#[test]
fn better_weights_are_found_where_what_is_opened_asks_for_them() {
    let text = report(&made_up(60));
    assert!(
        row(&text, "present").contains("0.500 [0.500, 0.500]"),
        "{text}"
    );
    let fitted = row(&text, "fitted to the other half");
    assert!(fitted.contains("1.000 [1.000, 1.000]"), "{text}");
    assert!(fitted.contains("0.500 [0.500, 0.500]"), "gained: {text}");
    assert!(row(&text, "pictures alone").contains("1.000"), "{text}");
    assert!(row(&text, "looks").contains("0.90"), "{text}");
    assert!(text.contains("of 60 of 60 answers"), "{text}");
}

#[test]
fn few_queries_are_not_fitted_to() {
    let text = report(&made_up(8));
    assert!(
        text.contains("Too few for a fit: 10 queries in each half"),
        "{text}"
    );
    assert!(!text.contains("| fitted"), "{text}");
    assert!(row(&report(&[]), "present").contains(" 0 "));
}

#[test]
fn what_weights_say_nothing_of_is_not_found_and_equals_stand_before() {
    let rank = |moments: Vec<Moment>, weights: &[f64]| {
        let asked = Asked::new("q", &answer(moments), &[&opened(0)]).unwrap();
        asked.rank(weights)
    };
    let looks: Vec<f64> = Signs::weights()
        .map(|(name, _)| f64::from(u8::from(name == "looks")))
        .to_vec();
    let with = |start_ms: u64, looks: f64| moment(start_ms, &[("looks", looks)]);
    assert_eq!(rank(vec![with(0, 1.0), with(5000, 1.0)], &looks), Some(2));
    assert_eq!(rank(vec![with(0, 1.0), with(5000, 0.0)], &looks), Some(1));
    assert_eq!(rank(vec![with(0, 0.0), with(5000, 0.0)], &looks), None);
    assert_eq!(rank(vec![with(5000, 1.0)], &looks), None);
    assert_eq!(rank(vec![], &looks), None);
}

#[test]
fn an_answer_without_signs_is_left_out() {
    let mut without = moment(0, &[]);
    without.explanation = None;
    assert!(Asked::new("q", &answer(vec![without]), &[&opened(0)]).is_none());
}

#[test]
fn each_sign_is_of_one_kind() {
    let kinds: Vec<&str> = KINDS
        .iter()
        .flat_map(|(_, signs)| *signs)
        .copied()
        .collect();
    let names = Signs::weights().map(|(name, _)| name);
    assert_eq!(kinds.len(), names.len());
    assert_eq!(
        kinds.into_iter().collect::<BTreeSet<_>>(),
        names.into_iter().collect()
    );
}
