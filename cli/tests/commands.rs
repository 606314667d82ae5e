//! Every other command against a scripted server: what is written where, and the exit codes.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts the bodies of tests, not the functions that they share"
)]

#[path = "commands/clip.rs"]
mod clip;
#[path = "commands/doctor.rs"]
mod doctor;
#[path = "commands/export.rs"]
mod export;
#[path = "commands/opened.rs"]
mod opened;
#[path = "commands/play.rs"]
mod play;
#[path = "commands/search.rs"]
mod search;
#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use serde_json::{Value, json};
use support::{ID, Server, problem, reply, run_in, video};

#[tokio::test]
async fn refusals_are_exit_2_with_the_words_of_the_problem() {
    let server = Server::start().await;
    server
        .on(
            "POST /search",
            [problem(
                400,
                "the query has 10000 characters, more than 1000",
            )],
        )
        .on(
            &format!("GET /videos/{ID}"),
            [problem(404, "no such video")],
        )
        .on(
            &format!("POST /videos/{ID}/retry"),
            [problem(409, "it is being indexed")],
        )
        .on(
            "GET /videos",
            [reply(401, json!({"message": "Unauthorized"}))],
        );
    let long = "x".repeat(10_000);
    for (arguments, words) in [
        (vec!["search", &long], "more than 1000"),
        (vec!["show", ID], "no such video"),
        (vec!["retry", ID], "it is being indexed"),
        (vec!["videos"], "cargo xtask token"),
        (vec!["show", "../x"], "letters, digits and hyphens"),
        (vec!["search", "x", "--channel", "smell"], "screen-text"),
        (vec!["nonsense"], "nonsense"),
    ] {
        let run = server.run(&arguments).await;
        run.expect(2, words);
        assert_eq!(run.stdout, "");
    }
}

#[tokio::test]
async fn faults_of_the_other_side_are_tried_again_and_then_exit_1() {
    let server = Server::start().await;
    server
        .on("GET /videos", [problem(503, "the index does not answer")])
        .on(
            &format!("POST /videos/{ID}/retry"),
            [problem(500, "a defect")],
        );
    server
        .run(&["videos"])
        .await
        .expect(1, "the index does not answer");
    assert_eq!(server.seen("GET /videos").len(), 4);
    server.run(&["retry", ID]).await.expect(1, "a defect");
    assert_eq!(
        server.seen(&format!("POST /videos/{ID}/retry")).len(),
        1,
        "it may have had an effect"
    );
}

#[tokio::test]
async fn the_list_follows_its_pages_one_line_a_video() {
    let server = Server::start().await;
    let mut second = video("READY");
    second["title"] = json!("Second\u{1b}[2J");
    let page = |video: &Value, cursor: Value| {
        reply(200, json!({"videos": [video], "next_cursor": cursor}))
    };
    let pages = [
        page(&video("FAILED"), json!("c/1")),
        page(&second, Value::Null),
    ];
    server.on("GET /videos", pages.clone());
    assert_eq!(
        server.run(&["videos", "--json"]).await.documents(),
        [video("FAILED"), second]
    );
    assert_eq!(
        server.targets(),
        [
            "GET /videos?limit=100",
            "GET /videos?limit=100&cursor=c%2F1"
        ]
    );
    server.on("GET /videos", pages);
    let run = server.run(&["videos"]).await;
    run.expect(0, "READY");
    assert!(
        run.stdout.contains("0:01:01") && !run.stdout.contains('\u{1b}'),
        "{}",
        run.stdout
    );
}

#[tokio::test]
async fn show_names_the_error_and_is_exit_0() {
    let server = Server::start().await;
    server.on(&format!("GET /videos/{ID}"), [reply(200, video("FAILED"))]);
    server
        .run(&["show", ID])
        .await
        .expect(0, "NotMedia in ProbeMedia");
    assert_eq!(
        server.run(&["--json", "show", ID]).await.documents(),
        [video("FAILED")]
    );
}

#[tokio::test]
async fn delete_goes_on_after_an_unknown_id() {
    let server = Server::start().await;
    server
        .on("DELETE /videos/unknown", [problem(404, "no such video")])
        .on(
            &format!("DELETE /videos/{ID}"),
            [reply(202, video("DELETING"))],
        );
    let run = server.run(&["delete", "unknown", ID, "--json"]).await;
    run.expect(2, "no such video");
    assert_eq!(
        run.documents(),
        [json!({"video_id": ID, "status": "DELETING"})]
    );
}

#[tokio::test]
async fn imports_and_retries_can_be_waited_for() {
    let server = Server::start().await;
    server
        .on("POST /imports", [reply(202, video("PROCESSING"))])
        .on(
            &format!("POST /videos/{ID}/retry"),
            [reply(202, video("PROCESSING"))],
        )
        .on(
            &format!("GET /videos/{ID}"),
            [reply(200, video("PROCESSING")), reply(200, video("READY"))],
        );
    let run = server
        .run(&[
            "import",
            "s3://bucket/a key.mp4",
            "--title",
            "T",
            "--wait",
            "--json",
        ])
        .await;
    run.expect(0, "");
    assert_eq!(run.documents(), [video("READY")]);
    assert_eq!(
        server.seen("POST /imports")[0].json(),
        json!({"url": "s3://bucket/a key.mp4", "title": "T"})
    );
    server.on(&format!("GET /videos/{ID}"), [reply(200, video("FAILED"))]);
    server
        .run(&["retry", ID, "--wait"])
        .await
        .expect(3, "NotMedia");
    server.run(&["retry", ID]).await.expect(0, "PROCESSING");
}

