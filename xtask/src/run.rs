//! Runs a program to its end, with its output in a log and a time limit.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::end_with_this_program;

const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Runs `command`, appending both its outputs to `log`, and fails with the log's last lines.
///
/// # Errors
/// When the program can't be started, ends with another status than 0, or takes longer than `limit`.
pub fn run_logged(mut command: Command, what: &str, log: &Path, limit: Duration) -> Result<()> {
    if let Some(parent) = log.parent() {
        fs::create_dir_all(parent)?;
    }
    let file = File::options().create(true).append(true).open(log)?;
    let start_bytes = file.metadata()?.len();
    command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file);
    end_with_this_program(&mut command);
    let mut child = command
        .spawn()
        .with_context(|| format!("{what}: {} can't be started", program(&command)))?;
    let Some(status) = wait_within(&mut child, limit)? else {
        child.kill()?;
        child.wait()?;
        bail!(
            "{what} took longer than {} s\n{}",
            limit.as_secs(),
            tail(log, start_bytes, 30)
        );
    };
    if !status.success() {
        bail!(
            "{what} failed ({status}); log: {}\n{}",
            log.display(),
            tail(log, start_bytes, 30)
        );
    }
    Ok(())
}

/// Runs `command` and returns its standard output; its standard error goes into the message of a failure.
///
/// # Errors
/// When the program can't be started or fails.
pub fn run_captured(command: Command, what: &str) -> Result<String> {
    let bytes = run_bytes(command, what, None)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Like [`run_captured`], for output that is no text, and with `input` as standard input.
///
/// # Errors
/// As [`run_captured`], and when `input` can't be opened.
pub fn run_bytes(mut command: Command, what: &str, input: Option<&Path>) -> Result<Vec<u8>> {
    let input = match input {
        Some(file) => File::open(file)
            .with_context(|| format!("{what}: {} can't be read", file.display()))?
            .into(),
        None => Stdio::null(),
    };
    let output = command
        .stdin(input)
        .output()
        .with_context(|| format!("{what}: {} can't be started", program(&command)))?;
    if !output.status.success() {
        bail!(
            "{what} failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(output.stdout)
}

/// The last `lines` lines of `log` from the offset `start_bytes` on, indented; empty when it can't be read.
pub fn tail(log: &Path, start_bytes: u64, lines: usize) -> String {
    let mut text = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        let length_bytes = file.metadata()?.len();
        file.seek(SeekFrom::Start(
            start_bytes.max(length_bytes.saturating_sub(64 << 10)),
        ))?;
        file.read_to_end(&mut text)
    });
    if read.is_err() {
        return String::new();
    }
    let text = String::from_utf8_lossy(&text);
    let all: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    all[all.len().saturating_sub(lines)..]
        .iter()
        .map(|line| format!("    {line}\n"))
        .collect()
}

fn wait_within(child: &mut std::process::Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    Ok(None)
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_names_the_program_and_shows_the_end_of_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("logs/x.log");
        run_logged(
            shell("echo earlier"),
            "first",
            &log,
            Duration::from_secs(10),
        )
        .unwrap();
        let error = run_logged(
            shell("echo no space left >&2; exit 3"),
            "second",
            &log,
            Duration::from_secs(10),
        );
        let message = error.unwrap_err().to_string();
        assert!(
            message.contains("second failed") && message.contains("no space left"),
            "{message}"
        );
        assert!(!message.contains("earlier"), "{message}");
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("x.log");
        let started = Instant::now();
        let error = run_logged(
            shell("exec sleep 60"),
            "it",
            &log,
            Duration::from_millis(50),
        )
        .unwrap_err();
        assert!(error.to_string().contains("took longer"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn tail_keeps_the_last_lines() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("x.log");
        fs::write(&log, "1\n2\n\n3\n").unwrap();
        assert_eq!(tail(&log, 0, 2), "    2\n    3\n");
        assert_eq!(tail(&folder.path().join("none"), 0, 2), "");
    }
}
