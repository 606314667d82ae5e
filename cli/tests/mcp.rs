//! `mcp` driven by the client of the protocol's Rust SDK, against a scripted server.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts the bodies of tests, not the functions that they share"
)]

#[path = "mcp/frames.rs"]
mod frames;
#[path = "mcp/protocol.rs"]
mod protocol;
#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use std::process::Stdio;

use rmcp::{
    RoleClient, ServiceExt,
    model::{CallToolRequestParams, CallToolResult},
    service::RunningService,
    transport::TokioChildProcess,
};
use serde_json::{Value, json};
use support::{ID, Server, TOKEN, problem, reply, video};
use tokio::{io::AsyncReadExt, process::ChildStderr};

/// An agent's connection to `vindex mcp`.
struct Agent {
    client: RunningService<RoleClient, ()>,
    stderr: ChildStderr,
}

impl Agent {
    /// Starts the command in a folder with nothing of vindex in its environment but what is given.
    async fn start(folder: &std::path::Path, variables: &[(&str, &str)]) -> Self {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_vindex"));
        for name in ["VINDEX_API_URL", "VINDEX_TOKEN", "VINDEX_FFMPEG"] {
            command.env_remove(name);
        }
        command
            .arg("mcp")
            .current_dir(folder)
            .envs(variables.iter().copied());
        let builder = TokioChildProcess::builder(command).stderr(Stdio::piped());
        let (process, stderr) = builder.spawn().unwrap();
        Self {
            client: ().serve(process).await.unwrap(),
            stderr: stderr.unwrap(),
        }
    }

    async fn of(server: &Server) -> Self {
        let variables = [
            ("VINDEX_API_URL", server.url.as_str()),
            ("VINDEX_TOKEN", TOKEN),
            ("VINDEX_FFMPEG", "/nowhere/ffmpeg"),
        ];
        Self::start(std::path::Path::new("."), &variables).await
    }

    async fn call(&self, tool: &'static str, arguments: Value) -> CallToolResult {
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object");
        };
        let request = CallToolRequestParams::new(tool).with_arguments(arguments);
        self.client.call_tool(request).await.unwrap()
    }

    /// Calls, expects a refusal with these words, and answers all of them.
    async fn refused(&self, tool: &'static str, arguments: Value, words: &str) -> String {
        let result = self.call(tool, arguments).await;
        let text = text(&result);
        assert_eq!(result.is_error, Some(true), "{text}");
        assert!(text.contains(words), "{text}");
        text
    }

    /// Ends the command by closing its input; it says nothing beside the protocol.
    async fn end(mut self) {
        self.client.cancel().await.unwrap();
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "");
    }
}

/// The text of a result.
fn text(result: &CallToolResult) -> String {
    let texts = result.content.iter().filter_map(|block| block.as_text());
    texts.map(|block| block.text.clone()).collect()
}

fn page() -> Value {
    let evidence = json!({"channel": "speech", "start_ms": 5_833, "end_ms": 11_381, "text": "Each one gives litres",
        "segment_id": "v:1:speech:0:0", "highlights": [[14, 20]]});
    let moment = json!({"video_id": ID, "title": "A film", "start_ms": 5_833, "end_ms": 11_381, "score": 0.031,
        "confidence": 0.9, "channels": ["speech"], "thumbnail_url": null,
        "play_url": "https://media.example/source?X=1#t=5.8,11.3", "evidence": [evidence]});
    json!({"moments": [moment], "no_confident_match": false, "degraded": ["visual"], "next_cursor": null,
        "visual_model": {"name": "m", "stand_in": true}})
}

#[tokio::test]
async fn an_agent_learns_what_there_is() {
    let server = Server::start().await;
    let agent = Agent::of(&server).await;
    let info = agent.client.peer_info().unwrap();
    let instructions = info.instructions.as_deref().unwrap();
    assert!(
        instructions.contains("never instructions"),
        "{instructions}"
    );
    let tools = agent.client.list_all_tools().await.unwrap();
    for tool in &tools {
        let hints = tool.annotations.as_ref().unwrap();
        assert_eq!(hints.read_only_hint, Some(true), "{}", tool.name);
    }
    insta::assert_json_snapshot!("tools", tools);
    assert_eq!(
        server.targets(),
        Vec::<String>::new(),
        "nothing is asked before a call"
    );
    agent.end().await;
}

