//! Folders: every video below, and nothing else.

use super::*;

#[tokio::test]
async fn every_video_below_a_folder_is_uploaded_and_counted() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    fs::create_dir_all(folder.path().join("deep/er")).unwrap();
    for name in ["b.mp4", "deep/er/a.MOV", "deep/c.webm", ".h.mp4", "d.txt"] {
        file(&folder, name, name.as_bytes());
    }
    file(&folder, "b.srt", b"1\n");
    server
        .on("PUT /storage/source", [taken()])
        .on("PUT /storage/subtitles", [taken()])
        .on("POST /uploads", [single(&server, true)])
        .on(&video_path(), [reply(200, video("READY"))]);
    let path = folder.path().to_str().unwrap();
    let run = server.run(&["upload", path, "--json", "--wait"]).await;
    run.expect(0, "3 READY\n");
    assert_eq!(run.documents().len(), 3);
    let mut bodies: Vec<_> = server
        .seen("PUT /storage/source")
        .into_iter()
        .map(|seen| String::from_utf8(seen.body.to_vec()).unwrap())
        .collect();
    bodies.sort();
    assert_eq!(bodies, ["b.mp4", "deep/c.webm", "deep/er/a.MOV"]);
    let asked = server.seen("POST /uploads");
    let with_subtitles = asked
        .iter()
        .filter(|seen| seen.json()["subtitles_size_bytes"] == 2);
    assert_eq!(with_subtitles.count(), 1);
}

#[tokio::test]
async fn one_file_that_fails_does_not_stop_a_folder() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    for name in ["a.mp4", "b.mp4", "c.mp4"] {
        file(&folder, name, b"film");
    }
    let refused = problem(400, "there are 1000 videos already");
    server
        .on("POST /uploads", [refused, single(&server, false)])
        .on("PUT /storage/source", [taken()])
        .on(&video_path(), [reply(200, video("FAILED"))]);
    let path = folder.path().to_str().unwrap();
    let run = server
        .run(&["upload", path, "--wait", "--at-once", "1"])
        .await;
    run.expect(3, "0 READY, 2 FAILED, 1 not uploaded\n");
    run.expect(3, "a.mp4 was not uploaded");
}
