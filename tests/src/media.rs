//! Media made on the spot by the stack's own ffmpeg.

use crate::stack::variable;
use std::path::Path;
use tempfile::TempDir;
use tokio::process::Command;

/// A folder that goes away with its handle.
///
/// # Panics
/// When there is no room for one.
#[must_use]
pub fn scratch() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Runs ffmpeg in `folder`; arguments are separated by white space.
///
/// # Panics
/// With ffmpeg's own words when it fails.
pub async fn ffmpeg(folder: &Path, arguments: &str) {
    let output = Command::new(variable(contracts::env::FFMPEG))
        .current_dir(folder)
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments.split_whitespace())
        .kill_on_drop(true)
        .output()
        .await
        .expect("ffmpeg starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments}: {log}");
}
