//! Finds where lines of text are.

use super::{
    pixels::planes,
    quad::Quad,
    regions::{Map, regions},
    session::PictureModel,
};
use crate::error::VisionError;
use image::{
    RgbImage,
    imageops::{FilterType, resize},
};

/// Longest side of the picture that the detector sees.
const LONGEST_SIDE: u32 = 640;
/// Its sides are multiples of this.
const STEP: u32 = 32;

/// The lines of the frame as rectangles in its pixels, in no particular order.
pub(super) fn detect(model: &PictureModel, frame: &RgbImage) -> Result<Vec<Quad>, VisionError> {
    let (width, height) = size(frame);
    let input = if (width, height) == frame.dimensions() {
        planes(frame, 0)
    } else {
        planes(&resize(frame, width, height, FilterType::Triangle), 0)
    };
    let map_size = (width as usize, height as usize);
    let found = model.run(map_size, input, |shape, values| {
        let expected = [1, 1, i64::from(height), i64::from(width)];
        (shape == expected).then(|| {
            regions(Map {
                width: map_size.0,
                height: map_size.1,
                values,
            })
        })
    })?;
    let (across, down) = (
        frame.width() as f32 / width as f32,
        frame.height() as f32 / height as f32,
    );
    let scaled = found
        .into_iter()
        .map(|quad| quad.map(|(x, y)| (x * across, y * down)))
        .collect();
    Ok(scaled)
}

/// The size at which the frame is looked at: never enlarged by more than what the steps ask for.
fn size(frame: &RgbImage) -> (u32, u32) {
    let longest = frame.width().max(frame.height()).max(1);
    let scale = f64::from(LONGEST_SIDE.min(longest)) / f64::from(longest);
    let side = |length: u32| {
        let steps = (f64::from(length) * scale / f64::from(STEP)).round() as u32;
        steps.max(1) * STEP
    };
    (side(frame.width()), side(frame.height()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_steps_and_bounded() {
        let check = |width, height, expected| {
            assert_eq!(size(&RgbImage::new(width, height)), expected);
        };
        check(640, 360, (640, 352));
        check(683, 384, (640, 352));
        check(384, 683, (352, 640));
        check(320, 180, (320, 192));
        check(1, 1, (32, 32));
        check(8192, 1, (640, 32));
        check(1, 8192, (32, 640));
    }
}
