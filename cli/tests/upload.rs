//! `vindex upload` against a scripted server: in one piece, in parts, with subtitles, and what goes wrong.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts the bodies of tests, not the functions that they share"
)]

#[path = "upload/folders.rs"]
mod folders;
#[path = "upload/remains.rs"]
mod remains;
#[path = "upload/resume.rs"]
mod resume;
#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use support::{ID, Reply, Server, problem, reply, run_in, video};

fn file(folder: &tempfile::TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

fn presigned(server: &Server, name: &str) -> Value {
    json!({"url": format!("{}/storage/{name}?X-Amz-Signature=1", server.url), "headers": {"content-type": "video/mp4", "x-amz-meta-a": "b"}})
}

fn single(server: &Server, with_subtitles: bool) -> Reply {
    let subtitles = if with_subtitles {
        presigned(server, "subtitles")
    } else {
        Value::Null
    };
    let source = presigned(server, "source");
    let upload = json!({"video_id": ID, "subtitles": subtitles, "source": source, "multipart": null, "expires_in_s": 60});
    reply(201, upload)
}

fn taken() -> Reply {
    reply(200, json!({})).header("etag", "\"e\"")
}

fn video_path() -> String {
    format!("GET /videos/{ID}")
}

fn deletion() -> String {
    format!("DELETE /videos/{ID}")
}

#[tokio::test]
async fn a_file_is_put_with_what_the_signature_binds_and_then_waited_for() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let path = file(&folder, "a film.mp4", b"0123456789");
    server
        .on("POST /uploads", [single(&server, false)])
        .on("PUT /storage/source", [taken()])
        .on(
            &video_path(),
            [
                video("AWAITING_UPLOAD"),
                video("PROCESSING"),
                video("READY"),
            ]
            .map(|body| reply(200, body)),
        );
    let path = path.to_str().unwrap();
    let run = server
        .run(&[
            "upload",
            path,
            "--tag",
            "x",
            "--language",
            "en",
            "--title",
            "T",
            "--wait",
            "--json",
        ])
        .await;
    run.expect(0, "");
    assert_eq!(run.documents(), [video("READY")]);
    let asked = server.seen("POST /uploads")[0].clone();
    assert!(asked.has_token());
    let expected = json!({"file_name": "a film.mp4", "size_bytes": 10, "content_type": "video/mp4", "title": "T", "tags": ["x"], "language": "en"});
    assert_eq!(asked.json(), expected);
    let put = server.seen("PUT /storage/source")[0].clone();
    assert_eq!(put.body.as_ref(), b"0123456789");
    assert_eq!(put.headers["content-length"], "10");
    assert_eq!(put.headers["x-amz-meta-a"], "b");
    assert!(
        !put.headers.contains_key("authorization")
            && !put.headers.contains_key("transfer-encoding")
    );
}

#[tokio::test]
async fn subtitles_beside_the_file_go_first() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let path = file(&folder, "a.mp4", b"film");
    file(&folder, "a.vtt", b"WEBVTT\n");
    server
        .on("POST /uploads", [single(&server, true)])
        .on("PUT /storage/subtitles", [taken()])
        .on("PUT /storage/source", [taken()])
        .on(&video_path(), [reply(200, video("PROCESSING"))]);
    let run = server.run(&["upload", path.to_str().unwrap()]).await;
    run.expect(0, "a.vtt");
    assert_eq!(
        server.seen("POST /uploads")[0].json()["subtitles_size_bytes"],
        7
    );
    let puts: Vec<_> = server
        .targets()
        .into_iter()
        .filter(|target| target.starts_with("PUT"))
        .collect();
    assert_eq!(
        puts,
        [
            "PUT /storage/subtitles?X-Amz-Signature=1",
            "PUT /storage/source?X-Amz-Signature=1"
        ]
    );
}

