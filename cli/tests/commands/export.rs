//! `export` against a scripted server: a document a line.

use crate::support::{ID, Server, problem, reply, video};
use serde_json::{Value, json};

fn transcript() -> Value {
    let cue = |start_ms: u64, text: &str| json!({"start_ms": start_ms, "end_ms": start_ms + 400, "text": text});
    json!({"source": "subtitle-file", "language": "en", "cues": [cue(500, "Hello"), cue(900, "there")]})
}

/// Two pages with a video each, of which the second has no transcript.
async fn server() -> Server {
    let server = Server::start().await;
    let mut second = video("PROCESSING");
    second["video_id"] = json!("second");
    let page =
        |video: Value, cursor: Value| reply(200, json!({"videos": [video], "next_cursor": cursor}));
    let pages = || {
        [
            page(video("READY"), json!("c")),
            page(second.clone(), Value::Null),
        ]
    };
    let location = format!("{}/storage/transcript?X-Amz-Signature=1", server.url);
    server
        .on("GET /videos", [pages(), pages(), pages()].concat())
        .on(
            &format!("GET /videos/{ID}/transcript"),
            [reply(302, Value::Null).header("location", location)],
        )
        .on("GET /storage/transcript", [reply(200, transcript())])
        .on("GET /videos/second/transcript", [problem(409, "not yet")]);
    server
}

#[tokio::test]
async fn all_videos_are_written_with_their_words() {
    let server = server().await;
    let documents = server.run(&["export"]).await.documents();
    let expected = json!({"video": video("READY"), "transcript": transcript()});
    assert_eq!(documents[0], expected);
    assert_eq!(documents[1]["video"]["video_id"], "second");
    assert_eq!(documents[1]["transcript"], Value::Null);
    let videos = server.run(&["export", "--what", "videos"]).await;
    assert_eq!(videos.documents()[0], video("READY"));
    let cues = server.run(&["export", "--what", "cues"]).await.documents();
    let expected = json!({"video_id": ID, "title": "A film", "start_ms": 900, "end_ms": 1300, "text": "there"});
    assert_eq!((cues.len(), &cues[1]), (2, &expected));
}

#[tokio::test]
async fn a_file_is_written_whole_or_not_at_all_and_without_signed_links() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let mut signed = video("READY");
    signed["source_url"] = json!("https://media.example/source?X-Amz-Signature=1");
    server.on(&format!("GET /videos/{ID}"), [reply(200, signed)]);
    let arguments = ["export", ID, "-o", path.to_str().unwrap()];
    server.run(&arguments).await.expect(0, "(1 lines)");
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written.contains("Hello") && !written.contains("X-Amz"),
        "{written}"
    );
    server.on(
        &format!("GET /videos/{ID}/transcript"),
        [problem(500, "a defect")],
    );
    server.run(&arguments).await.expect(1, "a defect");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), written);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
