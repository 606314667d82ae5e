//! What is seen of the protocol from outside: the bytes, and how calls and the whole end.

use std::{process::Stdio, time::Duration};

use crate::{
    Agent,
    support::{Run, TOKEN},
};
use rmcp::{
    model::{CallToolRequest, CallToolRequestParams, ClientRequest},
    service::PeerRequestOptions,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

/// How the command ends that is sent these lines, and whose input is closed after so many answers.
async fn said(lines: &[Value], answers: usize) -> Run {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_vindex"));
    let mut child = command
        .arg("mcp")
        .envs([
            ("VINDEX_API_URL", "http://127.0.0.1:9"),
            ("VINDEX_TOKEN", TOKEN),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in lines {
        input
            .write_all(format!("{line}\n").as_bytes())
            .await
            .unwrap();
    }
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut stdout = String::new();
    for _ in 0..answers {
        output.read_line(&mut stdout).await.unwrap();
    }
    drop(input);
    output.read_to_string(&mut stdout).await.unwrap();
    let rest = child.wait_with_output().await.unwrap();
    Run {
        code: rest.status.code().unwrap(),
        stdout,
        stderr: String::from_utf8(rest.stderr).unwrap(),
    }
}

fn initialize(version: &str) -> Value {
    let client = json!({"name": "test", "version": "0"});
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": version, "capabilities": {}, "clientInfo": client}})
}

#[tokio::test]
async fn standard_output_carries_the_protocol_and_nothing_else() {
    for version in ["2024-11-05", "2025-06-18"] {
        let lines = [
            initialize(version),
            json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
            json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}),
            json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "get_video", "arguments": {"video_id": "?"}}}),
            json!({"jsonrpc": "2.0", "id": 4, "method": "no/such"}),
        ];
        let run = said(&lines, 4).await;
        let answers = run.documents();
        let mut ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
        ids.sort_by_key(|id| id.as_u64());
        assert_eq!(ids, [1, 2, 3, 4], "{}", run.stdout);
        assert!(answers.iter().all(|answer| answer["jsonrpc"] == "2.0"));
        assert_eq!((run.stderr.as_str(), run.code), ("", 0));
    }
}

#[tokio::test]
async fn what_is_no_client_is_told_on_standard_error() {
    let run = said(&[], 0).await;
    run.expect(1, "no MCP client");
    assert_eq!(run.stdout, "");
}

#[tokio::test]
async fn a_cancelled_call_lets_go_of_the_api_and_the_server_goes_on() {
    // An API that takes a request and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let variables = [("VINDEX_API_URL", url.as_str()), ("VINDEX_TOKEN", TOKEN)];
    let agent = Agent::start(std::path::Path::new("."), &variables).await;
    let call = ClientRequest::CallToolRequest(CallToolRequest::new(CallToolRequestParams::new(
        "list_videos",
    )));
    let options = PeerRequestOptions::no_options();
    let handle = agent
        .client
        .send_cancellable_request(call, options)
        .await
        .unwrap();
    let (mut request, _) = listener.accept().await.unwrap();
    handle.cancel(None).await.unwrap();
    let mut sent = Vec::new();
    let closed = request.read_to_end(&mut sent);
    let closed = tokio::time::timeout(Duration::from_secs(10), closed).await;
    assert!(closed.is_ok(), "the request is still open");
    agent
        .refused("get_video", json!({"video_id": "?"}), "letters, digits")
        .await;
    agent.end().await;
}
