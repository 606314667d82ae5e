//! From a picture to the numbers that a model takes, by the rules of its `preprocessor_config.json`.
//!
//! The steps and their arithmetic are those of the image processors of transformers on Pillow: resize, cut out the
//! middle, scale, normalise. The first two work on 8-bit pixels, so that the last two are a table of 256 entries.

use super::{
    files::{read_json, unusable},
    resize::{Filter, resize_part},
};
use crate::EmbeddingError;
use image::RgbImage;
use serde::Deserialize;
use std::{array, ops::Range, path::Path};

const CHANNELS: usize = 3;
/// The longest side that a model may ask for, in pixels; those in use take up to 512.
const MAX_SIDE_PX: u32 = 4096;

#[derive(Deserialize)]
struct PreprocessorConfig {
    #[serde(default = "yes")]
    do_resize: bool,
    size: Option<Size>,
    resample: Option<u8>,
    do_center_crop: Option<bool>,
    crop_size: Option<Size>,
    #[serde(default = "yes")]
    do_rescale: bool,
    #[serde(default = "one_of_255")]
    rescale_factor: f64,
    #[serde(default = "yes")]
    do_normalize: bool,
    image_mean: Option<[f64; CHANNELS]>,
    image_std: Option<[f64; CHANNELS]>,
}

/// A size as the files have it; a number alone is an old way to write one.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Size {
    Number(u32),
    Both { height: u32, width: u32 },
    Shortest { shortest_edge: u32 },
}

const fn yes() -> bool {
    true
}

const fn one_of_255() -> f64 {
    1.0 / 255.0
}

/// Width and height in pixels.
pub(super) type Pixels = (u32, u32);

/// How a picture is resized before the crop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resize {
    /// The shorter side gets this length and the sides keep their ratio.
    Shortest(u32),
    /// The picture is squeezed into this size.
    Exact(Pixels),
}

/// The rules of one model. The result has always the same size.
#[derive(Debug)]
pub(super) struct Preprocessing {
    resize: Resize,
    filter: Filter,
    /// Size of the result.
    size: Pixels,
    /// What becomes of an 8-bit value in each channel.
    values: [Box<[f32; 256]>; CHANNELS],
}

impl Preprocessing {
    /// Reads `preprocessor_config.json`.
    pub(super) fn read(folder: &Path) -> Result<Self, EmbeddingError> {
        let path = folder.join("preprocessor_config.json");
        Self::new(&read_json(&path)?).map_err(|reason| unusable(&path, reason))
    }

    fn new(config: &PreprocessorConfig) -> Result<Self, String> {
        let crop = match (config.do_center_crop, config.crop_size) {
            (Some(false), _) | (None, None) => None,
            (_, Some(Size::Number(side))) => Some((side, side)),
            (_, Some(Size::Both { height, width })) => Some((width, height)),
            (_, other) => return Err(format!("it crops to the size {other:?}")),
        };
        let resize = match (config.do_resize, config.size) {
            (true, Some(Size::Both { height, width })) => Resize::Exact((width, height)),
            (
                true,
                Some(
                    Size::Number(edge)
                    | Size::Shortest {
                        shortest_edge: edge,
                    },
                ),
            ) => Resize::Shortest(edge),
            (_, other) => return Err(format!("it resizes to the size {other:?}")),
        };
        let size = match (crop, resize) {
            (Some(size), _) | (None, Resize::Exact(size)) => size,
            (None, Resize::Shortest(_)) => {
                return Err("it neither crops nor gives width and height".into());
            }
        };
        check_sides(resize, size)?;
        Ok(Self {
            resize,
            filter: filter(config.resample)?,
            size,
            values: values(config)?,
        })
    }

    /// Width and height of the result in pixels.
    pub(super) fn size(&self) -> Pixels {
        self.size
    }