#[tokio::test]
async fn moments_are_searched() {
    let server = Server::start().await;
    server.on("POST /search", [reply(200, page())]);
    let agent = Agent::of(&server).await;
    let arguments = json!({"query": "how much milk", "channels": ["speech", "screen-text"], "video_ids": [ID],
        "tags": ["farm"], "limit": 3, "nearest": true});
    let result = agent.call("search_moments", arguments).await;
    let sent = json!({"q": "how much milk", "channels": "speech,screen-text", "videos": ID, "tags": "farm", "limit": 3,
        "nearest": true});
    assert_eq!(server.seen("POST /search")[0].json(), sent);
    let text = text(&result);
    let moment = format!(
        "1. A film, 0:05.8–0:11.3, 90% likely\n   video_id {ID}, start_ms 5833, end_ms 11381\n   \
        speech: \"Each one gives litres\"\n"
    );
    for part in [
        &moment,
        "Not searched at present",
        "1,000 nouns",
        "https://media.example/source?X=1\n",
    ] {
        assert!(format!("{text}\n").contains(part), "{text}");
    }
    let data = result.structured_content.unwrap();
    assert_eq!(
        data["moments"][0]["play_url"],
        "https://media.example/source?X=1#t=5.8,11.3"
    );
    assert_eq!(
        (&data["degraded"], &data["visual_stand_in"]),
        (&json!(["visual"]), &json!(true))
    );
    agent.end().await;
}

#[tokio::test]
async fn a_stretch_of_a_transcript_is_read() {
    let server = Server::start().await;
    let cue = |second: u64| json!({"start_ms": second * 1000, "end_ms": second * 1000 + 900, "text": format!("Line {second}")});
    let cues: Vec<Value> = (0..300).map(cue).collect();
    let place = format!("{}/stored", server.url);
    server
        .on(
            &format!("GET /videos/{ID}/transcript"),
            [reply(302, "").header("location", place)],
        )
        .on(
            "GET /stored",
            [reply(
                200,
                json!({"source": "speech", "language": "en", "cues": cues}),
            )],
        );
    let agent = Agent::of(&server).await;
    let result = agent
        .call(
            "read_transcript",
            json!({"video_id": ID, "start_ms": 61_000, "end_ms": 63_000}),
        )
        .await;
    let expected = "Recognised speech, which may be wrong; language: en\n1:01.0–1:01.9  Line 61\n1:02.0–1:02.9  Line 62";
    assert_eq!(text(&result), expected);
    assert!(!server.seen("GET /stored")[0].has_token());
    let all = agent.call("read_transcript", json!({"video_id": ID})).await;
    let cursor = all.structured_content.unwrap()["next_cursor"].clone();
    assert_eq!(cursor, "200");
    let rest = agent
        .call("read_transcript", json!({"video_id": ID, "cursor": cursor}))
        .await;
    assert!(
        text(&rest).ends_with("4:59.0–4:59.9  Line 299"),
        "{}",
        text(&rest)
    );
    agent.end().await;
}

#[tokio::test]
async fn videos_are_listed_and_shown() {
    let server = Server::start().await;
    let mut tagged = video("READY");
    tagged["tags"] = json!(["farm"]);
    tagged["channels"] = json!(["title", "speech"]);
    tagged["source_url"] = json!("https://media.example/source?X=1");
    let page = |video: &Value, cursor: Value| {
        reply(200, json!({"videos": [video], "next_cursor": cursor}))
    };
    server
        .on(
            "GET /videos",
            [
                page(&video("FAILED"), json!("c/1")),
                page(&tagged, Value::Null),
            ],
        )
        .on(
            &format!("GET /videos/{ID}"),
            [reply(200, video("FAILED")), reply(200, tagged.clone())],
        );
    let agent = Agent::of(&server).await;
    let result = agent.call("list_videos", json!({"limit": 1})).await;
    assert_eq!(
        text(&result),
        format!(
            "A film\n   video_id {ID}; FAILED; 1:01.0\nThere are more: call again with cursor \"c/1\"."
        )
    );
    let result = agent
        .call("list_videos", json!({"tag": "farm", "cursor": "c/1"}))
        .await;
    let line =
        format!("A film\n   video_id {ID}; READY; 1:01.0; channels: title, speech; tags: farm");
    assert_eq!(text(&result), line);
    assert_eq!(
        server.targets(),
        ["GET /videos?limit=1", "GET /videos?limit=100&cursor=c%2F1"]
    );
    let result = agent.call("list_videos", json!({"tag": "town"})).await;
    assert_eq!(text(&result), "No video here has the tag \"town\".");
    let failed = agent.call("get_video", json!({"video_id": ID})).await;
    assert!(text(&failed).ends_with("failed: the bytes are no video (NotMedia in ProbeMedia)"));
    let shown = agent.call("get_video", json!({"video_id": ID})).await;
    assert_eq!(
        shown.structured_content.unwrap()["play_url"],
        "https://media.example/source?X=1"
    );
    agent.end().await;
}

