//! `clip`: what ffmpeg is asked to do, and what it does where there is one.

use std::{path::Path, process::Command};

use crate::support::{ID, Run, Server, file_reply, reply, run_in, video};
use serde_json::json;

/// A server whose video is this file.
async fn server_with(bytes: Vec<u8>) -> Server {
    let server = Server::start().await;
    let mut signed = video("READY");
    signed["source_url"] = json!(format!("{}/storage/source?X-Amz-Signature=1", server.url));
    signed["duration_ms"] = json!(8_000);
    let found = super::play::answer(&json!({"start_ms": 3_200, "end_ms": 5_000}));
    server
        .on("GET /storage/source", [file_reply(bytes)])
        .on("POST /search", [reply(200, found)])
        .on(&format!("GET /videos/{ID}"), [reply(200, signed)]);
    server
}

async fn run(server: &Server, folder: &Path, ffmpeg: &str, arguments: &[&str]) -> Run {
    let variables = [&server.variables()[..], &[("VINDEX_FFMPEG", ffmpeg)]].concat();
    run_in(folder, &variables, arguments).await
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
#[tokio::test]
async fn ffmpeg_is_held_to_the_link_and_leaves_nothing_behind_when_it_fails() {
    use std::os::unix::fs::PermissionsExt;
    let server = server_with(Vec::new()).await;
    let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stub = tools.path().join("ffmpeg");
    let script = r##"#!/bin/sh
case "$*" in *"-protocol_whitelist http,tcp -format_whitelist mov,"*" -i http://"*) ;; *) echo "no whitelist" >&2; exit 9;; esac
if env | grep -q VINDEX; then echo "inherited" >&2; exit 9; fi
for last in "$@"; do :; done
case "$*" in
*framecrc*) printf '#tb 0: 1/1000\n#media_type 0: video\n0, -700, -700, 1, 1, 0x1\n';;
*" -c copy "*) echo copied > "$last";;
*libx264*) echo encoded > "$last";;
*) echo "broken https://x/?X-Amz-Signature=1" >&2; exit 1;;
esac
"##;
    std::fs::write(&stub, script).unwrap();
    std::fs::set_permissions(&stub, PermissionsExt::from_mode(0o755)).unwrap();
    let stub = stub.to_str().unwrap();
    let clip = async |arguments: &[&str]| {
        run(
            &server,
            folder.path(),
            stub,
            &[&["clip"], arguments].concat(),
        )
        .await
    };
    let copied = clip(&["ice"]).await;
    copied.expect(0, "it starts 0.700 s earlier");
    clip(&["ice"]).await.expect(0, "A film 0.03.2 (2).mp4");
    clip(&["ice", "-o", "a.mkv", "--exact"])
        .await
        .expect(0, "wrote a.mkv");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("a.mkv")).unwrap(),
        "encoded\n"
    );
    let before = names(folder.path());
    assert_eq!(
        before,
        ["A film 0.03.2 (2).mp4", "A film 0.03.2.mp4", "a.mkv"]
    );
    let failed = clip(&["ice", "-o", "a.mp3", "--exact"]).await;
    failed.expect(1, "broken");
    assert!(!failed.stderr.contains("X-Amz"), "{}", failed.stderr);
    assert_eq!(names(folder.path()), before);
    for (arguments, words) in [
        (&["ice", "-o", "a.m3u8"][..], "must end in one of"),
        (&["ice", "--from", "1", "--to", "2"], "go with the id"),
        (&[ID], "--from and --to say"),
        (&[ID, "--from", "3", "--to", "2"], "nothing between"),
    ] {
        clip(arguments).await.expect(2, words);
    }
}

#[tokio::test]
async fn without_ffmpeg_the_way_out_is_told() {
    let server = server_with(Vec::new()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let variables = [
        &server.variables()[..],
        &[
            ("PATH", path),
            ("VINDEX_FFMPEG", ""),
            ("VINDEX_CACHE_DIR", path),
        ],
    ]
    .concat();
    run_in(folder.path(), &variables, &["clip", "ice"])
        .await
        .expect(2, "ffmpeg is missing");
}

/// With the ffmpeg that `up` installs, where the environment names it.
#[tokio::test]
async fn a_moment_is_cut_out_of_a_real_file() {
    let Ok(ffmpeg) = std::env::var("VINDEX_FFMPEG") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.mp4");
    let make = "-f lavfi -i testsrc=size=64x48:rate=10 -f lavfi -i sine -t 8 -g 20 -c:v libx264 -pix_fmt yuv420p -c:a aac";
    let made = Command::new(&ffmpeg)
        .args(["-loglevel", "error"])
        .args(make.split(' '))
        .arg(&source)
        .status();
    assert!(made.unwrap().success());
    let server = server_with(std::fs::read(source).unwrap()).await;
    let clip = ["clip", "ice", "-o", "a.mp4", "--json"];
    let copied = run(&server, folder.path(), &ffmpeg, &clip).await;
    copied.expect(0, "");
    // Key frames lie 2 s apart, and are decoded two pictures before they are shown.
    let document = &copied.documents()[0];
    assert_eq!(document["start_ms"], 3_200);
    let starts_ms = document["clip_start_ms"].as_u64().unwrap();
    assert!((1_750..=2_000).contains(&starts_ms), "{document}");
    let length = seconds(&ffmpeg, &folder.path().join("a.mp4"));
    let expected = (5_000 - starts_ms) as f64 / 1000.0;
    assert!((length - expected).abs() < 0.3, "{length} {document}");
    let exact = [
        "clip", ID, "--from", "3.2", "--to", "5", "-o", "b.mp4", "--exact",
    ];
    run(&server, folder.path(), &ffmpeg, &exact)
        .await
        .expect(0, "wrote b.mp4");
    assert!((1.7..2.0).contains(&seconds(&ffmpeg, &folder.path().join("b.mp4"))));
    let playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".to_vec();
    server.on("GET /storage/source", [file_reply(playlist)]);
    let hostile = run(&server, folder.path(), &ffmpeg, &clip).await;
    hostile.expect(1, "ffmpeg failed");
    assert!(!hostile.stderr.contains("X-Amz"), "{}", hostile.stderr);
}

/// The length that ffmpeg reads from a file.
fn seconds(ffmpeg: &str, path: &Path) -> f64 {
    let said = Command::new(ffmpeg).arg("-i").arg(path).output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let length = said
        .split("Duration: ")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap();
    let parts = length.split(':').map(|part| part.parse::<f64>().unwrap());
    parts.fold(0.0, |sum, part| sum * 60.0 + part)
}
