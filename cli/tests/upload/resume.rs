//! An upload in parts that was interrupted goes on where it was.

use super::*;
use support::Run;

/// A file of three parts, and a server that takes the first and breaks off at the second.
pub async fn interrupted() -> (Server, tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (server, path) = interrupted_in(&folder).await;
    (server, folder, path)
}

/// The same, of a file in a folder with what lies there.
async fn interrupted_in(folder: &tempfile::TempDir) -> (Server, PathBuf) {
    let server = Server::start().await;
    let path = file(folder, "a.mkv", b"aaaaabbbbbcc");
    let multipart = json!({"upload_id": "u", "part_size_bytes": 5, "part_count": 3});
    let subtitles = presigned(&server, "subtitles");
    let upload = json!({
        "video_id": ID, "subtitles": subtitles, "source": null, "multipart": multipart, "expires_in_s": 60,
    });
    let part = |number: u32| json!({"part_number": number, "url": format!("{}/storage/{number}", server.url)});
    let page = |parts: Value, next: Value| reply(200, json!({"parts": parts, "next_part": next}));
    let broken = reply(400, "<Code>Broken</Code>");
    server
        .on("POST /uploads", [reply(201, upload)])
        .on(
            &format!("GET /uploads/{ID}/parts"),
            [
                page(json!([part(1)]), json!(2)),
                page(json!([part(2), part(3)]), Value::Null),
            ],
        )
        .on("PUT /storage/subtitles", [taken()])
        .on("PUT /storage/1", [taken()])
        .on("PUT /storage/2", [broken, taken()])
        .on("PUT /storage/3", [taken()])
        .on(
            &format!("POST /uploads/{ID}/complete"),
            [reply(200, video("PROCESSING"))],
        )
        .on(&video_path(), [reply(200, video("AWAITING_UPLOAD"))]);
    let run = server.run(&["upload", path.to_str().unwrap()]).await;
    run.expect(1, "upload part 2");
    assert_eq!(remembered(&server), 1);
    assert!(server.seen(&deletion()).is_empty());
    (server, path)
}

pub fn remembered(server: &Server) -> usize {
    let folder = server.state.path().join("vindex/uploads");
    fs::read_dir(folder).unwrap().count()
}

async fn again(server: &Server, path: &std::path::Path) -> Run {
    server.run(&["upload", path.to_str().unwrap()]).await
}

#[tokio::test]
async fn the_same_command_sends_only_what_is_missing() {
    let (server, _folder, path) = interrupted().await;
    let run = again(&server, &path).await;
    run.expect(0, "goes on, 2 of 3 parts are there");
    assert_eq!(server.seen("POST /uploads").len(), 1);
    // The third was on its way when the second failed.
    assert_eq!(server.seen("PUT /storage/1").len(), 1);
    assert_eq!(server.seen("PUT /storage/3").len(), 1);
    assert_eq!(server.seen("PUT /storage/2")[1].body, "bbbbb");
    let completed = server.seen(&format!("POST /uploads/{ID}/complete"))[0].json();
    let parts = [1, 2, 3].map(|number| json!({"part_number": number, "etag": "\"e\""}));
    assert_eq!(completed, json!({"upload_id": "u", "parts": parts}));
    assert_eq!(remembered(&server), 0);
}

#[tokio::test]
async fn what_the_service_no_longer_knows_begins_again() {
    for gone in ["video", "parts", "storage"] {
        let (server, _folder, path) = interrupted().await;
        match gone {
            "video" => {
                let replies = [problem(404, "no such video"), reply(200, video("READY"))];
                server.on(&video_path(), replies);
            }
            "parts" => {
                let complete = format!("POST /uploads/{ID}/complete");
                server.on(
                    &complete,
                    [problem(409, "the upload is gone"), reply(200, "{}")],
                );
            }
            _ => {
                server.on(
                    "PUT /storage/2",
                    [reply(404, "<Code>NoSuchUpload</Code>"), taken()],
                );
            }
        }
        server.on(&deletion(), [reply(202, "{}")]);
        let url = |number: u32| format!("{}/storage/{number}", server.url);
        let parts = [1, 2, 3].map(|number| json!({"part_number": number, "url": url(number)}));
        let page = json!({"parts": parts, "next_part": null});
        server.on(&format!("GET /uploads/{ID}/parts"), [reply(200, page)]);
        again(&server, &path).await.expect(0, "begins again");
        assert_eq!(server.seen("POST /uploads").len(), 2, "{gone}");
        assert_eq!(server.seen("PUT /storage/1").len(), 2, "{gone}");
        assert_eq!(remembered(&server), 0, "{gone}");
    }
}

#[tokio::test]
async fn what_had_arrived_is_not_sent_again_and_a_lapse_keeps_what_is_known() {
    let (server, _folder, path) = interrupted().await;
    server.on(
        &video_path(),
        [reply(401, json!({"message": "Unauthorized"}))],
    );
    again(&server, &path).await.expect(2, "token");
    assert_eq!(remembered(&server), 1);
    server.on(&video_path(), [reply(200, video("PROCESSING"))]);
    again(&server, &path).await.expect(0, "had arrived already");
    assert_eq!(server.seen("POST /uploads").len(), 1);
    assert_eq!(remembered(&server), 0);
}

#[tokio::test]
async fn a_file_that_changed_is_another_upload() {
    let (server, _folder, path) = interrupted().await;
    fs::write(&path, "other").unwrap();
    server
        .on("POST /uploads", [single(&server, false)])
        .on("PUT /storage/source", [taken()]);
    again(&server, &path).await.expect(0, "");
    assert_eq!(server.seen("PUT /storage/source")[0].body, "other");
}

#[tokio::test]
async fn subtitles_that_were_corrected_are_another_upload() {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "a.srt", b"teh ice");
    let (server, path) = interrupted_in(&folder).await;
    file(&folder, "a.srt", b"the ice");
    server
        .on("POST /uploads", [single(&server, true)])
        .on("PUT /storage/source", [taken()]);
    again(&server, &path).await.expect(0, "");
    let puts = server.seen("PUT /storage/subtitles");
    let bodies: Vec<_> = puts.iter().map(|put| &put.body[..]).collect();
    assert_eq!(bodies, [b"teh ice", b"the ice"]);
}

#[tokio::test]
async fn a_file_with_subtitles_is_the_same_upload_from_any_folder() {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "a.srt", b"the ice");
    let (server, _path) = interrupted_in(&folder).await;
    let run = run_in(folder.path(), &server.variables(), &["upload", "a.mkv"]).await;
    run.expect(0, "goes on, 2 of 3 parts are there");
}

#[tokio::test]
async fn what_the_storage_says_can_not_steer_the_terminal() {
    let (server, _folder, path) = interrupted().await;
    let gone = "<Code>NoSuchUpload</Code><Message>\u{1b}[2Jgone</Message>";
    server
        .on("PUT /storage/2", [reply(404, gone)])
        .on(&deletion(), [reply(202, "{}")]);
    let run = again(&server, &path).await;
    assert!(run.stderr.contains("\u{fffd}[2Jgone"), "{}", run.stderr);
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
}
