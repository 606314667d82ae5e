//! Resizing as Pillow does it, to the last bit.
//!
//! The models were trained and exported with Pillow's resizing: its filters are stretched when a picture shrinks
//! (antialiasing), weights are rounded to 22 binary places, each pass rounds to 8 bits, and rows are done before
//! columns. Every pixel of the result depends on the input alone, so a part can be computed without the rest.

use image::{Rgb, RgbImage};
use std::{f64::consts::PI, ops::Range};

const CHANNELS: usize = 3;
/// Bits after the binary point of a weight: 32, less 8 for the pixel and 2 for sign and overshoot.
const WEIGHT_BITS: u32 = 22;
const HALF: i32 = 1 << (WEIGHT_BITS - 1);

/// How the pixels around a point become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    /// A triangle over 2 pixels.
    Bilinear,
    /// Keys' cubic with a = -0.5 over 4 pixels.
    Bicubic,
    /// A windowed sinc over 6 pixels.
    Lanczos,
}

impl Filter {
    /// How far it reaches to either side, in pixels of an enlarged picture.
    const fn reach(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
            Self::Lanczos => 3.0,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        let x = distance.abs();
        match self {
            Self::Bilinear if x < 1.0 => 1.0 - x,
            Self::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5,
            Self::Lanczos if x < 3.0 => sinc(x) * sinc(x / 3.0),
            _ => 0.0,
        }
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    (x * PI).sin() / (x * PI)
}

/// Where the pixels of one output row or column come from.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

/// What makes the pixels `wanted` of `to` out of `from` pixels.
fn taps(filter: Filter, from: usize, to: usize, wanted: Range<usize>) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let stretch = scale.max(1.0);
    let reach = filter.reach() * stretch;
    let one = f64::from(1 << WEIGHT_BITS);
    wanted
        .map(|at| {
            if from == to {
                // Pillow leaves out a pass that changes nothing.
                return Taps {
                    first: at,
                    weights: vec![1 << WEIGHT_BITS],
                };
            }
            let centre = (at as f64 + 0.5) * scale;
            let first = (centre - reach + 0.5).max(0.0) as usize;
            let end = ((centre + reach + 0.5) as usize).min(from);
            let weights: Vec<f64> = (first..end)
                .map(|x| filter.weight((x as f64 - centre + 0.5) * (1.0 / stretch)))
                .collect();
            let total: f64 = weights.iter().sum();
            let scaled = weights.iter().map(|weight| weight / total * one);
            Taps {
                first,
                weights: scaled.map(|weight| weight.round() as i32).collect(),
            }
        })
        .collect()
}

/// The part `columns` x `rows` of `picture` resized to `width` x `height` pixels.
///
/// # Panics
/// If the part is not inside the resized picture, or a picture has no pixels.
pub(super) fn resize_part(
    picture: &RgbImage,
    (width, height): (u32, u32),
    filter: Filter,
    columns: Range<u32>,
    rows: Range<u32>,
) -> RgbImage {
    let usizes = |range: Range<u32>| range.start as usize..range.end as usize;
    let across = taps(
        filter,
        picture.width() as usize,
        width as usize,
        usizes(columns),
    );
    let down = taps(
        filter,
        picture.height() as usize,
        height as usize,
        usizes(rows),
    );
    let mut part = RgbImage::from_pixel(across.len() as u32, down.len() as u32, Rgb([0; 3]));
    let (Some(top), Some(last)) = (down.first(), down.last()) else {
        return part;
    };
    let (top, bottom) = (top.first, last.first + last.weights.len());
    let narrow = narrowed(picture, &across, top..bottom);
    let row_length = across.len() * CHANNELS;
    let mut sums = vec![0; row_length];
    for (taps, out) in down.iter().zip(part.chunks_exact_mut(row_length.max(1))) {
        sums.fill(HALF);
        let rows = narrow[(taps.first - top) * row_length..].chunks_exact(row_length.max(1));
        for (weight, row) in taps.weights.iter().zip(rows) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += weight * i32::from(*value);
            }
        }
        for (value, sum) in out.iter_mut().zip(&sums) {
            *value = rounded(*sum);
        }
    }
    part
}

/// The first pass: the rows `rows` of the picture, each with one pixel for every entry of `across`.
fn narrowed(picture: &RgbImage, across: &[Taps], rows: Range<usize>) -> Vec<u8> {
    let row_length = picture.width() as usize * CHANNELS;
    let mut narrow = Vec::with_capacity(rows.len() * across.len() * CHANNELS);
    for row in
        picture.as_raw()[rows.start * row_length..rows.end * row_length].chunks_exact(row_length)
    {
        let (pixels, _) = row.as_chunks::<CHANNELS>();
        for taps in across {
            let mut sums = [HALF; CHANNELS];
            for (weight, pixel) in taps.weights.iter().zip(&pixels[taps.first..]) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += weight * i32::from(*value);
                }
            }
            narrow.extend(sums.map(rounded));
        }
    }
    narrow
}

fn rounded(sum: i32) -> u8 {
    (sum >> WEIGHT_BITS).clamp(0, 255) as u8
}
