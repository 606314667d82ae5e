//! Pictures as the models take them.

use super::quad::{Point, Quad, height, width};
use image::RgbImage;

/// Most samples taken along each axis for one pixel of a shrunk line.
const MAX_SAMPLES: usize = 8;

/// Planes of blue, green and red from -1 to 1, which the models were taught on. Columns beyond the picture's own
/// are 0.
pub(super) fn planes(image: &RgbImage, padded_width: usize) -> Vec<f32> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let padded_width = padded_width.max(width);
    let mut planes = vec![0.0; 3 * height * padded_width];
    for (colour, plane) in planes.chunks_exact_mut(height * padded_width).enumerate() {
        let rows = image.as_raw().chunks_exact(3 * width);
        for (row, pixels) in plane.chunks_exact_mut(padded_width).zip(rows) {
            for (value, pixel) in row.iter_mut().zip(pixels.chunks_exact(3)) {
                *value = f32::from(pixel[2 - colour]) / 127.5 - 1.0;
            }
        }
    }
    planes
}

/// The turned rectangle of the frame as a level picture of this size. Outside the frame its edge goes on.
pub(super) fn level(frame: &RgbImage, quad: &Quad, to_width: u32, to_height: u32) -> RgbImage {
    let samples = |from: f32, to: u32| ((from / to as f32).round() as usize).clamp(1, MAX_SAMPLES);
    let (across, down) = (
        samples(width(quad), to_width),
        samples(height(quad), to_height),
    );
    let [origin, right, _, below] = *quad;
    // Corners lie in the middle of pixels.
    let (inset_x, inset_y) = (0.5 / width(quad).max(1.0), 0.5 / height(quad).max(1.0));
    let mut level = RgbImage::new(to_width, to_height);
    for (x, y, pixel) in level.enumerate_pixels_mut() {
        let mut sum = [0.0; 3];
        for sample in 0..across * down {
            let part = |index: usize, of: usize| (index as f32 + 0.5) / of as f32;
            let u = (x as f32 + part(sample % across, across)) / to_width as f32 - inset_x;
            let v = (y as f32 + part(sample / across, down)) / to_height as f32 - inset_y;
            let at = (
                origin.0 + u * (right.0 - origin.0) + v * (below.0 - origin.0),
                origin.1 + u * (right.1 - origin.1) + v * (below.1 - origin.1),
            );
            let colours = colours_at(frame, at);
            sum.iter_mut()
                .zip(colours)
                .for_each(|(sum, colour)| *sum += colour);
        }
        pixel.0 = sum.map(|sum| (sum / (across * down) as f32).round() as u8);
    }
    level
}

/// Between four pixels.
fn colours_at(frame: &RgbImage, (x, y): Point) -> [f32; 3] {
    let (x, y) = (
        x.clamp(0.0, (frame.width() - 1) as f32),
        y.clamp(0.0, (frame.height() - 1) as f32),
    );
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = (
        (left + 1).min(frame.width() - 1),
        (top + 1).min(frame.height() - 1),
    );
    let (u, v) = (x - left as f32, y - top as f32);
    let corners = [
        (left, top, (1.0 - u) * (1.0 - v)),
        (right, top, u * (1.0 - v)),
        (left, bottom, (1.0 - u) * v),
        (right, bottom, u * v),
    ];
    let mut colours = [0.0; 3];
    for (x, y, weight) in corners {
        for (sum, value) in colours.iter_mut().zip(frame.get_pixel(x, y).0) {
            *sum += weight * f32::from(value);
        }
    }
    colours
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn planes_are_blue_green_red_and_padded_with_grey() {
        let image = RgbImage::from_pixel(1, 2, Rgb([255, 0, 51]));
        let blue = 51.0 / 127.5 - 1.0;
        let expected = [
            [blue, 0.0, blue, 0.0],
            [-1.0, 0.0, -1.0, 0.0],
            [1.0, 0.0, 1.0, 0.0],
        ];
        assert_eq!(planes(&image, 2), expected.concat());
        assert_eq!(planes(&image, 0).len(), 6);
    }

    #[test]
    fn a_rectangle_is_cut_out_and_scaled() {
        let frame = RgbImage::from_fn(40, 40, |x, y| {
            let inside = (10..=29).contains(&x) && (20..=29).contains(&y);
            Rgb([if inside { 200 } else { 10 }, 0, 0])
        });
        let quad = [(10.0, 20.0), (30.0, 20.0), (30.0, 30.0), (10.0, 30.0)];
        for (width, height) in [(20, 10), (10, 5), (40, 20)] {
            let level = level(&frame, &quad, width, height);
            let middle = level.get_pixel(width / 2, height / 2).0[0];
            assert_eq!((level.dimensions(), middle), ((width, height), 200));
        }
        assert_eq!(level(&frame, &quad, 20, 10).get_pixel(0, 0).0[0], 200);
    }

    #[test]
    fn outside_the_frame_its_edge_goes_on() {
        let frame = RgbImage::from_pixel(2, 2, Rgb([7, 8, 9]));
        let quad = [(-50.0, -9.0), (90.0, -9.0), (90.0, 400.0), (-50.0, 400.0)];
        assert!(
            level(&frame, &quad, 9, 9)
                .pixels()
                .all(|pixel| pixel.0 == [7, 8, 9])
        );
    }
}
