//! What the tests of the models share. Models, ONNX Runtime and ffmpeg are those that `cargo xtask test` installs.

#![allow(dead_code, reason = "each test program uses a part of this")]

use image::RgbImage;
use onnx::Runtime;
use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};
use vision::TextReader;

pub fn path_from(variable: &str) -> PathBuf {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run through `cargo xtask test`"))
        .into()
}

pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

pub fn runtime() -> &'static Runtime {
    Runtime::load(&path_from("VINDEX_ONNXRUNTIME")).unwrap()
}

pub fn text_models() -> PathBuf {
    path_from("VINDEX_MODELS_DIR").join("ppocr-v6-small")
}

pub fn reader() -> TextReader {
    TextReader::open(&text_models(), runtime(), NonZeroUsize::MIN).unwrap()
}

pub fn texts(reader: &TextReader, frame: &RgbImage) -> Vec<String> {
    let lines = reader.read(frame).unwrap();
    lines.into_iter().map(|line| line.text).collect()
}

/// Characters to put in, take out or change, at least (Levenshtein's distance).
pub fn edit_distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, character) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, compared) in other.iter().enumerate() {
            let changed = diagonal + usize::from(character != *compared);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}
