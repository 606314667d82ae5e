//! `play`: which link is opened, by what.

use crate::support::{ID, Server, reply, run_in, video};
use serde_json::{Value, json};

const LINK: &str = "https://media.example/source?X-Amz-Signature=1#t=5.8,11.3";

pub fn answer(fields: &Value) -> Value {
    let mut moment = json!({
        "video_id": ID, "title": "A film", "start_ms": 5_800, "end_ms": 11_300, "score": 0.03, "confidence": null,
        "channels": ["speech"], "thumbnail_url": null, "play_url": LINK, "evidence": [],
    });
    for (name, value) in fields.as_object().unwrap() {
        moment[name] = value.clone();
    }
    json!({"moments": [moment], "no_confident_match": false, "degraded": [], "next_cursor": null})
}

async fn server() -> Server {
    let server = Server::start().await;
    let mut signed = video("READY");
    signed["source_url"] = json!("https://media.example/source?X-Amz-Signature=1");
    server
        .on("POST /search", [reply(200, answer(&json!({})))])
        .on(&format!("GET /videos/{ID}"), [reply(200, signed)]);
    server
}

#[tokio::test]
async fn a_link_is_printed_where_that_is_asked_for() {
    let server = server().await;
    let run = server.run(&["play", "ice", "--print"]).await;
    assert_eq!(run.stdout, format!("{LINK}\n"));
    let run = server.run(&["play", ID, "--at", "1:02.5", "--print"]).await;
    assert!(
        run.stdout.ends_with("X-Amz-Signature=1#t=62.500\n"),
        "{}",
        run.stdout
    );
    for (arguments, words) in [
        (
            &["play", "ice", "--number", "2"][..],
            "there is no moment 2: there are 1",
        ),
        (&["play", "ice", "--at", "2"], "--at goes with the id"),
        (&["play", ID, "--at", "1:75"], "must be a time"),
    ] {
        server.run(arguments).await.expect(2, words);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_player_is_preferred_and_nothing_signed_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let program = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}")).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    };
    let path = folder.path().to_str().unwrap();
    let variables = [&server.variables()[..], &[("PATH", path)]].concat();
    let play = || run_in(folder.path(), &variables, &["play", "ice"]);
    play().await.expect(2, "--print gives the link");
    program("xdg-open", "printf '%s' \"$*\" > opened; exit 3");
    let run = play().await;
    run.expect(1, "could not play it");
    assert!(!run.stderr.contains("X-Amz"), "{}", run.stderr);
    let opened = || std::fs::read_to_string(folder.path().join("opened")).unwrap();
    assert_eq!(opened(), LINK);
    program("mpv", "echo \"Playing: $*\"; printf '%s' \"$*\" > opened");
    let run = play().await;
    run.expect(0, "A film  0:05.8");
    assert!(!run.stdout.contains("X-Amz"), "{}", run.stdout);
    assert!(opened().contains("--start=5.800 -- https://media.example/source?"));
}
