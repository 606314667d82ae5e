//! What an upload that fails leaves behind: nothing, unless a later run can go on with it.

use super::*;

#[tokio::test]
async fn a_video_whose_bytes_did_not_arrive_is_deleted_and_the_first_failure_told() {
    for refusing in ["subtitles", "source"] {
        let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
        let path = file(&folder, "a.mp4", b"film");
        file(&folder, "a.srt", b"1\n");
        server
            .on("POST /uploads", [single(&server, true)])
            .on("PUT /storage/subtitles", [taken()])
            .on("PUT /storage/source", [taken()])
            .on(&deletion(), [problem(400, "can't be deleted")]);
        let refusal = reply(400, "<Code>Broken</Code>");
        server.on(&format!("PUT /storage/{refusing}"), [refusal]);
        let run = server.run(&["upload", path.to_str().unwrap()]).await;
        run.expect(1, "Broken");
        assert!(!run.stderr.contains("can't be deleted"), "{}", run.stderr);
        assert_eq!(server.seen(&deletion()).len(), 1, "{refusing}");
    }
}

#[tokio::test]
async fn parts_that_can_not_be_remembered_leave_no_video() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let path = file(&folder, "a.mkv", b"film");
    let multipart = json!({"upload_id": "u", "part_size_bytes": 5, "part_count": 1});
    let upload = json!({"video_id": ID, "subtitles": null, "source": null, "multipart": multipart, "expires_in_s": 60});
    server
        .on("POST /uploads", [reply(201, upload)])
        .on(&deletion(), [reply(202, "{}")]);
    let path = path.to_str().unwrap();
    // A file is no folder to remember things in.
    let variables = [&server.variables()[..2], &[("XDG_STATE_HOME", path)]].concat();
    let run = run_in(folder.path(), &variables, &["upload", path]).await;
    run.expect(2, "the script has no GET");
    assert_eq!(server.seen(&deletion()).len(), 1);
}
