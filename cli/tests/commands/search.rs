//! `search` against a scripted server: what is asked, and what is written for people and for programs.

use crate::support::{ID, Run, Server, reply};
use serde_json::{Value, json};

fn moment() -> Value {
    let play = "https://media.example/source?X=1#t=5.8,11.3";
    let evidence = json!({"channel": "subtitle", "start_ms": 5_833, "end_ms": 11_381, "text": "Each one gives litres", "segment_id": "v:1:subtitle:0:0", "highlights": [[14, 20]]});
    json!({
        "video_id": ID, "title": "A film", "start_ms": 5_833, "end_ms": 11_381, "score": 0.031, "confidence": null,
        "channels": ["subtitle"], "thumbnail_url": null, "play_url": play, "evidence": [evidence],
    })
}

/// A moment with something else to it.
fn moment_with(fields: &Value) -> Value {
    let mut moment = moment();
    merge(&mut moment, fields);
    moment
}

fn answer() -> Value {
    json!({"moments": [moment()], "no_confident_match": false, "degraded": [], "next_cursor": null})
}

fn answer_with(fields: &Value) -> Value {
    let mut answer = answer();
    merge(&mut answer, fields);
    answer
}

fn merge(document: &mut Value, fields: &Value) {
    for (name, value) in fields.as_object().unwrap() {
        document[name] = value.clone();
    }
}

/// What `search x` with these arguments writes where the API answers so.
async fn shown(arguments: &[&str], answer: Value) -> Run {
    let server = Server::start().await;
    server.on("POST /search", [reply(200, answer)]);
    let run = server
        .run(&[&["search", "x"][..], arguments].concat())
        .await;
    run.expect(0, "");
    run
}

/// What is sent for these arguments.
async fn check_sent(arguments: &[&str], expected: &Value) {
    let server = Server::start().await;
    server.on("POST /search", [reply(200, answer())]);
    server.run(arguments).await.expect(0, "A film");
    assert_eq!(server.seen("POST /search")[0].json(), *expected);
}

#[tokio::test]
async fn a_search_sends_its_filters() {
    let query = "how much milk";
    check_sent(&["search", query], &json!({"q": query})).await;
    let filters = [
        "search",
        query,
        "--video",
        "a",
        "--video",
        "b",
        "--tag",
        "t",
        "--channel",
        "speech",
        "--language",
        "en",
        "--language",
        "pt-BR",
        "--after",
        "2026-11-01",
        "--before",
        "2026-12-01T10:00:00Z",
        "--min-duration",
        "90",
        "--max-duration",
        "1h30m",
    ];
    let expected = json!({
        "q": query, "videos": "a,b", "tags": "t", "channels": "speech", "languages": "en,pt-BR",
        "after": "2026-11-01", "before": "2026-12-01T10:00:00Z",
        "min_duration_s": 90, "max_duration_s": 5400,
    });
    check_sent(&filters, &expected).await;
}

#[tokio::test]
async fn a_search_sends_how_moments_are_listed() {
    let listing = [
        "search",
        "x",
        "--newest",
        "--by-video",
        "--per-video",
        "2",
        "--nearest",
        "--facets",
        "--explain",
        "--limit",
        "3",
        "--cursor",
        "c",
    ];
    let expected = json!({
        "q": "x", "order": "newest", "group": "video", "per_video": 2, "nearest": true,
        "facets": true, "explain": true, "limit": 3, "cursor": "c",
    });
    check_sent(&listing, &expected).await;
    let oldest = json!({"q": "x", "order": "oldest"});
    check_sent(&["search", "x", "--oldest"], &oldest).await;
}

#[tokio::test]
async fn wrong_arguments_are_exit_2_and_nothing_is_sent() {
    let server = Server::start().await;
    for (arguments, words) in [
        (&["--newest", "--oldest"][..], "cannot be used with"),
        (&["--min-duration", "long"], "1h30m"),
        (&["--max-duration", "1h30"], "1h30m"),
        (&["--per-video", "many"], "invalid"),
        (&["--channel", "smell"], "screen-text"),
        (&["--language", "en,de"], "repeat the option"),
    ] {
        let run = server
            .run(&[&["search", "x"][..], arguments].concat())
            .await;
        run.expect(2, words);
    }
    assert_eq!(server.targets(), Vec::<String>::new());
}

#[tokio::test]
async fn moments_are_shown_with_their_words_and_where_to_play_them() {
    let degraded = answer_with(&json!({"degraded": ["visual"]}));
    let run = shown(&[], degraded).await;
    assert_eq!(
        run.stdout,
        "1. A film  0:05.8–0:11.3  score 0.031  subtitle\n   Each one gives litres\n   https://media.example/source?X=1#t=5.8,11.3\n",
        "no escape codes in a pipe"
    );
    run.expect(0, "not searched at present: visual");
}

#[tokio::test]
async fn an_answer_is_printed_as_it_is_for_programs() {
    let full = answer_with(&json!({
        "next_cursor": "c",
        "nearest": [moment()],
        "groups": [{"video_id": ID, "title": "A film", "found": 1}],
        "facets": {"channels": [], "tags": [{"value": "a", "count": 1}], "languages": [], "videos": []},
    }));
    let run = shown(&["--json"], full.clone()).await;
    assert_eq!(run.documents(), [full]);
    assert_eq!(run.stderr, "");
}

