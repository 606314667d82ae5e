use std::{fs, os::unix::fs::PermissionsExt, time::Instant};

use super::*;

/// A stand-in for ffmpeg that runs `script`.
fn shell_script(folder: &Path, script: &str) -> Ffmpeg {
    let path = folder.join("ffmpeg");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    Ffmpeg::new(path)
}

fn job(folder: &Path, time_limit: Duration) -> Job {
    Job {
        input_options: vec![],
        url: "http://127.0.0.1:9/none".into(),
        output_options: vec![],
        work_dir: folder.to_owned(),
        time_limit,
        on_line: Box::new(|_| {}),
    }
}

fn process_exists(pid: &str) -> bool {
    Path::new("/proc").join(pid.trim()).exists()
}

#[tokio::test]
async fn the_time_limit_kills_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let ffmpeg = shell_script(folder.path(), "echo $$ > pid; exec sleep 60");
    let started = Instant::now();
    let error = ffmpeg
        .run(job(folder.path(), Duration::from_millis(300)))
        .await
        .unwrap_err();
    assert!(matches!(error, MediaError::TimedOut { .. }), "{error}");
    assert!(error.is_transient());
    assert!(started.elapsed() < Duration::from_secs(10));
    let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
    wait_until_gone(&pid).await;
}

#[tokio::test]
async fn dropping_the_future_kills_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let ffmpeg = shell_script(folder.path(), "echo $$ > part; mv part pid; exec sleep 60");
    let running = tokio::spawn({
        let job = job(folder.path(), Duration::from_secs(60));
        async move { ffmpeg.run(job).await }
    });
    let pid_file = folder.path().join("pid");
    while !pid_file.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.abort();
    let pid = fs::read_to_string(pid_file).unwrap();
    wait_until_gone(&pid).await;
}

async fn wait_until_gone(pid: &str) {
    let gone = async {
        while process_exists(pid) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .expect("the process outlives its caller");
}

#[tokio::test]
async fn the_environment_is_empty_and_the_lists_come_before_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"env >&2; pwd >&2; echo "$@" >&2"#;
    let ffmpeg = shell_script(folder.path(), script);
    let finished = ffmpeg
        .run(job(folder.path(), Duration::from_secs(20)))
        .await
        .unwrap();
    let log = finished.log.join("\n");
    assert!(!log.contains("CARGO"), "{log}");
    assert!(log.contains(folder.path().to_str().unwrap()), "{log}");
    let arguments = finished.log.last().unwrap();
    let input = arguments.find(" -i ").unwrap();
    assert!(
        arguments
            .find("-protocol_whitelist http,tcp -format_whitelist mov")
            .unwrap()
            < input
    );
}

#[tokio::test]
async fn a_missing_executable_is_named_as_the_tools_fault() {
    let folder = tempfile::tempdir().unwrap();
    let ffmpeg = Ffmpeg::new(folder.path().join("absent"));
    let error = ffmpeg
        .run(job(folder.path(), Duration::from_secs(20)))
        .await
        .unwrap_err();
    assert!(matches!(error, MediaError::Tool { .. }), "{error}");
}

#[tokio::test]
async fn errors_are_told_without_the_address_of_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let log = "[in#0 @ 0x5] [error] moov atom not found\n\
        [in#0 @ 0x6] [error] Error opening input: Invalid data found when processing input\n\
        [error] Error opening input file http://127.0.0.1:9/none.\n\
        [fatal] Error opening input files: Invalid data found when processing input";
    for (lines, expected) in [
        (log, "moov atom not found"),
        (
            &log[log.find('\n').unwrap() + 1..],
            "Invalid data found when processing input",
        ),
        (
            "[error] a\n[error] b\n[error] b\n[error] http://x/y failed",
            "a; b",
        ),
    ] {
        std::fs::write(folder.path().join("log"), lines).unwrap();
        let ffmpeg = shell_script(folder.path(), "cat log >&2; exit 1");
        let limit = Duration::from_secs(10);
        let finished = ffmpeg.run(job(folder.path(), limit)).await.unwrap();
        assert_eq!(finished.last_errors(), expected);
    }
}
