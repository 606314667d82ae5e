//! What pictures that look alike have nearly in common.

use image::{RgbImage, imageops::FilterType};

const SIDE: u32 = 8;
/// Cells in a row of a picture: in one of them lie two or three letters of a slide, few enough that other letters make
/// it brighter or darker.
const CELLS_WIDE: u32 = 48;
const CELLS_HIGH: u32 = 32;
/// A cell has changed if its brightness differs by more, of 255: a few letters on paper make 20 and more, while
/// compression and noise make 4 at most.
const CLEAR: u8 = 16;

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

/// How bright each part of a picture is. Tells slides apart that have paper and layout in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureCells(Vec<u8>);

impl PictureCells {
    /// The cells of a picture.
    #[must_use]
    pub fn of(picture: &RgbImage) -> Self {
        let small = image::imageops::thumbnail(picture, CELLS_WIDE, CELLS_HIGH);
        Self(image::imageops::grayscale(&small).into_raw())
    }

    /// The part of all cells whose brightness differs clearly, 0 to 1.
    #[must_use]
    pub fn changed(&self, other: &Self) -> f32 {
        let pairs = self.0.iter().zip(&other.0);
        let changed = pairs.filter(|(one, other)| one.abs_diff(**other) > CLEAR);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a picture has less cells than 24 bits count"
        )]
        let part = changed.count() as f32 / self.0.len() as f32;
        part
    }

    #[cfg(test)]
    pub(super) fn of_brightness(brightness: u8) -> Self {
        Self(vec![brightness; (CELLS_WIDE * CELLS_HIGH) as usize])
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
    fn a_picture_of_one_pixel_has_a_hash_and_cells() {
        let picture = RgbImage::new(1, 1);
        assert_eq!(PictureHash::of(&picture), PictureHash(0));
        let cells = PictureCells::of(&picture);
        assert_eq!(cells, PictureCells::of_brightness(0));
        assert_eq!(cells.changed(&PictureCells::of_brightness(255)), 1.0);
    }

    #[test]
    fn another_line_of_text_changes_cells_and_noise_does_not() {
        // Words as bars of 14 pixels on paper.
        let slide = |word: u32| {
            RgbImage::from_fn(640, 360, |x, y| {
                let is_ink = (100..114).contains(&y) && x < 400 && x % word < word * 2 / 3;
                Rgb([if is_ink { 20 } else { 240 }; 3])
            })
        };
        let noisy = RgbImage::from_fn(640, 360, |x, y| {
            let noise = (x * 7919 + y * 104_729) % 13;
            Rgb(slide(60).get_pixel(x, y).0.map(|value| value - noise as u8))
        });
        let cells = PictureCells::of(&slide(60));
        let changed = cells.changed(&PictureCells::of(&slide(47)));
        assert!(changed > 0.02, "{changed}");
        assert_eq!(cells.changed(&PictureCells::of(&noisy)), 0.0);
    }
}
