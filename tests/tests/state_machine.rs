//! Nothing validates a state machine before AWS does: these tests do, on its file alone.
#![expect(
    clippy::unwrap_used,
    reason = "clippy's exception for tests does not reach the functions that tests share"
)]

mod asl;

use asl::{
    Definition, called_function, definitions, function_table, repository_file, rules, states,
};
use contracts::{
    ErrorName, VideoId, Workspace,
    limits::{MAX_CHUNKS, MAX_DURATION_MS},
    reindex::{
        BATCH_VIDEOS, ListVideosResponse, MAX_PAGE_REFS, MAX_REINDEX_VIDEOS, ReindexVideosRequest,
        VideoName,
    },
    segments::Channel,
    tasks::{
        Chunk, ChunkOutcome, ChunkTask, FinalizeVideoRequest, IndexVideoInput, ObjectRef,
        ProbeMediaResponse, RecordFailureRequest, VideoRef,
    },
};
use serde_json::{Value, json};

/// No state's input or output may be larger; Step Functions refuses 256 KiB.
const MAX_STATE_BYTES: usize = 32 * 1024;
/// What the Catch of a state keeps of an error's cause, in characters.
const MAX_CAUSE_CHARS: usize = 8000;

fn definition(name: &str) -> Definition {
    definitions()
        .into_iter()
        .find(|definition| definition.name == name)
        .unwrap_or_else(|| panic!("no statemachine/{name}.asl.json"))
}

#[test]
fn every_definition_keeps_every_rule() {
    let functions = function_table();
    let definitions = definitions();
    assert!(definitions.len() >= 2);
    for definition in definitions {
        let found = rules::findings(&definition, &functions);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

#[test]
fn every_rule_finds_what_it_is_for() {
    const EXTRACT: &str = "/States/IndexChunks/ItemProcessor/States/ExtractChunk";
    let cases: &[(&str, Value, &str)] = &[
        ("/TimeoutSeconds", Value::Null, "has no TimeoutSeconds"),
        ("/QueryLanguage", json!("JSONPath"), "not JSONata"),
        ("/Comment", Value::Null, "no comment"),
        ("/StartAt", json!("Nowhere"), "no state Nowhere"),
        (
            "/StartAt",
            json!("IndexChunks"),
            "ProbeMedia: nothing leads there",
        ),
        ("{}/TimeoutSeconds", Value::Null, "no TimeoutSeconds"),
        ("{}/TimeoutSeconds", json!(600), "it must be 630"),
        ("{}/Retry", json!([]), "StorageUnavailable is not retried"),
        (
            "{}/Retry/0/ErrorEquals/0",
            json!("NotMedia"),
            "names a permanent error",
        ),
        (
            "{}/Retry/0/ErrorEquals",
            json!(["States.ALL"]),
            "names a permanent error",
        ),
        (
            "{}/Retry/0/ErrorEquals/0",
            json!("Invented"),
            "names an unknown error",
        ),
        (
            "{}/Retry/0/ErrorEquals/0",
            json!("Throttled"),
            "different remedies",
        ),
        (
            "{}/Retry/0/MaxDelaySeconds",
            Value::Null,
            "no back-off, cap",
        ),
        ("{}/Retry/0/JitterStrategy", json!("NONE"), "full jitter"),
        ("{}/Retry/1/MaxAttempts", json!(3), "retried 3 times only"),
        (
            "{}/Retry/2/MaxAttempts",
            json!(9),
            "a crash is retried 9 times",
        ),
        ("{}/Catch", json!([]), "last Catch is not States.ALL"),
        (
            "{}/Catch/0/Output/state",
            json!("IndexChunk"),
            "records the state IndexChunk",
        ),
        (
            "{}/Catch/0/Output/error",
            Value::Null,
            "leaves no chunk or videos, state and error",
        ),
        (
            "{}/Catch/0/Next",
            json!("FinalizeVideo"),
            "there is no state FinalizeVideo",
        ),
        (
            "{}/Arguments/FunctionName",
            json!("${GuessFunctionArn}"),
            "no function's placeholder",
        ),
        (
            "{}/Resource",
            json!("arn:aws:lambda:eu-west-1:1:function:x"),
            "an ARN",
        ),
        (
            "/States/ProbeMedia/Catch/1/Output/cause",
            Value::Null,
            "loses the cause",
        ),
        (
            "/States/ProbeMedia/Catch/0/ErrorEquals/0",
            json!("Gone"),
            "unknown error Gone",
        ),
        (
            "/States/IndexChunks/Catch",
            Value::Null,
            "last Catch is not States.ALL",
        ),
    ];
    for (pointer, replacement, expected) in cases {
        let mut broken = definition("index-video");
        replace(
            &mut broken.json,
            &pointer.replace("{}", EXTRACT),
            replacement,
        );
        let found = rules::findings(&broken, &function_table());
        assert!(
            found.iter().any(|line| line.contains(expected)),
            "{pointer} = {replacement}: nothing says {expected:?}, only {found:?}"
        );
    }
}

/// Sets what a JSON pointer names; null removes it.
fn replace(json: &mut Value, pointer: &str, replacement: &Value) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let parent = json
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("nothing at {pointer}"));
    match parent {
        Value::Object(fields) if replacement.is_null() => {
            assert!(fields.remove(last).is_some(), "nothing at {pointer}");
        }
        Value::Object(fields) => {
            let before = fields.insert(last.to_owned(), replacement.clone());
            assert!(before.is_some(), "nothing at {pointer}");
        }
        Value::Array(items) => items[last.parse::<usize>().unwrap()] = replacement.clone(),
        other => panic!("{pointer} leads into {other}"),
    }
}