#[tokio::test]
async fn a_transcript_is_fetched_without_the_token() {
    let server = Server::start().await;
    let transcript = json!({"source": "subtitle-file", "language": "en", "cues": [{"start_ms": 500, "end_ms": 900, "text": "Hello\nthere"}]});
    let location = format!("{}/storage/transcript.json?X-Amz-Signature=1", server.url);
    server
        .on(
            &format!("GET /videos/{ID}/transcript"),
            [reply(302, Value::Null).header("location", location)],
        )
        .on(
            "GET /storage/transcript.json",
            [reply(200, transcript.clone())],
        );
    server
        .run(&["transcript", ID])
        .await
        .expect(0, "0:00.5  Hello there\n");
    assert!(
        !server.seen("GET /storage/transcript.json")[0]
            .headers
            .contains_key("authorization")
    );
    assert_eq!(
        server.run(&["transcript", ID, "--json"]).await.documents(),
        [transcript]
    );
}

#[tokio::test]
async fn recognised_words_say_how_sure_they_are() {
    let server = Server::start().await;
    let cue = |start_ms, confidence, language, text| json!({"start_ms": start_ms, "end_ms": start_ms + 400, "text": text, "confidence": confidence, "language": language});
    let transcript = json!({
        "source": "speech", "language": "en", "speech_model": "whisper-base",
        "cues": [cue(500, 0.934, "en", "Hello there"), cue(10_900, 1.0, "de", "Guten Tag")],
        "dropped": {"non_speech": 1, "repetitions": 3, "duplicates": 0},
    });
    server.on(
        &format!("GET /videos/{ID}/transcript"),
        [reply(200, transcript.clone())],
    );
    let run = server.run(&["transcript", ID]).await;
    run.expect(
        0,
        "recognised by whisper-base, language en, left out: 3 repeated, 1 over no speech\n",
    );
    assert_eq!(
        run.stdout,
        "0:00.5  93%   Hello there\n0:10.9  100%  [de] Guten Tag\n"
    );
    let mut shown = video("READY");
    shown["dropped"] = transcript["dropped"].clone();
    server.on(&format!("GET /videos/{ID}"), [reply(200, shown)]);
    server
        .run(&["show", ID])
        .await
        .expect(0, "left out  3 repeated, 1 over no speech\n");
}

#[tokio::test]
async fn captions_are_printed_or_written_as_they_are() {
    const VTT: &str = "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nسلام &amp; hello\n\n";
    let server = Server::start().await;
    for (format, text) in [("vtt", VTT), ("srt", "")] {
        let location = format!("{}/storage/captions.{format}?X-Amz-Signature=1", server.url);
        server
            .on(
                &format!("GET /videos/{ID}/captions.{format}"),
                [reply(302, Value::Null).header("location", location)],
            )
            .on(
                &format!("GET /storage/captions.{format}"),
                [reply(200, text)],
            );
    }
    let run = server.run(&["captions", ID]).await;
    run.expect(0, "");
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (VTT, ""));
    let stored = &server.seen("GET /storage/captions.vtt")[0];
    assert!(!stored.headers.contains_key("authorization"));
    assert_eq!(
        server.run(&["captions", ID, "--json"]).await.documents(),
        [json!({"video_id": ID, "format": "vtt", "text": VTT})]
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b.srt");
    let path = path.to_str().unwrap();
    let arguments = ["captions", ID, "--format", "srt", "--output", path];
    std::fs::write(path, "old").unwrap();
    let run = server.run(&arguments).await;
    run.expect(0, path);
    assert_eq!(run.stdout, "");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "");
    let run = server.run(&[&arguments[..], &["--json"]].concat()).await;
    assert_eq!(
        run.documents(),
        [json!({"video_id": ID, "format": "srt", "path": path})]
    );
    let nowhere = folder.path().join("none/a.vtt");
    server
        .run(&["captions", ID, "--output", nowhere.to_str().unwrap()])
        .await
        .expect(1, "can't be written");
    server.on(
        &format!("GET /videos/{ID}/captions.vtt"),
        [problem(409, "retry the video to make it")],
    );
    server
        .run(&["captions", ID])
        .await
        .expect(2, "retry the video");
    server
        .run(&["captions", ID, "--format", "ass"])
        .await
        .expect(2, "vtt, srt");
}