#[tokio::test]
async fn refusals_are_answers_with_the_way_out() {
    let server = Server::start().await;
    server
        .on(
            "POST /search",
            [problem(
                400,
                "the query has 1001 characters, more than 1000",
            )],
        )
        .on(
            "GET /videos",
            [reply(401, json!({"message": "Unauthorized"}))],
        )
        .on(
            &format!("GET /videos/{ID}"),
            [problem(404, "no such video")],
        )
        .on(
            &format!("GET /videos/{ID}/transcript"),
            [problem(409, "the video is not indexed yet")],
        );
    let agent = Agent::of(&server).await;
    for (tool, arguments, words) in [
        ("search_moments", json!({"query": "x"}), "more than 1000"),
        ("search_moments", json!({}), "give either query"),
        (
            "search_moments",
            json!({"query": "x", "channels": ["smell"]}),
            "unknown variant `smell`",
        ),
        (
            "search_moments",
            json!({"question": "x"}),
            "unknown field `question`",
        ),
        ("list_videos", json!({}), "`cargo xtask token` renews"),
        ("list_videos", json!({}), "call again"),
        ("get_video", json!({"video_id": ID}), "no such video"),
        (
            "get_video",
            json!({"video_id": "../x"}),
            "letters, digits and hyphens",
        ),
        (
            "read_transcript",
            json!({"video_id": ID}),
            "not indexed yet",
        ),
        (
            "read_transcript",
            json!({"video_id": ID, "start_ms": 5, "end_ms": 5}),
            "above start_ms",
        ),
        (
            "read_transcript",
            json!({"video_id": ID, "cursor": "x"}),
            "next_cursor",
        ),
        (
            "get_frame",
            json!({"video_id": ID}),
            "missing field `at_ms`",
        ),
        (
            "get_frame",
            json!({"video_id": ID, "at_ms": 0}),
            "no such video",
        ),
    ] {
        let said = agent.refused(tool, arguments, words).await;
        assert!(!said.contains(TOKEN), "{said}");
    }
    let unknown = agent
        .client
        .call_tool(CallToolRequestParams::new("delete_video"))
        .await;
    assert!(unknown.unwrap_err().to_string().contains("tool not found"));
    agent.end().await;
}

#[tokio::test]
async fn settings_are_taken_up_while_it_runs() {
    let server = Server::start().await;
    server.on(
        "GET /videos",
        [reply(200, json!({"videos": [], "next_cursor": null}))],
    );
    let checkout = tempfile::tempdir().unwrap();
    let agent = Agent::start(checkout.path(), &[]).await;
    agent
        .refused("list_videos", json!({}), "cargo xtask up")
        .await;
    std::fs::create_dir(checkout.path().join(".vindex")).unwrap();
    for token in [TOKEN, "another"] {
        let file = format!("VINDEX_API_URL={}\nVINDEX_TOKEN={token}\n", server.url);
        std::fs::write(checkout.path().join(".vindex/env"), file).unwrap();
        let result = agent.call("list_videos", json!({})).await;
        assert_eq!(result.is_error, Some(false), "{}", text(&result));
    }
    let sent: Vec<bool> = server
        .seen("GET /videos")
        .iter()
        .map(|seen| seen.has_token())
        .collect();
    assert_eq!(sent, [true, false]);
    agent.end().await;
}

#[tokio::test]
async fn help_shows_how_to_add_it_to_an_agent() {
    let server = Server::start().await;
    let run = server.run(&["mcp", "--help"]).await;
    run.expect(
        0,
        r#"{"mcpServers": {"vindex": {"command": "vindex", "args": ["mcp"]}}}"#,
    );
}
