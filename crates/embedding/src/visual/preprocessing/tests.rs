//! Pixels against those of Pillow and transformers, to the last bit. `tests/fixtures/make_*.py` made the files.

use super::*;
use image::RgbImage;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

#[derive(Deserialize)]
struct Pillow {
    resized: Vec<Resized>,
    prepared: Vec<Prepared>,
}

#[derive(Deserialize)]
struct Resized {
    from: Pixels,
    to: Pixels,
    resample: u8,
}

#[derive(Deserialize)]
struct Prepared {
    from: Pixels,
    config: PreprocessorConfig,
    sha256: String,
}

#[derive(Deserialize)]
struct Expected {
    pictures: Vec<ExpectedPicture>,
}

#[derive(Deserialize)]
struct ExpectedPicture {
    file: String,
    pixels_sha256: String,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn fixture<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_slice(&std::fs::read(fixtures().join(name)).unwrap()).unwrap()
}

/// What `make_pillow.py` draws.
fn noise((width, height): Pixels) -> RgbImage {
    let mut state = 119_u32;
    let values = (0..width * height * 3).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    RgbImage::from_raw(width, height, values.collect()).unwrap()
}

fn sha256(values: &[f32]) -> String {
    let mut hash = Sha256::new();
    for value in values {
        hash.update(value.to_le_bytes());
    }
    let digest = hash.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn odd_sizes_are_resized_as_pillow_does() {
    let mut expected = &std::fs::read(fixtures().join("pillow.rgb")).unwrap()[..];
    for case in fixture::<Pillow>("pillow.json").resized {
        let (width, height) = case.to;
        let filter = filter(Some(case.resample)).unwrap();
        let made = resize_part(&noise(case.from), case.to, filter, 0..width, 0..height).into_raw();
        let (this, rest) = expected.split_at(made.len());
        let (from, to) = (case.from, case.to);
        assert!(made == this, "{filter:?} from {from:?} to {to:?}");
        expected = rest;
    }
    assert!(expected.is_empty());
}

#[test]
fn a_part_is_what_the_whole_has_there() {
    let picture = noise((97, 61));
    let whole = resize_part(&picture, (31, 17), Filter::Bicubic, 0..31, 0..17);
    let part = resize_part(&picture, (31, 17), Filter::Bicubic, 5..20, 3..9);
    for (x, y, pixel) in part.enumerate_pixels() {
        assert_eq!(pixel, whole.get_pixel(x + 5, y + 3));
    }
}

#[test]
fn the_middle_is_cut_or_filled_up_as_transformers_does() {
    for case in fixture::<Pillow>("pillow.json").prepared {
        let preprocessing = Preprocessing::new(&case.config).unwrap();
        let made = preprocessing.apply(&noise(case.from));
        assert_eq!(sha256(&made), case.sha256, "{:?}", preprocessing.size());
    }
}

#[test]
fn frames_become_the_values_that_the_models_were_given() {
    for (model, size) in [("nano-clip", (224, 224)), ("siglip", (32, 24))] {
        let preprocessing = Preprocessing::read(&fixtures().join(model)).unwrap();
        assert_eq!(preprocessing.size(), size);
        let expected: Expected = fixture(&format!("{model}/expected.json"));
        assert!(expected.pictures.len() >= 3);
        for picture in expected.pictures {
            let path = fixtures().join("nano-clip").join(&picture.file);
            let made = preprocessing.apply(&image::open(path).unwrap().into_rgb8());
            assert_eq!(
                sha256(&made),
                picture.pixels_sha256,
                "{model} {}",
                picture.file
            );
        }
    }
}

#[test]
fn a_picture_of_one_long_line_is_no_trouble() {
    let preprocessing = Preprocessing::read(&fixtures().join("nano-clip")).unwrap();
    for size in [(8192, 1), (1, 8192), (1, 1), (2, 3)] {
        assert_eq!(preprocessing.apply(&noise(size)).len(), 3 * 224 * 224);
    }
}

#[test]
fn rules_that_are_not_understood_are_refused_by_name() {
    let check = |change: &str, expected: &str| {
        let rules = r#""size": {"shortest_edge": 8}, "crop_size": 8, "resample": 3,
                       "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]"#;
        let mut config: serde_json::Value = serde_json::from_str(&format!("{{{rules}}}")).unwrap();
        let change: serde_json::Map<_, _> = serde_json::from_str(change).unwrap();
        config.as_object_mut().unwrap().extend(change);
        let config = serde_json::from_value(config).unwrap();
        let reason = Preprocessing::new(&config).map_or_else(|reason| reason, |_| String::new());
        assert!(reason.contains(expected), "{reason}");
        assert_eq!(reason.is_empty(), expected.is_empty(), "{reason}");
    };
    check("{}", "");
    check(r#"{"do_center_crop": true}"#, "");
    check(r#"{"size": 8}"#, "");
    check(r#"{"resample": 0}"#, "resample is 0");
    check(r#"{"resample": null}"#, "resample is missing");
    check(r#"{"do_resize": false}"#, "resizes");
    check(r#"{"size": null}"#, "resizes");
    check(r#"{"do_center_crop": false}"#, "neither crops");
    check(r#"{"crop_size": {"shortest_edge": 8}}"#, "crops to");
    check(r#"{"crop_size": 0}"#, "sides of 0");
    check(
        r#"{"size": {"height": 8, "width": 100000}}"#,
        "more than 4096",
    );
    check(r#"{"image_std": null}"#, "image_std");
    check(r#"{"image_std": [1, 0, 1]}"#, "image_std is 0");
}