#[tokio::test]
async fn a_timeline_shows_how_long_each_task_took() {
    let server = Server::start().await;
    let task = json!({
        "stage": "extract", "chunk": 0, "attempts": 2, "started_at": "2026-11-24T10:00:00Z",
        "ended_at": "2026-11-24T10:00:01.5Z", "units": 24, "reused": false, "error": null,
    });
    let timeline = json!({"video_id": ID, "generation": 1, "tasks": [task]});
    server.on(
        &format!("GET /videos/{ID}/timeline"),
        [reply(200, timeline.clone())],
    );
    server
        .run(&["timeline", ID])
        .await
        .expect(0, "extract  0      2026-11-24T10:00:00Z  1.5 s  2");
    assert_eq!(
        server.run(&["timeline", ID, "--json"]).await.documents(),
        [timeline]
    );
}

#[tokio::test]
async fn settings_are_found_in_a_folder_above_and_else_the_way_out_is_told() {
    let server = Server::start().await;
    server.on(
        "GET /videos",
        [reply(200, json!({"videos": [], "next_cursor": null}))],
    );
    let checkout = tempfile::tempdir().unwrap();
    let below = checkout.path().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    run_in(&below, &[], &["videos"])
        .await
        .expect(2, "cargo xtask up");
    std::fs::create_dir(checkout.path().join(".vindex")).unwrap();
    let lines = format!(
        "VINDEX_API_URL='{}'\nVINDEX_TOKEN={}\n",
        server.url,
        support::TOKEN
    );
    std::fs::write(checkout.path().join(".vindex/env"), lines).unwrap();
    run_in(&below, &[], &["videos"]).await.expect(0, "STATUS");
    assert!(server.seen("GET /videos")[0].has_token());
    run_in(&below, &[], &["videos", "--api-url", "http://127.0.0.2:1"])
        .await
        .expect(2, "VINDEX_TOKEN");
}

#[tokio::test]
async fn an_api_that_is_away_is_exit_1_with_the_way_out() {
    let variables = [
        ("VINDEX_API_URL", "http://127.0.0.1:1"),
        ("VINDEX_TOKEN", support::TOKEN),
    ];
    run_in(std::path::Path::new("."), &variables, &["videos"])
        .await
        .expect(1, "cargo xtask up");
}

#[tokio::test]
async fn completions_need_no_settings() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        run_in(folder.path(), &[], &["completions", shell])
            .await
            .expect(0, "transcript");
    }
}

#[tokio::test]
async fn the_manual_needs_no_settings_and_has_a_page_for_each_command() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), &[], &["man"]).await;
    run.expect(0, ".TH vindex 1");
    let run = run_in(folder.path(), &[], &["man", "--dir", "man/man1"]).await;
    run.expect(0, "");
    for page in ["vindex.1", "vindex-upload.1", "vindex-clip.1"] {
        let path = folder.path().join("man/man1").join(page);
        assert!(std::fs::metadata(&path).unwrap().len() > 100, "{page}");
    }
}

fn index_state(status: &str) -> Value {
    let index = json!({"name": "segments-000001", "text_model": "m", "image_model": "i", "documents": 7, "filled": true});
    let error = json!({"name": "Incompatible", "message": "no model", "state": "PlanReindex"});
    let run = json!({
        "run_id": "r", "status": status, "dry_run": true, "index": null, "text_model": "m", "image_model": "i",
        "videos_total": 5, "videos_done": 0, "documents": 7, "estimated_seconds": 60, "estimated_usd": 0.01,
        "recall": null, "error": if status == "FAILED" { error } else { Value::Null },
        "started_at": "2026-11-26T10:00:00Z", "updated_at": "2026-11-26T10:00:00Z",
    });
    json!({"serving": index, "next": null, "previous": null, "run": run})
}

#[tokio::test]
async fn a_dry_run_is_followed_to_its_end() {
    let server = Server::start().await;
    for (end, code) in [("DONE", 0), ("FAILED", 1)] {
        server.on("POST /reindex", [reply(202, index_state("RUNNING"))]);
        server.on("GET /reindex", [reply(200, index_state(end))]);
        let run = server.run(&["reindex", "--model", "n", "--dry-run"]).await;
        run.expect(code, "5 videos, 7 documents, estimated 60 s and 0.01 USD");
        assert_eq!(
            run.stderr.contains("Incompatible in PlanReindex"),
            code == 1
        );
    }
    let expected = json!({"action": "start", "model": "n", "dry_run": true});
    assert_eq!(server.seen("POST /reindex")[0].json(), expected);
}

#[tokio::test]
async fn an_index_is_switched_and_asked_about() {
    let server = Server::start().await;
    server.on("POST /reindex", [reply(200, index_state("DONE"))]);
    let run = server.run(&["reindex", "--switch-back", "--json"]).await;
    assert_eq!(run.documents(), [index_state("DONE")]);
    let expected = json!({"action": "switch-back", "dry_run": false});
    assert_eq!(server.seen("POST /reindex")[0].json(), expected);
    server.on("GET /reindex", [problem(403, "this is for operators")]);
    let run = server.run(&["reindex", "--status"]).await;
    run.expect(2, "");
    assert!(run.stderr.contains("this is for operators"));
    for wrong in [
        ["--switch", "--abort"],
        ["--switch", "--dry-run"],
        ["--finish", "--wait"],
    ] {
        let run = server.run(&[&["reindex"][..], &wrong].concat()).await;
        run.expect(2, "");
    }
}