#[test]
fn a_chunk_passes_its_four_tasks_in_a_line() {
    let definition = definition("index-video");
    let inside: Vec<_> = states(&definition)
        .into_iter()
        .filter(|state| state.inside_map)
        .collect();
    let mut line = Vec::new();
    let mut name = Some("ExtractChunk");
    while let Some(current) = name {
        let state = inside.iter().find(|state| state.name == current).unwrap();
        line.push(called_function(state.json).unwrap());
        name = state.json["Next"].as_str();
    }
    assert_eq!(
        line,
        [
            "extract-chunk",
            "transcribe-chunk",
            "embed-chunk",
            "index-chunk"
        ]
    );
}

#[test]
fn the_sweep_after_a_deletion_waits_for_every_task_that_may_still_write() {
    let longest = states(&definition("index-video"))
        .iter()
        .filter_map(|state| state.json["TimeoutSeconds"].as_u64())
        .max();
    let deletion = definition("delete-video");
    let wait = deletion.json["States"]["WaitForLateTasks"]["Seconds"].as_u64();
    assert!(
        wait > longest,
        "{wait:?} s, but a task may run {longest:?} s"
    );
}

#[test]
fn the_infrastructure_supplies_what_is_no_functions_arn() {
    // The CDK app derives the functions' placeholders; its own tests hold every other one to the template.
    let stack = repository_file("infra/lib/app-stack.ts");
    for definition in definitions() {
        let text = definition.json.to_string();
        for part in text.split("${").skip(1) {
            let name = part.split('}').next().unwrap();
            let supplied = name.ends_with("FunctionArn") || stack.contains(&format!("{name}:"));
            assert!(supplied, "{}: nothing supplies {name}", definition.name);
        }
    }
}

fn longest_video() -> VideoRef {
    VideoRef {
        workspace: Workspace("w".repeat(128)),
        video_id: VideoId("0".repeat(36)),
        generation: u32::MAX,
        attempt: u32::MAX,
    }
}

/// As long as S3 allows its parts to be.
fn longest_object() -> ObjectRef {
    ObjectRef {
        bucket: "b".repeat(63),
        key: "k".repeat(1024),
        version_id: Some("v".repeat(1024)),
        etag: Some("e".repeat(64)),
    }
}

fn longest_plan() -> Vec<Chunk> {
    (0..u32::try_from(MAX_CHUNKS).unwrap())
        .map(|index| Chunk {
            index,
            start_ms: MAX_DURATION_MS,
            end_ms: MAX_DURATION_MS,
        })
        .collect()
}

