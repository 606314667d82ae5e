//! What a terminal sees and a pipe does not: bars, colours, pictures; and what Ctrl-C does.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts the bodies of tests, not the functions that they share"
)]

#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use std::{
    fs::{File, OpenOptions},
    io::{Cursor, Read},
    path::Path,
    process::Stdio,
    time::Duration,
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use serde_json::{Value, json};
use support::{ID, Server, file_reply, problem, reply, video};

const KITTY: &str = "\u{1b}_G";
const ITERM2: &str = "\u{1b}]1337;File=inline=1";

/// A pseudo-terminal of 100 columns: our side, and that of the command.
fn terminal() -> (File, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let size = Winsize {
        ws_row: 40,
        ws_col: 100,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let theirs = OpenOptions::new()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap());
    let theirs = theirs.unwrap();
    tcsetwinsize(&theirs, size).unwrap();
    (File::from(ours), theirs)
}

/// What a run writes to a terminal, and its exit code.
async fn seen(server: &Server, variables: &[(&str, &str)], arguments: &[&str]) -> (String, i32) {
    let (mut ours, theirs) = terminal();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_vindex"));
    for name in ["KITTY_WINDOW_ID", "TERM_PROGRAM", "TMUX", "NO_COLOR"] {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .env("TERM", "xterm-256color")
        .envs(server.variables())
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(theirs.try_clone().unwrap())
        .stderr(theirs);
    let mut child = command.spawn().unwrap();
    // The command holds copies of its side: with ours gone, reading ends when it does.
    drop(command);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = ours.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..count]);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let status = child.wait().await.unwrap();
    let text = reading.await.unwrap();
    assert!(!text.contains(support::TOKEN), "the token was printed");
    (text, status.code().unwrap())
}

async fn with_a_moment() -> Server {
    let server = Server::start().await;
    let mut jpeg = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(320, 180, |x, y| image::Rgb([x as u8, y as u8, 7]));
    picture
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .unwrap();
    let evidence = json!({"channel": "speech", "start_ms": 0, "end_ms": 9, "text": "the ice", "segment_id": "s", "highlights": [[4, 7]]});
    let moment = json!({
        "video_id": ID, "title": "A film", "start_ms": 5_800, "end_ms": 11_300, "score": 0.03, "confidence": null,
        "channels": ["speech"], "thumbnail_url": format!("{}/storage/small.jpg", server.url), "play_url": null,
        "evidence": [evidence],
    });
    let answer = json!({"moments": [moment], "no_confident_match": false, "degraded": [], "next_cursor": null});
    server
        .on("POST /search", [reply(200, answer)])
        .on("GET /storage/small.jpg", [file_reply(jpeg.into_inner())])
        .on("GET /videos", [problem(400, "wrong")]);
    server
}

#[tokio::test]
async fn pictures_are_shown_where_the_terminal_says_that_it_can() {
    let server = with_a_moment().await;
    let search = ["search", "ice"];
    for (variables, arguments, expected) in [
        (&[("TERM", "xterm-kitty")][..], &search[..], Some(KITTY)),
        (&[("TERM_PROGRAM", "iTerm.app")], &search, Some(ITERM2)),
        (&[], &search, None),
        (
            &[],
            &["search", "ice", "--thumbnails", "always"],
            Some(KITTY),
        ),
        (
            &[("TERM", "xterm-kitty")],
            &["search", "ice", "--thumbnails", "never"],
            None,
        ),
        (
            &[("TERM", "xterm-kitty")],
            &["search", "ice", "--json"],
            None,
        ),
    ] {
        let (text, code) = seen(&server, variables, arguments).await;
        assert_eq!(code, 0, "{text}");
        let has = [KITTY, ITERM2].map(|mark| text.contains(mark));
        assert_eq!(
            has,
            [KITTY, ITERM2].map(|mark| expected == Some(mark)),
            "{variables:?} {arguments:?}"
        );
    }
    let fetched = server.seen("GET /storage/small.jpg");
    assert_eq!(fetched.len(), 3);
    assert!(fetched.iter().all(|seen| !seen.has_token()));
    let variables = [&server.variables()[..], &[("TERM", "xterm-kitty")]].concat();
    let arguments = ["search", "ice", "--thumbnails", "always"];
    let piped = support::run_in(Path::new("."), &variables, &arguments).await;
    piped.expect(0, "the ice");
    assert!(!piped.stdout.contains('\u{1b}'), "{}", piped.stdout);
}

