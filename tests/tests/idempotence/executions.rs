//! Executions of the state machine, and their tasks run by hand as it runs them.

use contracts::{
    VideoId,
    tasks::{Chunk, IndexVideoInput, VideoRef},
};
use end_to_end::{FunctionError, Stack};
use futures::future::join_all;
use serde_json::{Value, json};

/// An execution.
#[derive(Clone, Debug)]
pub struct Execution {
    pub arn: String,
    pub status: String,
    pub input: IndexVideoInput,
}

/// Every execution that was ever started for a video, the newest generation last.
pub async fn of_video(stack: &Stack, video_id: &VideoId) -> Vec<Execution> {
    let mut pages = stack
        .workflow
        .list_executions()
        .state_machine_arn(&stack.state_machine_arn)
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(execution) = pages.next().await {
        let execution = execution.unwrap();
        if execution.name().starts_with(video_id.as_str()) {
            found.push(describe(stack, execution.execution_arn()).await);
        }
    }
    found.sort_by_key(|execution| {
        let video = &execution.input.video;
        (video.generation, video.attempt)
    });
    found
}

async fn describe(stack: &Stack, arn: &str) -> Execution {
    let request = stack.workflow.describe_execution().execution_arn(arn);
    let answer = request.send().await.unwrap();
    Execution {
        arn: arn.to_owned(),
        status: answer.status().as_str().to_owned(),
        input: serde_json::from_str(answer.input().unwrap()).unwrap(),
    }
}

/// Waits until no execution of a video runs any more.
pub async fn ended(stack: &Stack, video_id: &VideoId) -> Vec<Execution> {
    crate::waiting::until("an execution ends", async || {
        let all = of_video(stack, video_id).await;
        let runs = all.iter().any(|execution| execution.status == "RUNNING");
        (!runs).then_some(all)
    })
    .await
}

/// Calls a function so many times at once; all must answer the same.
pub async fn invoke(
    stack: &Stack,
    function: &str,
    payload: &Value,
    at_once: usize,
) -> Result<Value, FunctionError> {
    let calls = (0..at_once).map(|_| stack.invoke(function, payload));
    let mut answers = join_all(calls).await;
    let first = answers.pop().unwrap();
    for other in answers {
        assert_eq!(other, first, "{function} answers differently");
    }
    first
}

/// What the tasks of one chunk are given, up to index-chunk's.
pub fn chunk_task(input: &IndexVideoInput, probed: &Value, chunk: &Chunk) -> Value {
    let mut task = json!({
        "video": input.video, "chunk": chunk, "retry_count": 0,
        "media": probed["media"], "description_key": probed["description_key"],
    });
    if let Some(language) = &input.language {
        task["language"] = json!(language);
    }
    if probed["subtitles"].is_object() {
        task["subtitles"] = probed["subtitles"].clone();
    }
    task
}

/// Runs every task of an execution in the machine's order, each so many times at once.
pub async fn run_tasks(stack: &Stack, input: &IndexVideoInput, at_once: usize) {
    let probed = invoke(stack, "probe-media", &json!(input), at_once)
        .await
        .unwrap();
    let chunks: Vec<Chunk> = serde_json::from_value(probed["chunks"].clone()).unwrap();
    assert!(chunks.len() > 1, "one chunk shows little: {chunks:?}");
    let runs = chunks
        .iter()
        .map(|chunk| run_chunk(stack, chunk_task(input, &probed, chunk), at_once));
    let outcomes = join_all(runs).await;
    let finalize = json!({
        "video": input.video, "description_key": probed["description_key"], "chunks": outcomes,
    });
    invoke(stack, "finalize-video", &finalize, at_once)
        .await
        .unwrap();
}

async fn run_chunk(stack: &Stack, mut task: Value, at_once: usize) -> Value {
    for function in ["extract-chunk", "transcribe-chunk", "embed-chunk"] {
        let answer = invoke(stack, function, &task, at_once).await.unwrap();
        let added = answer.as_object().unwrap().clone();
        task.as_object_mut().unwrap().extend(added);
    }
    invoke(stack, "index-chunk", &task, at_once).await.unwrap()
}

/// What the machine's Catch reports to record-failure.
pub fn failure_report(video: &VideoRef, error: &str) -> Value {
    json!({ "video": video, "state": "IndexChunks", "error": error, "cause": "" })
}