#[tokio::test]
async fn a_put_is_tried_again_from_the_start() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let path = file(&folder, "a.mp4", &[7; 300_000]);
    let busy = reply(503, json!({}));
    server
        .on(
            "POST /uploads",
            [problem(503, "in a moment"), single(&server, false)],
        )
        .on("PUT /storage/source", [busy.clone(), busy, taken()])
        .on(
            &video_path(),
            [reply(500, json!({})), reply(200, video("PROCESSING"))],
        );
    server
        .run(&["upload", path.to_str().unwrap()])
        .await
        .expect(0, "PROCESSING");
    let puts = server.seen("PUT /storage/source");
    assert_eq!(
        puts.iter().map(|put| put.body.len()).collect::<Vec<_>>(),
        [300_000; 3]
    );
}

#[tokio::test]
async fn a_large_file_goes_in_parts_and_an_expired_address_is_renewed() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let path = file(&folder, "a.mkv", b"aaaaabbbbbcc");
    let part = |number: u32, name: &str| json!({"part_number": number, "url": format!("{}/storage/{name}", server.url)});
    let page = |parts: Value, next: Value| reply(200, json!({"parts": parts, "next_part": next}));
    let multipart = json!({"upload_id": "u/1", "part_size_bytes": 5, "part_count": 3});
    server
        .on("POST /uploads", [reply(201, json!({"video_id": ID, "subtitles": null, "source": null, "multipart": multipart, "expires_in_s": 60}))])
        .on(
            &format!("GET /uploads/{ID}/parts"),
            [
                page(json!([part(1, "one"), part(2, "two")]), json!(3)),
                page(json!([part(3, "late")]), Value::Null),
                page(json!([part(3, "three")]), Value::Null),
            ],
        )
        .on("PUT /storage/one", [taken().header("x", "1")])
        .on("PUT /storage/two", [reply(500, json!({})), taken()])
        .on("PUT /storage/late", [reply(403, json!({}))])
        .on("PUT /storage/three", [taken()])
        .on(&format!("POST /uploads/{ID}/complete"), [reply(200, video("PROCESSING"))])
        .on(&video_path(), [reply(200, video("PROCESSING"))]);
    server
        .run(&["upload", path.to_str().unwrap(), "--json"])
        .await
        .expect(0, "PROCESSING");
    for (name, content) in [("one", "aaaaa"), ("two", "bbbbb"), ("three", "cc")] {
        assert_eq!(
            server
                .seen(&format!("PUT /storage/{name}"))
                .last()
                .unwrap()
                .body,
            content
        );
    }
    let asked = server.seen(&format!("GET /uploads/{ID}/parts"));
    let queries: Vec<_> = asked
        .iter()
        .map(|seen| seen.target.split_once('?').unwrap().1)
        .collect();
    assert_eq!(
        queries,
        [
            "upload_id=u%2F1&from=1",
            "upload_id=u%2F1&from=3",
            "upload_id=u%2F1&from=3"
        ]
    );
    let completed = server.seen(&format!("POST /uploads/{ID}/complete"))[0].json();
    let parts = [1, 2, 3].map(|number| json!({"part_number": number, "etag": "\"e\""}));
    assert_eq!(completed, json!({"upload_id": "u/1", "parts": parts}));
}

#[tokio::test]
async fn a_video_that_fails_is_exit_3_and_still_one_line() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let path = file(&folder, "a.mp4", b"no film");
    server
        .on("POST /uploads", [single(&server, false)])
        .on("PUT /storage/source", [taken()])
        .on(&video_path(), [reply(200, video("FAILED"))]);
    let path = path.to_str().unwrap();
    let run = server.run(&["upload", path, "--wait", "--json"]).await;
    run.expect(3, "");
    assert_eq!(run.documents(), [video("FAILED")]);
    server
        .run(&["upload", path, "--wait"])
        .await
        .expect(3, "NotMedia in ProbeMedia: the bytes are no video");
}

