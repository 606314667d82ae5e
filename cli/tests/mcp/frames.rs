//! `get_frame`: by ffmpeg, for which a script stands, and by thumbnails.

use std::os::unix::fs::PermissionsExt;

use crate::{
    Agent, ID, Server, TOKEN,
    support::{Reply, file_reply, problem, reply, video},
    text,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rmcp::model::CallToolResult;
use serde_json::{Value, json};

const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a picture";

/// Writes its arguments and environment beside itself, then what its input address serves. From 30 s on, the first frame
/// comes 3 s late.
const FFMPEG: &str = r#"#!/bin/bash
echo "$@" >> "${0%/*}/arguments"
export -p | grep -v -e ' OLDPWD' -e ' PWD' -e ' SHLVL' -e ' _=' -e ' PATH' > "${0%/*}/environment"
case "$*" in *" -ss 30.000 "*) first=3;; *) first=0.04;; esac
while [ "$1" != -i ]; do shift; done
address=${2#http://127.0.0.1:}
exec 3<> "/dev/tcp/127.0.0.1/${address%%/*}"
printf 'GET /%s HTTP/1.1\r\nRange: bytes=0-\r\n\r\n' "${address#*/}" >&3
while read -r line <&3 && [ "$line" != $'\r' ]; do echo "$line" >> "${0%/*}/head"; done
echo "n: 0 pts_time:$first x" >&2
cat <&3
"#;

fn jpeg() -> Reply {
    file_reply(JPEG)
}

fn with_source(server: &Server) -> Value {
    let mut video = video("READY");
    video["source_url"] = json!(format!("{}/source?secret", server.url));
    video
}

fn shot(server: &Server, start_ms: u64, thumbnail: &str) -> Value {
    json!({"video_id": ID, "title": "A film", "start_ms": start_ms, "end_ms": start_ms + 5_000, "score": 1.0,
        "confidence": null, "channels": ["visual"], "thumbnail_url": format!("{}/{thumbnail}", server.url),
        "play_url": null, "evidence": []})
}

fn page(moments: &[Value]) -> Value {
    json!({"moments": moments, "no_confident_match": false, "degraded": [], "next_cursor": null})
}

#[track_caller]
fn check(result: &CallToolResult, expected: &[u8], line: &str) {
    assert_eq!(result.is_error, Some(false), "{}", text(result));
    let image = result.content[0].as_image().unwrap();
    assert_eq!(image.mime_type, "image/jpeg");
    assert_eq!(STANDARD.decode(&image.data).unwrap(), expected);
    assert_eq!(text(result), line);
}

#[tokio::test]
async fn a_frame_is_cut_by_ffmpeg_which_sees_no_private_address() {
    let server = Server::start().await;
    server
        .on(
            &format!("GET /videos/{ID}"),
            [reply(200, with_source(&server))],
        )
        .on("GET /source", [jpeg()]);
    let folder = tempfile::tempdir().unwrap();
    let ffmpeg = folder.path().join("ffmpeg");
    std::fs::write(&ffmpeg, FFMPEG).unwrap();
    std::fs::set_permissions(&ffmpeg, std::fs::Permissions::from_mode(0o755)).unwrap();
    let variables = [
        ("VINDEX_API_URL", server.url.as_str()),
        ("VINDEX_TOKEN", TOKEN),
        ("VINDEX_FFMPEG", ffmpeg.to_str().unwrap()),
    ];
    let agent = Agent::start(folder.path(), &variables).await;
    let result = agent
        .call("get_frame", json!({"video_id": ID, "at_ms": 12_345}))
        .await;
    check(&result, JPEG, "A film: the frame at 0:12.3 (12385 ms).");
    let written = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let arguments = written("arguments");
    for part in [
        "-protocol_whitelist http,tcp -format_whitelist mov,",
        "-ss 12.345 -i http://127.0.0.1:",
    ] {
        assert!(arguments.contains(part), "{arguments}");
    }
    assert!(!arguments.contains("secret"), "{arguments}");
    assert_eq!(written("environment"), "");
    let late = json!({"video_id": ID, "at_ms": 30_000});
    let line = "A film: the frame at 0:29.0 (29040 ms).";
    check(&agent.call("get_frame", late).await, JPEG, line);
    assert!(written("arguments").contains("-ss 29.000 -t 1.001 -i "));
    let source = &server.seen("GET /source")[0];
    assert_eq!(source.headers.get("range").unwrap(), "bytes=0-");
    assert!(!source.has_token());
    agent.end().await;
}

#[tokio::test]
async fn without_ffmpeg_the_thumbnail_of_the_shot_serves() {
    let server = Server::start().await;
    let shots = [shot(&server, 0, "first"), shot(&server, 5_000, "second")];
    server
        .on(
            &format!("GET /videos/{ID}"),
            [reply(200, with_source(&server))],
        )
        .on("POST /search", [reply(200, page(&shots))])
        .on("GET /second", [jpeg()]);
    let agent = Agent::of(&server).await;
    let result = agent
        .call("get_frame", json!({"video_id": ID, "at_ms": 7_000}))
        .await;
    let line = "A film: not the very frame, but the thumbnail of the shot 0:05.0–0:10.0 (ffmpeg can't be started: \
        No such file or directory (os error 2)).";
    check(&result, JPEG, line);
    let sent =
        json!({"q": "A film", "videos": ID, "channels": "visual", "nearest": true, "limit": 50});
    assert_eq!(server.seen("POST /search")[0].json(), sent);
    assert!(!server.seen("GET /second")[0].has_token());
    agent.end().await;
}

#[tokio::test]
async fn words_lead_to_a_thumbnail_that_the_shots_do_not_hold() {
    let server = Server::start().await;
    let cues = json!([{"start_ms": 50_000, "end_ms": 51_000, "text": "Ice -melts: \"fast\""}]);
    server
        .on(
            &format!("GET /videos/{ID}"),
            [reply(200, with_source(&server))],
        )
        .on(
            &format!("GET /videos/{ID}/transcript"),
            [reply(200, json!({"source": "speech", "cues": cues}))],
        )
        .on(
            "POST /search",
            [
                reply(200, page(&[shot(&server, 0, "first")])),
                reply(200, page(&[shot(&server, 45_000, "said")])),
                reply(200, page(&[shot(&server, 0, "first")])),
                reply(200, page(&[])),
            ],
        )
        .on("GET /said", [jpeg()]);
    let agent = Agent::of(&server).await;
    let arguments = json!({"video_id": ID, "at_ms": 50_500});
    let result = agent.call("get_frame", arguments.clone()).await;
    assert!(text(&result).contains("thumbnail of the shot 0:45.0–0:50.0, the nearest to 0:50.5"));
    assert_eq!(server.seen("POST /search")[1].json()["q"], "Ice melts fast");
    // Then nothing is near.
    let said = agent
        .refused("get_frame", arguments, "no thumbnail is within 30 s")
        .await;
    assert!(said.contains("VINDEX_FFMPEG"), "{said}");
    agent.end().await;
}

#[tokio::test]
async fn times_behind_the_end_and_lost_thumbnails_are_told_without_the_address() {
    let server = Server::start().await;
    server
        .on(
            &format!("GET /videos/{ID}"),
            [reply(200, with_source(&server))],
        )
        .on(
            "POST /search",
            [reply(200, page(&[shot(&server, 58_000, "lost?secret")]))],
        )
        .on("GET /lost", [problem(403, "expired")]);
    let agent = Agent::of(&server).await;
    let behind = json!({"video_id": ID, "at_ms": 61_001});
    agent
        .refused("get_frame", behind, "the video is 1:01.0 long (61000 ms)")
        .await;
    let end = json!({"video_id": ID, "at_ms": 61_000});
    let said = agent
        .refused("get_frame", end, "the thumbnail can't be fetched")
        .await;
    assert!(!said.contains("secret"), "{said}");
    agent.end().await;
}
