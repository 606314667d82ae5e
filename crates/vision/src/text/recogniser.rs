//! Reads a line of text.

use super::{
    letters::{Alphabet, Reading},
    pixels::{level, planes},
    quad::{self, Quad},
    session::PictureModel,
};
use crate::error::VisionError;
use image::RgbImage;

/// Height of the picture that the recogniser takes.
const HEIGHT: u32 = 48;
/// Shorter lines are padded to this, as the model was taught.
const MIN_WIDTH: u32 = 320;
/// Longer lines are squeezed: 66 times as long as high, more than any line of a screen.
const MAX_WIDTH: u32 = 3200;
/// Taller than wide by this much, a line is one of upright letters turned on its side.
const TURNED: f32 = 1.5;

/// Reads what stands in the rectangle. Lines are read one by one: a batch saves nothing on a processor.
pub(super) fn recognise(
    model: &PictureModel,
    alphabet: &Alphabet,
    frame: &RgbImage,
    quad: &Quad,
) -> Result<Reading, VisionError> {
    let mut quad = *quad;
    if quad::height(&quad) >= TURNED * quad::width(&quad) {
        quad.rotate_left(1);
    }
    let ratio = quad::width(&quad) / quad::height(&quad).max(1.0);
    let width = ((HEIGHT as f32 * ratio).ceil() as u32).clamp(1, MAX_WIDTH);
    let padded = width.max(MIN_WIDTH) as usize;
    let input = planes(&level(frame, &quad, width, HEIGHT), padded);
    model.run((padded, HEIGHT as usize), input, |shape, values| {
        let classes = alphabet.classes() as i64;
        matches!(shape, [1, _, last] if *last == classes).then(|| alphabet.read(values))
    })
}
