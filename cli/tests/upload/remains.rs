//! What an upload that fails leaves behind: nothing, unless a later run can go on with it.

use std::time::SystemTime;

use super::{
    resume::{interrupted, remembered},
    *,
};

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
    let upload = json!({
        "video_id": ID, "subtitles": null, "source": null, "multipart": multipart, "expires_in_s": 60,
    });
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

/// Other bytes of the same length, at another time whatever the clock's grain.
fn changes(path: PathBuf) -> impl Fn() + Send + Sync + 'static {
    move || {
        let other = vec![b'x'; fs::metadata(&path).unwrap().len() as usize];
        fs::write(&path, other).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
}

#[tokio::test]
async fn a_file_that_changed_while_it_was_put_in_one_piece_leaves_no_video() {
    for changing in ["subtitles", "source"] {
        let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
        let path = file(&folder, "a.mp4", b"film");
        let subtitles = file(&folder, "a.srt", b"1\n");
        server
            .on("POST /uploads", [single(&server, true)])
            .on("PUT /storage/subtitles", [taken()])
            .on("PUT /storage/source", [taken()])
            .on(&video_path(), [reply(200, video("PROCESSING"))])
            .on(&deletion(), [reply(202, "{}")]);
        let changed = if changing == "source" {
            &path
        } else {
            &subtitles
        };
        let reply = taken().after(changes(changed.clone()));
        server.on(&format!("PUT /storage/{changing}"), [reply]);
        let run = server.run(&["upload", path.to_str().unwrap()]).await;
        let name = changed.file_name().unwrap().to_str().unwrap();
        let words = format!("{name} changed while it was uploaded: run the command again");
        run.expect(1, &words);
        assert_eq!(server.seen(&deletion()).len(), 1, "{changing}");
    }
}

#[tokio::test]
async fn parts_of_a_file_that_changed_are_not_joined() {
    // Whether the part that was missing arrives or not: what is remembered is of no use.
    for last in [taken(), reply(400, "<Code>Broken</Code>")] {
        let (server, _folder, path) = interrupted().await;
        server
            .on("PUT /storage/2", [last.after(changes(path.clone()))])
            .on(&deletion(), [reply(202, "{}")]);
        let run = server.run(&["upload", path.to_str().unwrap()]).await;
        run.expect(
            1,
            "a.mkv changed while it was uploaded: run the command again",
        );
        assert!(
            server
                .seen(&format!("POST /uploads/{ID}/complete"))
                .is_empty()
        );
        assert_eq!(server.seen(&deletion()).len(), 1);
        assert_eq!(remembered(&server), 0);
    }
}

#[tokio::test]
async fn a_drive_that_was_unplugged_keeps_what_is_known() {
    let (server, folder, path) = interrupted().await;
    let away = folder.path().join("away");
    let (from, to) = (path.clone(), away.clone());
    let unplugged =
        reply(400, "<Code>Broken</Code>").after(move || fs::rename(&from, &to).unwrap());
    server.on("PUT /storage/2", [unplugged, taken()]);
    let run = server.run(&["upload", path.to_str().unwrap()]).await;
    run.expect(1, "upload part 2");
    assert!(server.seen(&deletion()).is_empty());
    fs::rename(away, &path).unwrap();
    let run = server.run(&["upload", path.to_str().unwrap()]).await;
    run.expect(0, "goes on, 2 of 3 parts are there");
}
