//! Fetches wheels, for the files inside them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::install::machine;
use crate::run::run_logged;

const DOWNLOAD_LIMIT: Duration = Duration::from_secs(1800);
/// The CPython whose wheels are pinned; which Python does the download does not matter.
const PYTHON_VERSION: &str = "312";
const PLATFORMS: [&str; 4] = [
    "manylinux_2_28",
    "manylinux_2_27",
    "manylinux_2_17",
    "manylinux2014",
];

/// Downloads the one wheel that `pins` (a pip requirement with hashes) names into `folder`; returns its path.
///
/// # Errors
/// When the download fails or the file differs from its pinned hash.
pub fn fetch(python: &Path, pins: &str, folder: &Path, log: &Path) -> Result<PathBuf> {
    let wheels = fetch_all(python, pins, folder, log)?;
    wheels.into_iter().next().context("pip left no wheel")
}

/// The same for any number of wheels; in the order of their names.
///
/// # Errors
/// When a download fails or a file differs from its pinned hash.
pub fn fetch_all(python: &Path, pins: &str, folder: &Path, log: &Path) -> Result<Vec<PathBuf>> {
    let into = folder.join("wheel");
    fs::create_dir_all(&into)?;
    let requirement = folder.join("pins.txt");
    fs::write(&requirement, pins)?;
    let mut pip = Command::new(python);
    pip.args([
        "-m",
        "pip",
        "download",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
        "--no-deps",
    ]);
    pip.args([
        "--only-binary",
        ":all:",
        "--implementation",
        "cp",
        "--python-version",
        PYTHON_VERSION,
    ]);
    pip.args(["--abi", &format!("cp{PYTHON_VERSION}"), "--abi", "none"]);
    for platform in PLATFORMS {
        pip.args(["--platform", &format!("{platform}_{}", machine()?)]);
    }
    pip.arg("--dest")
        .arg(&into)
        .arg("--requirement")
        .arg(&requirement);
    run_logged(pip, "downloading wheels", log, DOWNLOAD_LIMIT)?;
    let mut wheels: Vec<PathBuf> = fs::read_dir(&into)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some())
        .collect();
    wheels.sort();
    Ok(wheels)
}

/// Deletes what `fetch` and `fetch_all` left beside the files taken from the wheel.
///
/// # Errors
/// When it can't be deleted.
pub fn clean(folder: &Path) -> Result<()> {
    fs::remove_dir_all(folder.join("wheel"))?;
    fs::remove_file(folder.join("pins.txt"))?;
    Ok(())
}