#[tokio::test]
async fn confidence_and_repeats_are_shown() {
    let repeat = json!({"video_id": ID, "start_ms": 1, "end_ms": 2});
    for (repeats, expected) in [
        (1, "also in 1 other place\n"),
        (3, "also in 3 other places\n"),
    ] {
        let repeats = vec![repeat.clone(); repeats];
        let moment = moment_with(&json!({"confidence": 0.868, "repeats": repeats}));
        let run = shown(&[], answer_with(&json!({"moments": [moment]}))).await;
        run.expect(0, "1. A film  0:05.8–0:11.3  87%  subtitle\n");
        run.expect(0, expected);
        assert!(!run.stdout.contains("score"), "{}", run.stdout);
    }
}

#[tokio::test]
async fn nothing_that_matches_well_is_said_so() {
    let nothing = json!({"moments": [], "no_confident_match": true});
    let run = shown(&[], answer_with(&nothing)).await;
    assert_eq!(
        run.stdout,
        "Nothing matches well. --nearest shows what comes closest.\n"
    );
    let run = shown(&["--nearest"], answer_with(&nothing)).await;
    run.expect(0, "nothing comes near.\n");
    let near = json!({"moments": [], "no_confident_match": true, "nearest": [moment()]});
    let run = shown(&["--nearest"], answer_with(&near)).await;
    run.expect(0, "Nothing matches well. The nearest:\n1. A film  ");
    let both = json!({"nearest": [moment()]});
    let run = shown(&["--nearest"], answer_with(&both)).await;
    run.expect(0, "Near, but no good match:\n2. A film  ");
}

#[tokio::test]
async fn groups_have_headings() {
    let other = json!({"video_id": "other", "title": "Another\u{1b}[2J"});
    let grouped = answer_with(&json!({
        "moments": [moment(), moment(), moment_with(&other)],
        "groups": [
            {"video_id": ID, "title": "A film", "found": 5},
            {"video_id": "other", "title": "Another\u{1b}[2J", "found": 1},
        ],
    }));
    let run = shown(&["--by-video"], grouped).await;
    run.expect(0, "A film  (5 moments, 2 shown)\n1. 0:05.8–0:11.3  ");
    run.expect(0, "Another\u{fffd}[2J  (1 moment)\n3. 0:05.8–0:11.3  ");
}

#[tokio::test]
async fn facets_are_a_short_table() {
    let tags: Vec<Value> = (0..10)
        .map(|number| json!({"value": format!("t{number}"), "count": 20 - number}))
        .collect();
    let facets = json!({
        "channels": [{"value": "speech", "count": 4}, {"value": "visual", "count": 1}],
        "tags": tags, "languages": [], "videos": [{"value": "v", "count": 5}],
    });
    let run = shown(&["--facets"], answer_with(&json!({"facets": facets}))).await;
    run.expect(
        0,
        "CHANNELS  speech (4), visual (1)\nTAGS      t0 (20), t1 (19)",
    );
    run.expect(0, "t7 (13), 2 more\nVIDEOS    v (5)\n1. A film");
}

#[tokio::test]
async fn an_explanation_names_retrievers_and_signs() {
    let explanation = json!({
        "found_by": [
            {"retriever": "words", "rank": 2, "score": 7.125, "relevance": 1.0},
            {"retriever": "meaning", "rank": 1, "score": 0.71, "relevance": 0.85},
        ],
        "signs": {"agreement": 0.5},
    });
    let explained = moment_with(&json!({"explanation": explanation}));
    let run = shown(
        &["--explain"],
        answer_with(&json!({"moments": [explained]})),
    )
    .await;
    run.expect(
        0,
        "   found by: words #2 (score 7.12, counts 100%), meaning #1 (score 0.71, counts 85%)\n   signs: agreement 0.50\n",
    );
}

#[tokio::test]
async fn pages_are_followed_where_asked_for() {
    let page = |cursor: Value| reply(200, answer_with(&json!({"next_cursor": cursor})));
    let server = Server::start().await;
    server.on("POST /search", [page(json!("c1"))]);
    let run = server.run(&["search", "x"]).await;
    run.expect(0, "there are more: --cursor c1 or --all\n");

    let server = Server::start().await;
    let pages = [page(json!("c1")), page(json!("c2")), page(Value::Null)];
    server.on("POST /search", pages.clone());
    let run = server.run(&["search", "x", "--all", "--facets"]).await;
    run.expect(0, "3. A film");
    assert_eq!(run.stderr, "");
    let sent: Vec<Value> = server
        .seen("POST /search")
        .iter()
        .map(|seen| seen.json())
        .collect();
    assert_eq!(sent[0], json!({"q": "x", "limit": 50, "facets": true}));
    assert_eq!(sent[1], json!({"q": "x", "limit": 50, "cursor": "c1"}));
    assert_eq!(sent[2], json!({"q": "x", "limit": 50, "cursor": "c2"}));

    server.on("POST /search", pages);
    let run = server
        .run(&["search", "x", "--all", "--limit", "1", "--json"])
        .await;
    assert_eq!(run.documents().len(), 3);
    assert_eq!(server.seen("POST /search")[3].json()["limit"], 1);
}
