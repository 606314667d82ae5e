//! The stand-in against the classifier that it was made of, run by PyTorch (`xtask/models/visual/development`).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use embedding::{ImageEmbedder, PictureLimits, TextEmbedder, decode_picture, open_visual_queries};
use models::{ModelFolder, Role};
use onnx::Runtime;
use serde::Deserialize;
use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};

const NAME: &str = "visual-bridge-fp32";
const CLASSES: usize = 1000;
const TOLERANCE: f32 = 1e-4;
/// What an [`embedding::EmbeddedImage`] promises of its labels.
const MIN_PROBABILITY: f32 = 0.05;

#[derive(Deserialize)]
struct Expected {
    frames: Vec<Frame>,
}

#[derive(Deserialize)]
struct Frame {
    name: String,
}

fn path_from(variable: &str) -> PathBuf {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run through `cargo xtask test`"))
        .into()
}

fn model() -> PathBuf {
    path_from("VINDEX_MODELS_DIR").join(NAME)
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/visual-bridge");
    std::fs::read(folder.join(name)).unwrap()
}

fn images() -> ImageEmbedder {
    let runtime = Runtime::load(&path_from("VINDEX_ONNXRUNTIME")).unwrap();
    ImageEmbedder::open(&model(), NAME, runtime, NonZeroUsize::MIN).unwrap()
}

fn frames() -> Vec<Frame> {
    let expected: Expected = serde_json::from_slice(&fixture("expected.json")).unwrap();
    expected.frames
}

#[test]
fn labels_are_the_classes_of_the_reference() {
    let images = images();
    let names: Vec<String> =
        serde_json::from_slice(&std::fs::read(model().join("labels.json")).unwrap()).unwrap();
    assert_eq!(names.len(), CLASSES);
    let probabilities = fixture("probabilities.f32");
    let probabilities = probabilities.chunks_exact(CLASSES * size_of::<f32>());
    for (frame, probabilities) in frames().iter().zip(probabilities) {
        let probabilities = probabilities.as_chunks().0.iter().copied();
        let mut expected: Vec<(&String, f32)> = names
            .iter()
            .zip(probabilities.map(f32::from_le_bytes))
            .collect();
        expected.retain(|(_, probability)| *probability >= MIN_PROBABILITY);
        expected.sort_by(|left, right| right.1.total_cmp(&left.1));
        expected.truncate(5);
        // The square that the reference was given, so that another decoder of JPEG plays no part.
        let bytes = fixture(&format!("{}.png", frame.name));
        let picture = decode_picture(&bytes, PictureLimits::default()).unwrap();
        let labels = images.embed(&picture).unwrap().labels;
        assert_eq!(labels.len(), expected.len(), "{}", frame.name);
        for (label, (name, probability)) in labels.iter().zip(expected) {
            assert_eq!(&label.name, name, "{}", frame.name);
            let apart = (label.probability - probability).abs();
            assert!(apart < TOLERANCE, "{}: {apart}", frame.name);
        }
    }
}

#[test]
fn a_query_finds_its_frame() {
    let runtime = Runtime::load(&path_from("VINDEX_ONNXRUNTIME")).unwrap();
    let texts = ModelFolder::open(&path_from("VINDEX_MODELS_DIR"), Role::StandInText).unwrap();
    let texts = TextEmbedder::open(&texts, runtime, NonZeroUsize::MIN).unwrap();
    let queries = open_visual_queries(
        &model(),
        NAME,
        runtime,
        NonZeroUsize::MIN,
        Some(&Arc::new(texts)),
    )
    .unwrap();
    let images = images();
    assert!(queries.is_stand_in());
    assert_eq!(queries.dimensions(), images.dimensions());
    let frames: Vec<_> = frames()
        .into_iter()
        .map(|frame| {
            let bytes = fixture(&format!("{}.jpg", frame.name));
            let picture = decode_picture(&bytes, PictureLimits::default()).unwrap();
            (frame.name, images.embed(&picture).unwrap().vector)
        })
        .collect();
    for (query, expected) in [
        ("a giant panda", "panda"),
        ("polar bear", "polar-bear"),
        // The model's class for both is that of porcupines; "hedgehog" alone is no nearer to it than to other animals.
        ("a porcupine", "hedgehog"),
        ("a cow", "cow"),
        ("musicians of an orchestra", "orchestra"),
    ] {
        let vector = queries.embed(query).unwrap();
        let length: f32 = vector.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-4, "{length}");
        let score = |other: &[f32]| -> f32 { vector.iter().zip(other).map(|(a, b)| a * b).sum() };
        let best = frames
            .iter()
            .max_by(|left, right| score(&left.1).total_cmp(&score(&right.1)))
            .unwrap();
        assert_eq!(best.0, expected);
    }
}
