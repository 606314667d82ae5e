//! The sound that is written down, and what is said in it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run::run_bytes;

/// The language of the samples.
pub const LANGUAGE: &str = "en";
/// Samples a second; each takes two bytes.
const SAMPLE_RATE_HZ: u32 = 16_000;
const SAMPLE_BYTES: u32 = 2;

/// All samples one after the other, once.
pub struct Sound {
    bytes: Vec<u8>,
    said: String,
}

impl Sound {
    /// Decodes the samples of the repository at `root`, sorted by name.
    ///
    /// # Errors
    /// When a file is missing, or ffmpeg fails.
    pub fn of_samples(root: &Path, ffmpeg: &Path) -> Result<Self> {
        let samples = root.join("samples");
        let mut names = Vec::new();
        for entry in fs::read_dir(samples.join("truth"))? {
            names.push(entry?.path());
        }
        names.sort();
        let (mut bytes, mut said) = (Vec::new(), String::new());
        for truth in names {
            let name = truth.file_stem().context("a truth has no name")?;
            let video = samples.join("videos").join(name).with_extension("mp4");
            bytes.extend(decode(ffmpeg, &video)?);
            let text = fs::read_to_string(&truth)
                .with_context(|| format!("{} can't be read", truth.display()))?;
            said.push_str(&narration(&serde_json::from_str(&text)?));
        }
        Ok(Self { bytes, said })
    }

    /// Its length.
    pub fn seconds(&self) -> f64 {
        self.bytes.len() as f64 / f64::from(SAMPLE_RATE_HZ * SAMPLE_BYTES)
    }

    /// What is said when it is played `times` times.
    pub fn said(&self, times: usize) -> String {
        self.said.repeat(times)
    }

    /// Writes it `times` times into a file.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write_repeated(&self, times: usize, file: &Path) -> Result<PathBuf> {
        let mut out = File::create(file)?;
        for _ in 0..times {
            out.write_all(&self.bytes)?;
        }
        Ok(file.to_owned())
    }

    /// Writes exactly so many seconds of it into a file, from the beginning again where it ends.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write_seconds(&self, seconds: u32, file: &Path) -> Result<PathBuf> {
        let mut out = File::create(file)?;
        let mut left = (seconds * SAMPLE_RATE_HZ * SAMPLE_BYTES) as usize;
        while left > 0 {
            let part = left.min(self.bytes.len());
            out.write_all(&self.bytes[..part])?;
            left -= part;
        }
        Ok(file.to_owned())
    }
}

fn decode(ffmpeg: &Path, video: &Path) -> Result<Vec<u8>> {
    let mut command = Command::new(ffmpeg);
    command
        .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-i"])
        .arg(video)
        .args([
            "-map",
            "0:a:0",
            "-ac",
            "1",
            "-ar",
            &SAMPLE_RATE_HZ.to_string(),
        ])
        .args(["-f", "s16le", "-"]);
    run_bytes(command, "decoding the sound of a sample", None)
}

fn narration(truth: &Value) -> String {
    let scenes = truth["scenes"].as_array().into_iter().flatten();
    let texts = scenes.filter_map(|scene| scene["narration"]["text"].as_str());
    texts.map(|text| format!("{text} ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_repeated_and_cut() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        let sound = Sound {
            bytes: vec![1; 48_000],
            said: "a b ".to_owned(),
        };
        assert_eq!(sound.seconds(), 1.5);
        assert_eq!(sound.said(2), "a b a b ");
        let size = |file: PathBuf| fs::metadata(file).unwrap().len();
        assert_eq!(size(sound.write_repeated(2, &file).unwrap()), 96_000);
        assert_eq!(size(sound.write_seconds(2, &file).unwrap()), 64_000);
    }

    #[test]
    fn what_is_said_is_every_scenes_narration() {
        let truth = serde_json::json!({"scenes": [
            {"narration": {"text": "One."}}, {"narration": null}, {"narration": {"text": "Two."}}
        ]});
        assert_eq!(narration(&truth), "One. Two. ");
    }
}
