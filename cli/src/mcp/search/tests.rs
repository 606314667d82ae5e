use super::*;
use contracts::api::VisualModel;
use serde_json::{Value, json};

fn page() -> SearchResponse {
    let moment = |start_ms: u64, confidence: Value| {
        json!({
            "video_id": "v", "title": "A film\u{1b}[2J", "start_ms": start_ms, "end_ms": start_ms + 5_500,
            "score": 1.0, "confidence": confidence, "channels": ["speech", "visual"], "thumbnail_url": null,
            "play_url": format!("https://media.example/source?X=1#t={start_ms}"),
            "repeats": [{"video_id": "w", "start_ms": 0, "end_ms": 1}],
            "evidence": [
                {"segment_id": "s", "channel": "speech", "start_ms": 1, "end_ms": 2, "text": "Ice melts", "highlights": []},
                {"segment_id": "t", "channel": "visual", "start_ms": 1, "end_ms": 2, "text": "", "labels": ["macaw"], "highlights": []},
                {"segment_id": "u", "channel": "visual", "start_ms": 1, "end_ms": 2, "text": "", "highlights": []},
            ],
        })
    };
    let page = json!({
        "moments": [moment(62_000, json!(0.976)), moment(70_000, Value::Null)],
        "no_confident_match": false, "degraded": [], "next_cursor": "c",
    });
    serde_json::from_value(page).unwrap()
}

#[test]
fn an_answer_reads_alone() {
    let expected = "Moments:\n\
        1. A film\u{fffd}[2J, 1:02.0–1:07.5, 98% likely\n   \
        video_id v, start_ms 62000, end_ms 67500\n   \
        speech: \"Ice melts\"\n   visual: seems to show macaw\n   visual: looks like it\n   \
        the same in 1 other places\n\
        2. A film\u{fffd}[2J, 1:10.0–1:15.5, confidence unknown\n";
    let text = text(&page(), false);
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(
        text.matches("https://").count(),
        1,
        "one link for each video"
    );
    assert!(text.ends_with(
        "v: https://media.example/source?X=1\nThere are more: call again with cursor \"c\"."
    ));
}

#[test]
fn what_an_answer_lacks_is_said_first() {
    let none = SearchResponse {
        moments: Vec::new(),
        no_confident_match: true,
        ..page()
    };
    let near = SearchResponse {
        nearest: page().moments,
        ..none.clone()
    };
    let degraded = SearchResponse {
        degraded: vec!["visual".to_owned()],
        ..page()
    };
    let stand_in = SearchResponse {
        visual_model: Some(VisualModel {
            name: "m".to_owned(),
            stand_in: true,
        }),
        ..page()
    };
    for (page, with_nearest, words) in [
        (&none, false, "nearest=true lists"),
        (&none, true, "Nothing comes near"),
        (&near, true, "likely not what was asked for"),
        (
            &degraded,
            false,
            "Not searched at present, or not in every way: visual",
        ),
        (&stand_in, false, "1,000 nouns"),
    ] {
        let text = text(page, with_nearest);
        let first = text.lines().next().unwrap_or_default();
        assert!(first.contains(words), "{text}");
    }
    assert_eq!(notes(&page(), false), Vec::<String>::new());
}

#[test]
fn arguments_become_a_request() {
    let arguments: SearchArguments = serde_json::from_value(json!({
        "query": "ice", "channels": ["screen-text", "visual"], "video_ids": ["v", "w"], "tags": ["t"], "languages": ["en"],
        "after": "2026-01-31", "before": "2026-02-01", "order": "newest", "per_video": 1, "limit": 3, "nearest": true,
        "cursor": "c",
    }))
    .unwrap();
    let expected = json!({
        "q": "ice", "channels": "screen-text,visual", "videos": "v,w", "tags": "t", "languages": "en",
        "after": "2026-01-31", "before": "2026-02-01", "order": "newest", "per_video": 1, "limit": 3, "nearest": true,
        "cursor": "c",
    });
    assert_eq!(
        serde_json::to_value(request(arguments).unwrap()).unwrap(),
        expected
    );
}

#[test]
fn what_can_not_be_asked_is_told() {
    for (arguments, words) in [
        (json!({}), "either query"),
        (json!({"query": " "}), "either query"),
        (json!({"query": "x", "like": "y"}), "either query"),
        (json!({"query": "x", "tags": ["a,b"]}), "tags must hold"),
        (
            json!({"query": "x", "video_ids": [""]}),
            "video_ids must hold",
        ),
    ] {
        let arguments: SearchArguments = serde_json::from_value(arguments).unwrap();
        let failure = request(arguments).unwrap_err();
        assert!(failure.to_string().contains(words), "{failure}");
    }
    assert!(serde_json::from_value::<SearchArguments>(json!({"q": "x"})).is_err());
}

#[test]
fn the_schema_names_every_channel() {
    let schema = serde_json::to_value(schemars::schema_for!(Vec<ChannelName>)).unwrap();
    let names: Vec<&str> = Channel::ALL
        .iter()
        .map(|channel| channel.as_str())
        .collect();
    assert_eq!(schema["items"]["enum"], json!(names));
}
