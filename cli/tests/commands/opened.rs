//! `opened` against a scripted server: what is recorded, and what is refused.

use crate::support::{ID, Server, problem, reply};
use serde_json::{Value, json};

fn moment(start_ms: u64) -> Value {
    json!({
        "video_id": ID, "title": "A film", "start_ms": start_ms, "end_ms": start_ms + 5_000, "score": 0.031,
        "confidence": null, "channels": ["subtitle"], "thumbnail_url": null, "play_url": null, "evidence": [],
    })
}

async fn server(records_feedback: bool) -> Server {
    let server = Server::start().await;
    let answer = json!({
        "moments": [moment(1_000)], "nearest": [moment(20_000)], "no_confident_match": false, "degraded": [],
        "next_cursor": null, "records_feedback": records_feedback,
    });
    server.on("POST /search", [reply(200, answer)]);
    server.on("POST /feedback", [reply(204, "")]);
    server
}

#[tokio::test]
async fn the_moment_with_the_number_is_recorded() {
    let server = server(true).await;
    let run = server.run(&["opened", "how much milk", "2"]).await;
    run.expect(0, "recorded: 2. A film  0:20.0–0:25.0\n");
    let asked = json!({"q": "how much milk", "nearest": true, "limit": 50});
    assert_eq!(server.seen("POST /search")[0].json(), asked);
    let sent = json!({
        "query": "how much milk", "video_id": ID, "start_ms": 20_000, "end_ms": 25_000, "position": 2,
    });
    let seen = server.seen("POST /feedback");
    assert_eq!(seen[0].json(), sent);
    assert!(seen[0].has_token());
    let run = server
        .run(&["opened", "--json", "how much milk", "2"])
        .await;
    assert_eq!(run.documents(), [sent]);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_exit_2() {
    let off = server(false).await;
    let run = off.run(&["opened", "x", "1"]).await;
    run.expect(2, "does not record what is opened");
    let on = server(true).await;
    let run = on.run(&["opened", "x", "3"]).await;
    run.expect(2, "there is no moment 3: there are 2");
    on.run(&["opened", "x", "0"]).await.expect(2, "1..=50");
    for server in [off, on] {
        assert!(server.seen("POST /feedback").is_empty());
    }
}

#[tokio::test]
async fn a_refusal_is_shown_as_the_api_says_it() {
    let server = server(true).await;
    server.on("POST /feedback", [problem(404, "there is no video v")]);
    let run = server.run(&["opened", "x", "1"]).await;
    run.expect(2, "there is no video v");
}
