//! `doctor`: what works, what doesn't, and the way out.

use crate::support::{Server, TOKEN, reply, run_in};
use serde_json::json;

#[tokio::test]
async fn what_works_is_exit_0() {
    let server = Server::start().await;
    let videos = json!({"videos": [], "next_cursor": null});
    server
        .on("GET /health", [reply(200, json!({"status": "ok"}))])
        .on("GET /videos", [reply(200, videos)]);
    let run = server.run(&["doctor"]).await;
    run.expect(
        0,
        "address from option or variable, token from option or variable",
    );
    for words in [
        "ok       api",
        "ok       token",
        "ok       clock",
        "ok       memory",
    ] {
        assert!(run.stdout.contains(words), "{}", run.stdout);
    }
    assert!(!server.seen("GET /health")[0].has_token());
    let documents = server.run(&["doctor", "--json"]).await.documents();
    assert!(documents.iter().all(|check| check["state"] != "failed"));
}

#[tokio::test]
async fn what_is_essential_and_fails_is_exit_1_with_the_way_out() {
    let server = Server::start().await;
    server
        .on("GET /health", [reply(200, json!({"status": "ok"}))])
        .on(
            "GET /videos",
            [reply(401, json!({"message": "Unauthorized"}))],
        );
    let run = server.run(&["doctor"]).await;
    run.expect(1, "FAILED   token");
    run.expect(1, "cargo xtask token");
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &[], &["doctor"])
        .await
        .expect(1, "FAILED   settings");
    std::fs::create_dir(folder.path().join(".vindex")).unwrap();
    let lines = format!(
        "VINDEX_API_URL=http://127.0.0.1:1\nVINDEX_TOKEN={TOKEN}\nVINDEX_OPENSEARCH_URL=http://127.0.0.1:1\nAWS_ENDPOINT_URL={}\n",
        server.url
    );
    std::fs::write(folder.path().join(".vindex/env"), lines).unwrap();
    let run = run_in(folder.path(), &[], &["doctor"]).await;
    run.expect(
        1,
        "FAILED   OpenSearch  nothing listens at http://127.0.0.1:1",
    );
    run.expect(1, "ok       local AWS");
}
