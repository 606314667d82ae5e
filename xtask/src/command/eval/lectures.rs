//! The lectures of `samples/evaluation`: made from their words and photographs, and kept in the user's cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::command::sample_videos::samples::read_json;
use crate::digest;
use crate::install::{ffmpeg, pillow};
use crate::run::run_logged;

const MAKE_LIMIT: Duration = Duration::from_secs(1200);
const TIMES_ENDING: &str = ".times.json";

/// A lecture as it was made: what `NAME.times.json` says of it.
#[derive(Debug, Deserialize)]
pub struct Lecture {
    /// Its name, that of its files.
    pub id: String,
    /// The title it is uploaded under.
    pub title: String,
    /// The labels it is uploaded with.
    pub tags: Vec<String>,
    /// Its length.
    pub duration_ms: u64,
    /// Its slides and photographs, in order.
    pub sections: Vec<Section>,
}

/// A slide or a photograph, and what is said while it is shown.
#[derive(Debug, Deserialize)]
pub struct Section {
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// `SAMPLE/SCENE` of a photograph; none for a slide.
    pub photo: Option<String>,
    /// First millisecond of each sentence, and the one after its last.
    pub sentences: Vec<[u64; 2]>,
}

/// Makes videos, subtitles and times of all lectures unless the cache has them; gives their folder, and whether they
/// were made now.
///
/// # Errors
/// When Pillow can't be had, or a lecture can't be made.
pub fn make(checkout: &Checkout, ffmpeg: &Path) -> Result<(PathBuf, bool)> {
    let cache = Cache::locate()?;
    let samples = checkout.root.join("samples");
    let source = samples.join("evaluation");
    let inputs = [
        digest::of_folder(&source.join("lectures"), &[])?,
        digest::of_file(&source.join("make.py"))?,
        digest::of_folder(&samples.join("truth"), &[])?,
        digest::of_folder(&samples.join("videos"), &[])?,
    ];
    let versions = [ffmpeg::VERSION, pillow::PINS];
    let digest = digest::of_texts(inputs.iter().map(String::as_str).chain(versions));
    let entry = format!("evaluation-{}", &digest[..8]);
    let made = cache.install(&entry, |folder| {
        let (python, _) = pillow::install(&cache, &checkout.log("pip"))?;
        let mut command = Command::new(python);
        command.arg(source.join("make.py")).arg(ffmpeg).arg(folder);
        let log = checkout.log("eval-lectures");
        run_logged(command, "making the lectures", &log, MAKE_LIMIT)
    })?;
    Ok((cache.entry(&entry), made))
}

/// The lectures in `folder`, sorted by name.
///
/// # Errors
/// When there are none, or one's times can't be read.
pub fn read(folder: &Path) -> Result<Vec<Lecture>> {
    let mut lectures = Vec::new();
    for entry in fs::read_dir(folder).context("the lectures can't be listed")? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(TIMES_ENDING) {
            lectures.push(read_json::<Lecture>(&path)?);
        }
    }
    ensure!(!lectures.is_empty(), "{} has no lectures", folder.display());
    lectures.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(lectures)
}
