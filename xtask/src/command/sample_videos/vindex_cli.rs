//! Calls the `vindex` command that `up` built, as a user would, and reads the JSON it writes.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::checkout::Checkout;
use crate::env_file::{self, Values};
use crate::run::run_captured;

/// What the command needs of the environment file; everything else would only hide a mistake.
const SETTINGS: [&str; 2] = ["VINDEX_API_URL", "VINDEX_TOKEN"];

/// The command, with the address and the token of one checkout's stack.
pub struct VindexCli {
    program: PathBuf,
    values: Values,
}

/// A video, as far as it matters here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Video {
    /// Its id.
    pub video_id: String,
    /// The file's name.
    pub file_name: String,
    /// Labels.
    pub tags: Vec<String>,
    /// `READY`, `PROCESSING`, …
    pub status: String,
    /// What can be searched.
    pub channels: Vec<String>,
    /// What was lost on the way.
    pub warnings: Vec<Warning>,
    /// Why it failed, if it did.
    pub error: Option<VideoError>,
}

/// Something that was lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Warning {
    /// A sentence.
    pub message: String,
}

/// Why a video failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct VideoError {
    /// The error's name.
    pub name: String,
    /// A sentence.
    pub message: String,
    /// The state that failed.
    pub state: String,
}

/// An answer to a search.
#[derive(Debug, Deserialize)]
pub struct Answer {
    /// The moments, best first.
    pub moments: Vec<Moment>,
    /// Those that are not confident, where they were asked for.
    #[serde(default)]
    pub nearest: Vec<Moment>,
    /// What pictures were searched with.
    #[serde(default)]
    pub visual_model: Option<VisualModel>,
}

/// The model that compares pictures.
#[derive(Debug, Deserialize)]
pub struct VisualModel {
    /// Its name.
    pub name: String,
    /// Whether it stands in for a better one.
    pub stand_in: bool,
}

/// A moment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Moment {
    /// The video.
    pub video_id: String,
    /// Its title.
    pub title: String,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// Comparable inside one answer only.
    pub score: f64,
    /// What matched.
    pub evidence: Vec<Evidence>,
}

/// What matched in one channel.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// The words of the passage.
    pub text: String,
    /// Those that matched, as `[from, to)` in UTF-16 code units.
    pub highlights: Vec<[usize; 2]>,
    /// What a model sees in the picture.
    pub labels: Vec<String>,
}

impl VindexCli {
    /// The command that `up` left in the checkout.
    pub fn of(checkout: &Checkout) -> Self {
        Self {
            program: checkout.home.join("bin/vindex"),
            values: env_file::read(&checkout.home),
        }
    }

    /// Every video of the user.
    ///
    /// # Errors
    /// When the command fails.
    pub fn videos(&self) -> Result<Vec<Video>> {
        let mut command = self.command(&["videos"]);
        command.arg("--json");
        json_lines(&run_captured(command, "vindex videos")?)
    }

    /// One video.
    ///
    /// # Errors
    /// When the command fails.
    pub fn show(&self, video_id: &str) -> Result<Video> {
        let text = run_captured(self.command(&["show", "--json", video_id]), "vindex show")?;
        the_only(json_lines(&text)?)
    }

    /// Uploads a file and waits until it is indexed.
    ///
    /// # Errors
    /// When the upload is refused or the video ends `FAILED`.
    pub fn upload(&self, file: &Path, title: &str, tags: &[&str]) -> Result<Video> {
        let mut command = self.command(&["upload", "--wait", "--json", "--title", title]);
        for tag in tags {
            command.args(["--tag", tag]);
        }
        command.arg("--").arg(file);
        the_only(json_lines(&run_captured(command, "vindex upload")?)?)
    }

    /// Deletes a video.
    ///
    /// # Errors
    /// When the command fails.
    pub fn delete(&self, video_id: &str) -> Result<()> {
        run_captured(
            self.command(&["delete", "--json", video_id]),
            "vindex delete",
        )
        .map(drop)
    }

    /// Searches the videos that carry `tag`.
    ///
    /// # Errors
    /// When the command fails.
    pub fn search(&self, query: &str, tag: &str) -> Result<Answer> {
        let arguments = ["search", "--json", "--nearest", "--tag", tag, "--", query];
        the_only(json_lines(&run_captured(
            self.command(&arguments),
            "vindex search",
        )?)?)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments);
        for name in SETTINGS {
            command.env(name, self.values.get(name).map_or("", String::as_str));
        }
        command
    }
}

fn json_lines<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    text.lines()
        .map(|line| {
            serde_json::from_str(line).with_context(|| format!("not what vindex promises: {line}"))
        })
        .collect()
}

fn the_only<T>(documents: Vec<T>) -> Result<T> {
    documents
        .into_iter()
        .next()
        .context("vindex wrote no document")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_from_a_line() {
        let text = r#"{"moments": [{"video_id": "v", "title": "T", "start_ms": 1, "end_ms": 2, "score": 0.03, "confidence": null, "channels": ["speech"], "thumbnail_url": null, "play_url": null, "evidence": [{"channel": "speech", "start_ms": 1, "end_ms": 2, "text": "a b", "highlights": [[2, 3]]}]}], "no_confident_match": false, "degraded": [], "next_cursor": null}"#;
        let answer: Answer = the_only(json_lines(&format!("{text}\n")).unwrap()).unwrap();
        assert_eq!(answer.moments[0].evidence[0].highlights, [[2, 3]]);
        assert!(the_only(json_lines::<Answer>("").unwrap()).is_err());
        let error = json_lines::<Answer>("<html>").unwrap_err().to_string();
        assert!(error.contains("<html>"), "{error}");
    }
}