#[tokio::test]
async fn one_bad_file_does_not_stop_the_others_and_the_worst_code_wins() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let good = file(&folder, "good.mp4", b"film");
    let missing = folder.path().join("missing.mp4");
    server
        .on("POST /uploads", [single(&server, false)])
        .on("PUT /storage/source", [taken()])
        .on(&video_path(), [reply(200, video("READY"))]);
    let run = server
        .run(&[
            "upload",
            missing.to_str().unwrap(),
            good.to_str().unwrap(),
            "--wait",
            "--json",
        ])
        .await;
    run.expect(2, "missing.mp4: No such file");
    assert_eq!(run.documents(), [video("READY")]);
    assert_eq!(server.seen("POST /uploads").len(), 1);
}

#[tokio::test]
async fn an_empty_file_is_uploaded_for_the_service_to_judge() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let empty = file(&folder, "empty.mp4", b"");
    server
        .on("POST /uploads", [single(&server, false)])
        .on("PUT /storage/source", [taken()])
        .on(&video_path(), [reply(200, video("FAILED"))]);
    let empty = empty.to_str().unwrap();
    let run = server.run(&["upload", empty, "--wait"]).await;
    run.expect(3, "");
    assert_eq!(server.seen("PUT /storage/source").len(), 1);
}

#[tokio::test]
async fn what_can_not_be_accepted_is_refused_before_anything_is_made() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let (a, b) = (file(&folder, "a.mp4", b"a"), file(&folder, "b.mp4", b"b"));
    let empty = file(&folder, "e.srt", b"");
    let nothing = tempfile::tempdir().unwrap();
    let nothing = nothing.path().to_str().unwrap();
    let (a, b, empty) = (
        a.to_str().unwrap(),
        b.to_str().unwrap(),
        empty.to_str().unwrap(),
    );
    for (arguments, words) in [
        (vec!["upload", a, b, "--title", "T"], "--title"),
        (vec!["upload", a, b, "--subtitles", b], "--subtitles"),
        (
            vec!["upload", a, "--subtitles", empty],
            "e.srt: the subtitle file is empty",
        ),
        (vec!["upload", "/nowhere/x.mp4"], "x.mp4: No such file"),
        (vec!["upload", nothing], "no video below this folder"),
        (vec!["upload", nothing, "--title", "T"], "--title"),
        (vec!["upload"], "PATH"),
    ] {
        server.run(&arguments).await.expect(2, words);
    }
    assert!(server.targets().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_name_that_is_no_text_is_uploaded() {
    use std::os::unix::ffi::OsStrExt;
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.mp4");
    fs::write(folder.path().join(name), "film").unwrap();
    server
        .on("POST /uploads", [single(&server, false)])
        .on("PUT /storage/source", [taken()])
        .on(&video_path(), [reply(200, video("READY"))]);
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_vindex"))
        .args(["upload".as_ref(), name])
        .current_dir(folder.path())
        .envs([
            ("VINDEX_API_URL", server.url.as_str()),
            ("VINDEX_TOKEN", support::TOKEN),
            ("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR")),
        ])
        .output()
        .await
        .unwrap();
    assert!(output.status.success());
    assert_eq!(
        server.seen("POST /uploads")[0].json()["file_name"],
        "caf\u{fffd}.mp4"
    );
}

#[tokio::test]
async fn a_storage_that_refuses_is_told_without_the_signature() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let path = file(&folder, "a.mp4", b"film");
    let denied = reply(403, Value::Null);
    server
        .on("POST /uploads", [single(&server, false)])
        .on("PUT /storage/source", [denied]);
    let variables = [
        ("VINDEX_API_URL", server.url.as_str()),
        ("VINDEX_TOKEN", support::TOKEN),
    ];
    let run = run_in(
        folder.path(),
        &variables,
        &["upload", path.to_str().unwrap()],
    )
    .await;
    run.expect(1, "403");
    assert!(!run.stderr.contains("X-Amz-Signature"));
}
