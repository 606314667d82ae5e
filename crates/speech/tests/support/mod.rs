//! What the tests of the models share. Models, ONNX Runtime and ffmpeg are those that `cargo xtask test` installs.

#![allow(dead_code, reason = "each test program uses a part of this")]

use models::{ModelFolder, Role};
use onnx::Runtime;
use speech::{SAMPLE_RATE_HZ, TranscribeOptions, Transcriber, Whisper};
use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::Command,
};

pub const SAMPLES: [&str; 5] = [
    "farm-morning",
    "hill-walk",
    "making-music",
    "stones-that-stayed",
    "wildlife-notebook",
];
pub const THREADS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);
/// The base model with 32-bit weights, which plays no role and is for comparison only.
const REFERENCE: &str = "whisper-base-fp32";

pub fn path_from(variable: &str) -> PathBuf {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run through `cargo xtask test`"))
        .into()
}

pub fn runtime() -> &'static Runtime {
    Runtime::load(&path_from("VINDEX_ONNXRUNTIME")).unwrap()
}

pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

pub fn vad_file() -> PathBuf {
    let folder = ModelFolder::open(&path_from("VINDEX_MODELS_DIR"), Role::VoiceActivity).unwrap();
    folder.file("silero_vad_16k_sequence.onnx")
}

/// The folder of the model that plays the role.
pub fn whisper_folder() -> PathBuf {
    let folder = ModelFolder::open(&path_from("VINDEX_MODELS_DIR"), Role::Speech).unwrap();
    folder.folder().to_owned()
}

pub fn reference_folder() -> PathBuf {
    let folder = ModelFolder::open_named(&path_from("VINDEX_MODELS_DIR"), REFERENCE).unwrap();
    folder.folder().to_owned()
}

pub fn whisper(folder: &Path) -> Whisper {
    Whisper::open(folder, runtime(), THREADS).unwrap()
}

pub fn transcriber(whisper_folder: &Path) -> Transcriber {
    Transcriber::open(&vad_file(), whisper_folder, runtime(), THREADS).unwrap()
}

pub fn options(language: Option<&str>) -> TranscribeOptions<'_> {
    TranscribeOptions {
        language,
        seed: 1,
        windows_at_once: NonZeroUsize::MIN.saturating_add(3),
    }
}

/// The sound of a sample, -1 to 1, as the reference values were made from.
pub fn sound_of(sample: &str) -> Vec<f32> {
    let video = repository(&format!("samples/videos/{sample}.mp4"));
    ffmpeg(&["-i", &video.to_string_lossy()])
}

/// The sound that these arguments describe, at 16 kHz.
pub fn ffmpeg(arguments: &[&str]) -> Vec<f32> {
    let output = Command::new(path_from("VINDEX_FFMPEG"))
        .args(["-nostdin", "-v", "error"])
        .args(arguments)
        .args([
            "-ac",
            "1",
            "-ar",
            &SAMPLE_RATE_HZ.to_string(),
            "-f",
            "s16le",
            "-",
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let samples = output.stdout.as_chunks::<2>().0.iter();
    samples
        .map(|sample| f32::from(i16::from_le_bytes(*sample)) / 32768.0)
        .collect()
}