fn longest_task() -> ChunkTask {
    let key = Some(format!("videos/{}/{}", "0".repeat(36), "f".repeat(120)));
    ChunkTask {
        video: longest_video(),
        media: longest_object(),
        description_key: "d".repeat(200),
        subtitles: Some(longest_object()),
        language: Some("l".repeat(35)),
        chunk: longest_plan()[MAX_CHUNKS - 1],
        retry_count: u32::MAX,
        extract_key: key.clone(),
        transcript_key: key.clone(),
        embedding_key: key,
    }
}

/// Every chunk failed, under the longest names there are.
fn longest_outcomes() -> Vec<ChunkOutcome> {
    let error = ErrorName::ALL.iter().map(|name| name.as_str());
    let error = error.max_by_key(|name| name.len()).map(str::to_owned);
    (0..u32::try_from(MAX_CHUNKS).unwrap())
        .map(|chunk| ChunkOutcome {
            chunk,
            documents: u32::MAX,
            channels: Channel::ALL.to_vec(),
            state: Some("TranscribeChunk".to_owned()),
            error: error.clone(),
        })
        .collect()
}

#[track_caller]
fn check(what: &str, state: &Value) {
    let bytes = state.to_string().len();
    assert!(bytes <= MAX_STATE_BYTES, "{what}: {bytes} bytes");
}

#[test]
fn no_state_of_a_reindex_grows_past_32_kib() {
    let video = VideoName {
        workspace: Workspace("w".repeat(128)),
        video_id: VideoId("0".repeat(36)),
    };
    let batch = ReindexVideosRequest {
        videos: vec![video; BATCH_VIDEOS],
    };
    let page = ListVideosResponse {
        batches: vec![batch; MAX_PAGE_REFS.div_ceil(BATCH_VIDEOS)],
        listed: u32::MAX,
        next_token: Some("t".repeat(165)),
    };
    check("a page of videos", &json!(page));
}

/// Step Functions ends an execution whose history has more events.
const MAX_EVENTS: u32 = 25_000;
/// Of a call of a function inside a Map: the iteration's start and end, entering and leaving the state, and the call's
/// scheduling, start and end.
const EVENTS_OF_A_CALL: u32 = 7;

#[test]
fn three_passes_of_the_largest_reindex_fit_into_an_executions_history() {
    let calls = MAX_REINDEX_VIDEOS.div_ceil(u32::try_from(BATCH_VIDEOS).unwrap());
    let passes = 3 * calls * EVENTS_OF_A_CALL;
    // The rest is for pages and for attempts that fail.
    assert!(passes + 2000 < MAX_EVENTS, "{passes}");
}

#[test]
fn no_state_of_a_twelve_hour_video_grows_past_32_kib() {
    let input = IndexVideoInput {
        video: longest_video(),
        source: longest_object(),
        subtitle_candidates: vec![longest_object(); 4],
        language: Some("l".repeat(35)),
    };
    check("input of the execution and of ProbeMedia", &json!(input));
    let probed = ProbeMediaResponse {
        media: longest_object(),
        description_key: "d".repeat(200),
        subtitles: Some(longest_object()),
        chunks: longest_plan(),
    };
    check("answer of probe-media", &json!(probed));
    check("a chunk's tasks", &json!(longest_task()));
    let outcomes = longest_outcomes();
    check("output of IndexChunks", &json!({ "chunks": outcomes }));
    let finalize = FinalizeVideoRequest {
        video: longest_video(),
        description_key: "d".repeat(200),
        chunks: outcomes,
    };
    check("input of finalize-video", &json!(finalize));
    let failure = RecordFailureRequest {
        video: longest_video(),
        state: "TranscribeChunk".to_owned(),
        error: "e".repeat(256),
        cause: "ü".repeat(MAX_CAUSE_CHARS),
    };
    check("input of record-failure", &json!(failure));
}

#[test]
fn what_a_failure_keeps_of_its_cause_is_cut() {
    for definition in definitions() {
        for text in asl::texts(&definition.json) {
            let keeps_cause = text.contains("errorOutput.Cause");
            let cut = text.contains(&format!("0, {MAX_CAUSE_CHARS})"));
            assert!(!keeps_cause || cut, "{}: {text}", definition.name);
        }
    }
}
