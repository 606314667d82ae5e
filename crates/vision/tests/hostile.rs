//! Frames and models that are not what they should be.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use contracts::NamedError;
use image::{
    Rgb, RgbImage,
    imageops::{self, FilterType},
};
use proptest::prelude::*;
use std::{
    num::NonZeroUsize,
    os::unix::fs::symlink,
    path::PathBuf,
    time::{Duration, Instant},
};
use support::{reader, repository, runtime, text_models, texts};
use vision::{TextReader, VisionError};

/// Most lines that are looked at in one frame.
const MOST_LINES: u64 = 200;
/// Several times what the most lines take.
const LIMIT: Duration = Duration::from_secs(120);

/// Nothing can be read, and it is said soon.
fn check_unreadable(reader: &TextReader, name: &str, frame: &RgbImage) {
    let (started, before) = (Instant::now(), reader.spent());
    let found = texts(reader, frame);
    let (elapsed, after) = (started.elapsed(), reader.spent());
    let runs = after.recogniser.runs - before.recogniser.runs;
    println!("{name}: {runs} lines looked at, {elapsed:?}");
    assert_eq!(found, [""; 0], "{name}");
    assert!(
        runs <= MOST_LINES && elapsed < LIMIT,
        "{name}: {runs}, {elapsed:?}"
    );
}

/// The same on every machine.
fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    RgbImage::from_fn(width, height, |_, _| Rgb([byte(), byte(), byte()]))
}

fn chessboard(width: u32, height: u32, side: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([if (x / side + y / side).is_multiple_of(2) {
            255
        } else {
            0
        }; 3])
    })
}

/// Small dark boxes on white, one of `step` pixels in each direction.
fn boxes(width: u32, height: u32, side: (u32, u32), step: (u32, u32)) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let inside = x % step.0 < side.0 && y % step.1 < side.1;
        Rgb([if inside { 20 } else { 250 }; 3])
    })
}

#[test]
fn odd_sizes_hold_no_text() {
    let reader = reader();
    for (width, height) in [
        (0, 0),
        (0, 9),
        (9, 0),
        (1, 1),
        (2, 3),
        (1, 4000),
        (4000, 1),
        (31, 33),
    ] {
        let frame = RgbImage::from_pixel(width, height, Rgb([40, 90, 200]));
        check_unreadable(&reader, &format!("{width}x{height}"), &frame);
        let frame = noise(width, height);
        check_unreadable(&reader, &format!("noise of {width}x{height}"), &frame);
    }
}

#[test]
fn patterns_and_noise_hold_no_text_and_take_bounded_time() {
    let reader = reader();
    for (name, colour) in [("white", 255), ("grey", 128), ("black", 0)] {
        check_unreadable(
            &reader,
            name,
            &RgbImage::from_pixel(640, 360, Rgb([colour; 3])),
        );
    }
    check_unreadable(&reader, "noise", &noise(640, 360));
    check_unreadable(&reader, "large noise", &noise(4096, 2304));
    for side in [1, 2, 4, 8, 16, 32] {
        check_unreadable(
            &reader,
            &format!("chessboard of {side}"),
            &chessboard(640, 640, side),
        );
    }
    for (side, step) in [
        ((3, 3), (8, 8)),
        ((5, 8), (10, 14)),
        ((8, 8), (16, 16)),
        ((24, 8), (40, 16)),
        ((640, 4), (640, 10)),
    ] {
        check_unreadable(
            &reader,
            &format!("boxes of {side:?}"),
            &boxes(640, 640, side, step),
        );
    }
}

/// 260 times the same word: more lines than are looked at.
#[test]
fn a_wall_of_words_takes_bounded_time() {
    let page = repository("crates/vision/tests/fixtures/accents.jpg");
    let page = image::open(page).unwrap().into_rgb8();
    let word = imageops::crop_imm(&page, 56, 132, 82, 36).to_image();
    let word = imageops::resize(&word, 30, 10, FilterType::Triangle);
    let mut wall = RgbImage::from_pixel(640, 640, *page.get_pixel(600, 340));
    for (x, y) in (0..26).flat_map(|row| (0..10).map(move |column| (64 * column, 24 * row))) {
        imageops::replace(&mut wall, &word, x, y);
    }
    let reader = reader();
    let started = Instant::now();
    let found = texts(&reader, &wall);
    let (elapsed, runs) = (started.elapsed(), reader.spent().recogniser.runs);
    println!("{} lines of {runs} read, {elapsed:?}", found.len());
    assert_eq!(runs, MOST_LINES);
    assert!(
        found.len() > 100 && elapsed < LIMIT,
        "{}, {elapsed:?}",
        found.len()
    );
    assert!(found.iter().any(|text| text.contains("Caf")), "{found:?}");
}

/// A folder with these files of the models under other names.
fn models_from(name: &str, detection: &str, recognition: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let models = text_models().canonicalize().unwrap();
    for (file, link) in [
        (detection, "detection.onnx"),
        (recognition, "recognition.onnx"),
    ] {
        symlink(models.join(file), folder.join(link)).unwrap();
    }
    folder
}

#[test]
fn other_models_are_refused() {
    let open = |folder: &PathBuf| TextReader::open(folder, runtime(), NonZeroUsize::MIN);
    let check = |error: VisionError, expected: &str| {
        let message = error.to_string();
        assert!(message.contains(expected), "{message}");
        assert_eq!(error.error_name().as_str(), "InternalDefect");
    };
    let missing = models_from("missing", "nothing.onnx", "recognition.onnx");
    check(open(&missing).unwrap_err(), "detection.onnx");
    let no_characters = models_from("no-characters", "detection.onnx", "detection.onnx");
    check(
        open(&no_characters).unwrap_err(),
        "does not name its characters",
    );
    let no_map = models_from("no-map", "recognition.onnx", "recognition.onnx");
    let reader = open(&no_map).unwrap();
    let error = reader.read(&RgbImage::new(64, 64)).unwrap_err();
    assert_eq!(error.to_string(), "the text detector failed");
    assert_eq!(error.error_name().as_str(), "ToolFailed");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever is on it, a frame is read without a panic, and what is found is text.
    #[test]
    fn any_frame_is_read(
        (width, height) in (1..160_u32, 1..160_u32),
        blocks in prop::collection::vec((0..160_u32, 0..160_u32, 1..40_u32, 1..40_u32, any::<[u8; 3]>()), 0..30),
    ) {
        let mut frame = RgbImage::from_pixel(width, height, Rgb([200; 3]));
        for (left, top, across, down, colour) in blocks {
            for y in top..(top + down).min(height) {
                for x in left..(left + across).min(width) {
                    frame.put_pixel(x, y, Rgb(colour));
                }
            }
        }
        thread_local! {
            static READER: TextReader = reader();
        }
        for line in READER.with(|reader| reader.read(&frame)).unwrap() {
            prop_assert!(line.text.chars().count() >= 2);
            prop_assert!((0.9..=1.001).contains(&line.confidence));
            prop_assert!(line.corners.iter().all(|(x, y)| x.is_finite() && y.is_finite()));
        }
    }
}
