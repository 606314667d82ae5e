//! Runs our programs and reads what they say of themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::run::run_captured;

/// Everything that is needed to look at pictures.
pub struct Eyes {
    /// The example `look` of the crate `vision`.
    pub look: PathBuf,
    /// The example `compare_models` of the crate `embedding`.
    pub compare: PathBuf,
    /// ONNX Runtime's library.
    pub onnxruntime: PathBuf,
    /// The ffmpeg that the functions use.
    pub ffmpeg: PathBuf,
    /// Folder of the visual model.
    pub visual: PathBuf,
    /// Folder of the same model as it was before its weights were made int8.
    pub reference: PathBuf,
    /// Folder of the models of screen text.
    pub screen_text: PathBuf,
    /// How the functions have memory given back.
    pub environment: BTreeMap<String, String>,
}

/// What looking at a whole video took.
#[derive(Debug, Clone, Deserialize)]
pub struct LookRun {
    /// The video's length in seconds.
    pub video_s: f64,
    /// CPU seconds of ffmpeg.
    pub ffmpeg_cpu_s: f64,
    /// CPU seconds of the process that has ffmpeg extract pictures.
    pub extraction_cpu_s: f64,
    /// CPU seconds of all that comes after, the models included.
    pub look_cpu_s: f64,
    /// Runs of the visual model.
    pub images: Part,
    /// Runs of the text detector.
    pub detector: Part,
    /// Runs of the text recogniser.
    pub recogniser: Part,
    /// Pictures that were looked at.
    pub frames: u64,
    /// Shots that they were merged into.
    pub shots: u64,
    /// Lines of text of all shots.
    pub lines: u64,
    /// Passages that they were merged into.
    pub passages: u64,
}

/// What two models make of the same pictures.
#[derive(Debug, Clone, Deserialize)]
pub struct Comparison {
    /// The int8 model.
    pub model: Part,
    /// The fp32 model.
    pub reference: Part,
    /// Cosine of the two vectors of a picture, on average.
    pub mean_cosine: f64,
    /// The smallest cosine.
    pub worst_cosine: f64,
    /// Pictures that the fp32 model has a label for.
    pub named: u64,
    /// Those of them whose first label the int8 model gives too.
    pub same_first_label: u64,
}

/// Runs of one model.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Part {
    /// CPU seconds inside ONNX Runtime.
    pub cpu_s: f64,
    /// How many.
    pub runs: u64,
}

impl Eyes {
    /// Extracts the pictures of `video`, chunk by chunk, and looks at them.
    ///
    /// # Errors
    /// When the program fails.
    pub fn look(&self, video: &Path) -> Result<LookRun> {
        let mut command = self.command(&self.look);
        command
            .arg(video)
            .args([&self.visual, &self.screen_text])
            .env("VINDEX_FFMPEG", &self.ffmpeg);
        answer(command, "look")
    }

    /// Has both models embed the pictures.
    ///
    /// # Errors
    /// When the program fails.
    pub fn compare(&self, pictures: &[PathBuf]) -> Result<Comparison> {
        let mut command = self.command(&self.compare);
        command.args([&self.visual, &self.reference]).args(pictures);
        answer(command, "compare_models")
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("VINDEX_ONNXRUNTIME", &self.onnxruntime)
            .envs(&self.environment);
        command
    }
}

fn answer<T: DeserializeOwned>(command: Command, what: &str) -> Result<T> {
    let text = run_captured(command, what)?;
    serde_json::from_str(&text).with_context(|| format!("{what} told no figures: {text}"))
}
