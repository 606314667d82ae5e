//! Pictures and queries against vectors that another implementation made of the same files (ONNX Runtime, tokenizers
//! and Pillow in Python, by `fixtures/make_*.py`).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use embedding::{
    ImageEmbedder, PictureLimits, RgbImage, VisualQueryEmbedder, decode_picture,
    open_visual_queries,
};
use onnx::Runtime;
use serde::Deserialize;
use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};

#[derive(Deserialize)]
struct Expected {
    pictures: Vec<Picture>,
    texts: Vec<Text>,
}

#[derive(Deserialize)]
struct Picture {
    file: String,
    vector: Vec<f32>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    vector: Vec<f32>,
}

fn runtime() -> &'static Runtime {
    let library = std::env::var_os("VINDEX_ONNXRUNTIME")
        .expect("VINDEX_ONNXRUNTIME is not set: run through `cargo xtask test`");
    Runtime::load(Path::new(&library)).unwrap()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn expected(model: &str) -> Expected {
    let bytes = std::fs::read(fixture(model).join("expected.json")).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn frame(name: &str) -> RgbImage {
    let bytes = std::fs::read(fixture("nano-clip").join(name)).unwrap();
    decode_picture(&bytes, PictureLimits::default()).unwrap()
}

fn images(folder: &Path) -> ImageEmbedder {
    ImageEmbedder::open(folder, "a model", runtime(), NonZeroUsize::MIN).unwrap()
}

fn queries(folder: &Path) -> Arc<dyn VisualQueryEmbedder> {
    open_visual_queries(folder, "a model", runtime(), NonZeroUsize::MIN, None).unwrap()
}

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// Compares vectors of every picture and text of a fixture.
fn check(model: &str, dimensions: usize, least_cosine: f32) {
    let (images, queries) = (images(&fixture(model)), queries(&fixture(model)));
    assert_eq!(images.dimensions(), dimensions);
    assert_eq!(queries.dimensions(), dimensions);
    assert_eq!(images.model_name(), "a model");
    assert!(!queries.is_stand_in());
    let close = |made: &[f32], expected: &[f32], what: &str| {
        let likeness = cosine(made, expected);
        assert!(likeness >= least_cosine, "{what}: {likeness}");
        let length = cosine(made, made).sqrt();
        assert!((length - 1.0).abs() < 1e-4, "{what}: length {length}");
    };
    let expected = expected(model);
    for picture in expected.pictures {
        let made = images.embed(&frame(&picture.file)).unwrap();
        close(&made.vector, &picture.vector, &picture.file);
        assert!(made.labels.is_empty());
    }
    for text in expected.texts {
        close(
            &queries.embed(&text.text).unwrap(),
            &text.vector,
            &text.text,
        );
    }
}

#[test]
fn a_clip_gives_the_vectors_of_the_reference() {
    // Products of 8-bit integers differ a little between processors.
    check("nano-clip", 128, 0.9999);
}

#[test]
fn a_siglip_gives_the_vectors_of_the_reference() {
    check("siglip", 24, 0.999_999);
}

#[test]
fn a_query_finds_its_picture() {
    let (images, queries) = (
        images(&fixture("nano-clip")),
        queries(&fixture("nano-clip")),
    );
    let pictures: Vec<_> = (0..10)
        .map(|number| images.embed(&frame(&format!("frame{number}.png"))).unwrap())
        .collect();
    let best = |text: &str| {
        let query = queries.embed(text).unwrap();
        let score = |number: &usize| cosine(&query, &pictures[*number].vector);
        (0..10)
            .max_by(|left, right| score(left).total_cmp(&score(right)))
            .unwrap()
    };
    assert_eq!(best("a red car by the sea"), 0);
    assert_eq!(best("two birds in the night sky"), 1);
    assert_eq!(best("a slide with a blue triangle"), 2);
}

#[test]
fn queries_are_filled_up_whichever_file_says_how() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["config.json", "text_model.onnx", "tokenizer.json"] {
        std::fs::copy(fixture("siglip").join(file), folder.path().join(file)).unwrap();
    }
    let expected = expected("siglip");
    let check = || {
        let made = queries(folder.path()).embed(&expected.texts[0].text);
        assert!(cosine(&made.unwrap(), &expected.texts[0].vector) > 0.999_999);
    };
    // Nothing says it, but the vocabulary has a token of that name.
    check();
    let map = folder.path().join("special_tokens_map.json");
    std::fs::write(map, r#"{"pad_token": "<pad>"}"#).unwrap();
    check();
    let tokenizer = std::fs::read_to_string(folder.path().join("tokenizer.json")).unwrap();
    let own = r#""padding": {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": null,
                 "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>"}"#;
    let changed = tokenizer.replacen(r#""padding": null"#, own, 1);
    assert_ne!(tokenizer, changed);
    std::fs::write(folder.path().join("tokenizer.json"), changed).unwrap();
    check();
}

#[test]
fn a_folder_that_is_no_such_model_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |file: &str| {
        let from = fixture("nano-clip").join(file);
        std::fs::copy(from, folder.path().join(file)).unwrap();
    };
    let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
    let check = |expected: &str| {
        let open = ImageEmbedder::open(folder.path(), "odd", runtime(), NonZeroUsize::MIN);
        let message = open.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    check("config.json can't be used");
    write("config.json", r#"{"model_type": "blip"}"#);
    check("unknown variant `blip`");
    copy("config.json");
    check("preprocessor_config.json can't be used");
    copy("preprocessor_config.json");
    check("vision_model.onnx");
    copy("text_model.onnx");
    std::fs::rename(
        folder.path().join("text_model.onnx"),
        folder.path().join("vision_model.onnx"),
    )
    .unwrap();
    check("takes input_ids");
    copy("vision_model.onnx");
    write(
        "config.json",
        r#"{"model_type": "clip", "projection_dim": 64}"#,
    );
    check("its image_embeds is 128 long, but config.json says 64");
    write("config.json", r#"{"model_type": "visual-bridge"}"#);
    copy("text_model.onnx");
    let open = open_visual_queries(folder.path(), "odd", runtime(), NonZeroUsize::MIN, None);
    let message = open.unwrap_err().to_string();
    assert!(message.contains("needs a text model"), "{message}");
}
