//! A hash that pictures which look alike have nearly in common.

use image::{RgbImage, imageops::FilterType};

const SIDE: u32 = 8;

/// 64 bits of a picture: whether it gets brighter from one pixel to the next, on a grid of 9x8 ("difference hash").
/// Brightness, contrast and size hardly matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureHash(u64);

impl PictureHash {
    /// The hash of a picture.
    #[must_use]
    pub fn of(picture: &RgbImage) -> Self {
        let small = image::imageops::resize(picture, SIDE + 1, SIDE, FilterType::Triangle);
        let grey = |x, y| {
            let [red, green, blue] = small.get_pixel(x, y).0.map(u32::from);
            299 * red + 587 * green + 114 * blue
        };
        let mut bits = 0;
        for y in 0..SIDE {
            for x in 0..SIDE {
                bits = bits << 1 | u64::from(grey(x, y) < grey(x + 1, y));
            }
        }
        Self(bits)
    }

    /// In how many of their 64 bits two hashes differ.
    #[must_use]
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    #[cfg(test)]
    pub(super) fn of_bits(bits: u64) -> Self {
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn picture(width: u32, height: u32, grey: impl Fn(f64, f64) -> f64) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let value = grey(
                f64::from(x) / f64::from(width),
                f64::from(y) / f64::from(height),
            );
            Rgb([value as u8; 3])
        })
    }

    fn waves(x: f64, y: f64) -> f64 {
        120.0 + 60.0 * (9.0 * x + 3.0 * y).sin()
    }

    #[test]
    fn size_and_brightness_hardly_matter_and_content_does() {
        let hash = PictureHash::of(&picture(640, 360, waves));
        let smaller = PictureHash::of(&picture(320, 200, waves));
        let darker = PictureHash::of(&picture(640, 360, |x, y| waves(x, y) / 2.0));
        let other = PictureHash::of(&picture(640, 360, |x, y| waves(y * 3.0, x)));
        assert!(hash.distance(smaller) <= 3);
        assert!(hash.distance(darker) <= 3);
        assert!(hash.distance(other) >= 16, "{}", hash.distance(other));
    }

    #[test]
    fn a_picture_of_one_pixel_has_a_hash() {
        assert_eq!(PictureHash::of(&RgbImage::new(1, 1)), PictureHash(0));
    }
}
