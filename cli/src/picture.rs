//! A picture to search for, made small enough to send.

use std::io::Cursor;
use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use contracts::limits::MAX_IMAGE_BYTES;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use crate::failure::Failure;

/// Longest side that is sent, in pixels: more than any model looks at.
const LONGEST_SIDE_PX: u32 = 1024;

/// The file as a search takes it: the bytes of a JPEG, PNG or WebP file in base64, made smaller where they are large.
///
/// # Errors
/// The file can't be read, or is no picture.
pub fn for_search(path: &Path) -> Result<String, Failure> {
    let wrong = |what: &str, error: &dyn std::error::Error| {
        Failure::WrongUse(format!("{} {what}: {error}", path.display()))
    };
    let bytes = std::fs::read(path).map_err(|error| wrong("can't be read", &error))?;
    let bytes = prepare(bytes)
        .map_err(|error| wrong("is no JPEG, PNG or WebP picture that can be read", &error))?;
    Ok(STANDARD.encode(bytes))
}

fn prepare(bytes: Vec<u8>) -> Result<Vec<u8>, ImageError> {
    let smaller = shrink(&bytes)?;
    Ok(smaller.unwrap_or(bytes))
}

/// A JPEG of at most [`LONGEST_SIDE_PX`]; `None` where the picture is small enough as it is.
fn shrink(bytes: &[u8]) -> Result<Option<Vec<u8>>, ImageError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if width.max(height) <= LONGEST_SIDE_PX && bytes.len() <= MAX_IMAGE_BYTES {
        return Ok(None);
    }
    // The new file has no EXIF data to say how it is turned.
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let small = picture.thumbnail(LONGEST_SIDE_PX, LONGEST_SIDE_PX);
    let mut jpeg = Cursor::new(Vec::new());
    small.to_rgb8().write_to(&mut jpeg, ImageFormat::Jpeg)?;
    Ok(Some(jpeg.into_inner()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 9]));
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn small_pictures_are_sent_as_they_are_and_large_ones_smaller() {
        let small = png(100, 50);
        assert_eq!(prepare(small.clone()).unwrap(), small);
        let sent = image::load_from_memory(&prepare(png(3000, 1500)).unwrap()).unwrap();
        assert_eq!((sent.width(), sent.height()), (1024, 512));
    }

    #[test]
    fn what_is_no_picture_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "notes").unwrap();
        let failure = for_search(&path).unwrap_err();
        assert!(
            format!("{failure:?}").contains("notes.txt is no JPEG"),
            "{failure:?}"
        );
    }
}