#[tokio::test]
async fn words_that_matched_are_bold_and_errors_red_unless_colours_are_unwanted() {
    let server = with_a_moment().await;
    let (text, _) = seen(&server, &[], &["search", "ice"]).await;
    assert!(text.contains("the \u{1b}[1mice\u{1b}[0m"), "{text}");
    let (text, code) = seen(&server, &[], &["videos"]).await;
    assert_eq!(code, 2);
    assert!(text.contains("\u{1b}[31merror:\u{1b}[0m wrong"), "{text}");
    for arguments in [["search", "ice"].as_slice(), &["videos"]] {
        let (text, _) = seen(&server, &[("NO_COLOR", "1")], arguments).await;
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

fn uploads(server: &Server) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a film.mp4"), vec![7; 3_000_000]).unwrap();
    let put = json!({"url": format!("{}/storage/source", server.url), "headers": {}});
    let upload = json!({"video_id": ID, "subtitles": null, "source": put, "multipart": null, "expires_in_s": 60});
    server
        .on("POST /uploads", [reply(201, upload)])
        .on("PUT /storage/source", [reply(200, Value::Null)])
        .on(&format!("GET /videos/{ID}"), [reply(200, video("READY"))]);
    folder
}

#[tokio::test]
async fn an_upload_shows_its_progress_on_a_terminal_only() {
    let server = Server::start().await;
    let folder = uploads(&server);
    let path = folder.path().join("a film.mp4");
    let arguments = ["upload", path.to_str().unwrap(), "--wait"];
    let (text, code) = seen(&server, &[], &arguments).await;
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("a film.mp4 ") && text.contains("2.86 MiB"),
        "{text}"
    );
    let run = server.run(&arguments).await;
    run.expect(0, "READY");
    assert!(
        !run.stderr.contains('\u{1b}') && !run.stderr.contains("MiB"),
        "{}",
        run.stderr
    );
}

#[tokio::test]
async fn a_file_name_can_not_steer_the_terminal() {
    let server = Server::start().await;
    let folder = uploads(&server);
    let path = folder.path().join("x\u{1b}]0;owned\u{7}.mp4");
    let told = "x\u{fffd}]0;owned\u{fffd}.";
    std::fs::write(&path, "film").unwrap();
    std::fs::write(path.with_extension("srt"), "1\n").unwrap();
    let upload = ["upload", path.to_str().unwrap()];
    let video = path.to_str().unwrap();
    let written = folder.path().join("y\u{1b}]0;owned\u{7}.jsonl");
    server.on(
        "GET /videos",
        [reply(200, json!({"videos": [], "next_cursor": null}))],
    );
    // The API gives no address for the subtitles: a name in a remark, and a failure in red.
    for (arguments, code, words) in [
        (
            &upload[..],
            1,
            format!(
                "with the subtitles of {}/{told}srt",
                folder.path().display()
            ),
        ),
        (
            &["upload", video, "--subtitles", "\u{1b}]0;owned"],
            2,
            "\u{fffd}]0;owned: No such file".to_owned(),
        ),
        (
            &["export", "-o", written.to_str().unwrap()],
            0,
            "/y\u{fffd}]0;owned\u{fffd}.jsonl (0 lines)".to_owned(),
        ),
    ] {
        let (text, ended) = seen(&server, &[], arguments).await;
        assert_eq!(ended, code, "{text}");
        assert!(text.contains(&words), "{text:?}");
        assert!(
            !text.contains("\u{1b}]") && !text.contains('\u{7}'),
            "{text:?}"
        );
        assert_eq!(
            text.contains("\u{1b}[31merror:\u{1b}[0m "),
            code != 0,
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn a_watch_uploads_what_appears_once_until_it_is_interrupted() {
    let server = Server::start().await;
    let folder = uploads(&server);
    for round in 0..2 {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_vindex"));
        let folder = folder.path().to_str().unwrap();
        let child = command
            .args(["watch", folder, "--settle", "0", "--json"])
            .envs(server.variables())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let id = child.id().unwrap().to_string();
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if round == 0 && server.seen(&format!("GET /videos/{ID}")).len() == 1 {
                break;
            }
            if round == 1 && server.state.path().join("waited").exists() {
                break;
            }
            if round == 1 {
                // Long enough for a look at the folder.
                tokio::time::sleep(Duration::from_secs(3)).await;
                std::fs::write(server.state.path().join("waited"), "").unwrap();
            }
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let killed = std::process::Command::new("kill")
            .args(["-INT", &id])
            .status();
        assert!(killed.unwrap().success());
        let done = child.wait_with_output().await.unwrap();
        assert_eq!(done.status.code(), Some(0));
        let lines = String::from_utf8(done.stdout).unwrap().lines().count();
        assert_eq!(
            lines,
            1 - round,
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        assert!(String::from_utf8_lossy(&done.stderr).contains("interrupted"));
    }
    assert_eq!(server.seen("POST /uploads").len(), 1);
}