    /// The values of a picture as the model takes them: red, then green, then blue, each row by row.
    ///
    /// # Panics
    /// If the picture has no pixels.
    pub(super) fn apply(&self, picture: &RgbImage) -> Vec<f32> {
        let (width, height) = self.size;
        let (resized_width, resized_height) = self.resize.size_of(picture.dimensions());
        let columns = Middle::of(resized_width, width);
        let rows = Middle::of(resized_height, height);
        let part = resize_part(
            picture,
            (resized_width, resized_height),
            self.filter,
            columns.kept.clone(),
            rows.kept.clone(),
        );
        let mut made = Vec::with_capacity(CHANNELS * width as usize * height as usize);
        for (channel, values) in self.values.iter().enumerate() {
            // What a small picture does not fill is black.
            let black = |count: u32| std::iter::repeat_n(values[0], count as usize);
            made.extend(black(rows.before * width));
            for row in part.rows() {
                made.extend(black(columns.before));
                made.extend(row.map(|pixel| values[usize::from(pixel[channel])]));
                made.extend(black(columns.after));
            }
            made.extend(black(rows.after * width));
        }
        made
    }
}

impl Resize {
    fn size_of(self, (width, height): Pixels) -> Pixels {
        // The longer side is cut to whole pixels, not rounded.
        let longer = |edge: u32, long: u32, short: u32| {
            let length = u64::from(edge) * u64::from(long) / u64::from(short);
            u32::try_from(length).unwrap_or(u32::MAX)
        };
        match self {
            Self::Exact(size) => size,
            Self::Shortest(edge) if width <= height => (edge, longer(edge, height, width)),
            Self::Shortest(edge) => (longer(edge, width, height), edge),
        }
    }
}

/// The middle of a line of pixels, and how many are missing on either side to make it long enough.
#[derive(Debug, PartialEq, Eq)]
struct Middle {
    kept: Range<u32>,
    before: u32,
    after: u32,
}

impl Middle {
    fn of(length: u32, wanted: u32) -> Self {
        // An odd pixel is cut at the end, and one that is missing is filled in at the start.
        if length >= wanted {
            let start = (length - wanted) / 2;
            return Self {
                kept: start..start + wanted,
                before: 0,
                after: 0,
            };
        }
        let before = (wanted - length).div_ceil(2);
        Self {
            kept: 0..length,
            before,
            after: wanted - length - before,
        }
    }
}

fn check_sides(resize: Resize, (width, height): Pixels) -> Result<(), String> {
    let (shorter, longer) = match resize {
        Resize::Shortest(edge) => (edge, edge),
        Resize::Exact((width, height)) => (width.min(height), width.max(height)),
    };
    if shorter.min(width).min(height) == 0 || longer.max(width).max(height) > MAX_SIDE_PX {
        return Err(format!(
            "its pictures have sides of 0 or of more than {MAX_SIDE_PX} pixels"
        ));
    }
    Ok(())
}

/// By Pillow's numbers.
fn filter(resample: Option<u8>) -> Result<Filter, String> {
    match resample {
        Some(1) => Ok(Filter::Lanczos),
        Some(2) => Ok(Filter::Bilinear),
        Some(3) => Ok(Filter::Bicubic),
        Some(other) => Err(format!(
            "resample is {other}, which is neither Lanczos (1) nor bilinear (2) nor bicubic (3)"
        )),
        None => Err("resample is missing".into()),
    }
}

/// What becomes of each 8-bit value, in the precision of each step that transformers takes.
fn values(config: &PreprocessorConfig) -> Result<[Box<[f32; 256]>; CHANNELS], String> {
    let (mean, deviation) = match (config.do_normalize, config.image_mean, config.image_std) {
        (false, _, _) => ([0.0; CHANNELS], [1.0; CHANNELS]),
        (true, Some(mean), Some(deviation)) => (mean, deviation),
        (true, _, _) => return Err("image_mean or image_std is missing".into()),
    };
    if deviation.contains(&0.0) {
        return Err("image_std is 0".into());
    }
    let factor = if config.do_rescale {
        config.rescale_factor
    } else {
        1.0
    };
    Ok(array::from_fn(|channel| {
        Box::new(array::from_fn(|value| {
            let scaled = (value as f64 * factor) as f32;
            (scaled - mean[channel] as f32) / deviation[channel] as f32
        }))
    }))
}

#[cfg(test)]
mod tests;
