//! Copies of the samples without their subtitles, so that what is said has to be heard.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::samples::Sample;
use crate::checkout::Checkout;
use crate::env_file;
use crate::run::run_captured;

/// Copies picture and sound of each sample, under its own name; gives the folder, which goes when it is dropped.
///
/// # Errors
/// When ffmpeg can't copy one.
pub fn make(checkout: &Checkout, samples: &[Sample]) -> Result<TempDir> {
    let settings = env_file::read(&checkout.home);
    let ffmpeg = settings
        .get("VINDEX_FFMPEG")
        .context("the stack has no ffmpeg: run `cargo xtask up`")?;
    let folder = tempfile::tempdir()?;
    for sample in samples {
        let copy = folder.path().join(sample.file_name());
        run_captured(
            copying(ffmpeg, &sample.file, &copy),
            "copying a sample without subtitles",
        )?;
    }
    Ok(folder)
}

fn copying(ffmpeg: &str, from: &Path, to: &Path) -> Command {
    let mut command = Command::new(ffmpeg);
    command.args(["-nostdin", "-v", "error", "-i"]).arg(from);
    command
        .args(["-map", "0:v", "-map", "0:a", "-c", "copy"])
        .arg(to);
    command
}
