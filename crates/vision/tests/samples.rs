//! The captions of the samples, which are known to the frame, and nothing where there is none.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use image::RgbImage;
use serde::Deserialize;
use std::process::Command;
use support::{path_from, reader, repository, texts};

const SAMPLES: [&str; 5] = [
    "farm-morning",
    "hill-walk",
    "making-music",
    "stones-that-stayed",
    "wildlife-notebook",
];
/// Size of their pictures.
const SIZE: (u32, u32) = (640, 360);

#[derive(Deserialize)]
struct Truth {
    scenes: Vec<Scene>,
}

/// Times are in seconds.
#[derive(Deserialize)]
struct Scene {
    start: f64,
    end: f64,
    on_screen_text: Option<String>,
}

fn frame_at(sample: &str, second: f64) -> RgbImage {
    let video = repository(&format!("samples/videos/{sample}.mp4"));
    let output = Command::new(path_from("VINDEX_FFMPEG"))
        .args(["-nostdin", "-v", "error", "-ss", &second.to_string(), "-i"])
        .arg(video)
        .args(["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    RgbImage::from_raw(SIZE.0, SIZE.1, output.stdout).unwrap()
}

#[test]
fn captions_are_read_exactly_and_photographs_hold_no_text() {
    let reader = reader();
    let (mut with, mut without) = (0, 0);
    for sample in SAMPLES {
        let path = repository(&format!("samples/truth/{sample}.json"));
        let truth: Truth = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for scene in truth.scenes {
            let second = f64::midpoint(scene.start, scene.end);
            let expected: Vec<String> = scene.on_screen_text.into_iter().collect();
            let found = texts(&reader, &frame_at(sample, second));
            assert_eq!(found, expected, "{sample} at {second} s");
            if found.is_empty() {
                without += 1;
            } else {
                with += 1;
            }
        }
    }
    assert_eq!((with, without), (14, 24));
}
