//! Pictures of every kind that is read, and bytes that nobody should send (`fixtures/make_pictures.py`).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use embedding::{PictureError, PictureLimits, RgbImage, decode_picture};
use std::path::{Path, PathBuf};

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255; 3];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn decode(name: &str) -> Result<RgbImage, PictureError> {
    decode_picture(&bytes(name), PictureLimits::default())
}

/// Compares the middles of the four fields: above left, above right, below left, below right.
fn check(name: &str, expected: [[u8; 3]; 4], tolerance: u8) {
    let picture = decode(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(picture.dimensions(), (24, 16), "{name}");
    for ((x, y), expected) in [(6, 4), (18, 4), (6, 12), (18, 12)]
        .into_iter()
        .zip(expected)
    {
        let found = picture.get_pixel(x, y).0;
        let close = found
            .iter()
            .zip(expected)
            .all(|(found, expected)| found.abs_diff(expected) <= tolerance);
        assert!(
            close,
            "{name} at {x}, {y}: {found:?} instead of {expected:?}"
        );
    }
}

/// Every file that can be read.
fn readable() -> Vec<(PathBuf, Vec<u8>)> {
    let files = std::fs::read_dir(folder()).unwrap();
    let mut files: Vec<_> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap();
            !["huge", "heavy", "other"].contains(&name)
        })
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() > 20);
    files
}

#[test]
fn every_kind_of_file_shows_the_same_picture() {
    let fields = [RED, GREEN, BLUE, WHITE];
    for name in [
        "plain.png",
        "palette.png",
        "deep.png",
        "clear.png",
        "clear.webp",
        "animated.webp",
    ] {
        check(name, fields, 0);
    }
    for name in [
        "progressive.jpg",
        "subsampled.jpg",
        "cmyk.jpg",
        "lossy.webp",
    ] {
        check(name, fields, 12);
    }
    let grey = [[76; 3], [150; 3], [29; 3], WHITE];
    check("grey.png", grey, 0);
    check("grey.jpg", grey, 3);
    check("half-black.png", [[127; 3]; 4], 0);
    assert_eq!(decode("one-pixel.png").unwrap().as_raw(), &[10, 20, 30]);
}

#[test]
fn pictures_are_upright() {
    for orientation in 1..=8 {
        check(
            &format!("orientation-{orientation}.jpg"),
            [RED, GREEN, BLUE, WHITE],
            12,
        );
    }
    check("orientation-6.png", [RED, GREEN, BLUE, WHITE], 0);
    check("orientation-6.webp", [RED, GREEN, BLUE, WHITE], 0);
}

#[test]
fn what_asks_for_too_much_is_refused_before_it_is_decoded() {
    for name in ["huge.png", "huge.jpg"] {
        let error = decode(name).unwrap_err();
        assert!(
            matches!(error, PictureError::TooManyPixels { .. }),
            "{name}: {error:?}"
        );
        let message = error.to_string();
        assert!(
            message.contains("60000 x 60000") && message.contains("8192"),
            "{message}"
        );
    }
    let error = decode("heavy.png").unwrap_err();
    assert!(
        matches!(error, PictureError::TooMuchMemory { .. }),
        "{error:?}"
    );
    let limits = PictureLimits {
        max_pixels: 24 * 16 - 1,
        ..PictureLimits::default()
    };
    for (path, bytes) in readable() {
        let one_pixel = path.ends_with("one-pixel.png");
        let refused = decode_picture(&bytes, limits).is_err();
        assert_eq!(refused, !one_pixel, "{}", path.display());
    }
}

#[test]
fn other_files_are_refused_by_what_they_hold() {
    for name in ["other.gif", "other.bmp"] {
        let error = decode(name).unwrap_err();
        assert!(
            matches!(error, PictureError::UnknownKind),
            "{name}: {error:?}"
        );
    }
    for bytes in [&b""[..], b"\xff", b"<svg/>", b"%PDF-1.7", &[0; 64]] {
        let error = decode_picture(bytes, PictureLimits::default()).unwrap_err();
        assert!(matches!(error, PictureError::UnknownKind), "{error:?}");
    }
}

#[test]
fn a_file_that_breaks_off_is_refused() {
    for (path, bytes) in readable() {
        for sixteenth in 0..16 {
            let part = &bytes[..bytes.len() * sixteenth / 16];
            let decoded = decode_picture(part, PictureLimits::default());
            assert!(decoded.is_err(), "{} at {sixteenth}/16", path.display());
        }
    }
    let jpeg = bytes("subsampled.jpg");
    let error = decode_picture(&jpeg[..jpeg.len() - 2], PictureLimits::default()).unwrap_err();
    assert!(matches!(error, PictureError::Truncated), "{error:?}");
    let more = [&jpeg[..], b"what a camera wrote behind it"].concat();
    assert!(decode_picture(&more, PictureLimits::default()).is_ok());
}

#[test]
fn damage_never_does_more_than_refuse_or_distort() {
    let mut state = 119_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let limits = PictureLimits {
        max_pixels: 1_000_000,
        ..PictureLimits::default()
    };
    let (mut refused, mut distorted) = (0, 0);
    for (_, whole) in readable() {
        for _ in 0..300 {
            let mut bytes = whole.clone();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                bytes[at] ^= 1 << random(8);
            }
            match decode_picture(&bytes, limits) {
                Ok(picture) => {
                    assert!(picture.width() > 0 && picture.height() > 0);
                    distorted += 1;
                }
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 500 && distorted > 500, "{refused} {distorted}");
}
