//! Pixels of a picture that somebody sent.

mod whole;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage,
    error::LimitErrorKind,
};
use std::io::{Cursor, ErrorKind};

/// How much a picture may ask for. Checked before anything is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureLimits {
    /// Longest side in pixels.
    pub max_side_px: u32,
    /// Most pixels.
    pub max_pixels: u64,
    /// Most bytes that the pixels may take as the file stores them: 1 to 8 a pixel. Decoding takes up to about
    /// three times as much at its peak.
    pub max_decoded_bytes: u64,
}

impl Default for PictureLimits {
    /// 8,192 pixels a side, 40 million in all, 160 MB.
    fn default() -> Self {
        Self {
            max_side_px: contracts::limits::MAX_PICTURE_SIDE_PX,
            max_pixels: 40_000_000,
            max_decoded_bytes: 160_000_000,
        }
    }
}

/// Why a picture can't be read. Each message may be shown to whoever sent it.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The bytes are of no kind of file that is read.
    #[error("the picture is no JPEG, PNG or WebP file")]
    UnknownKind,
    /// The file has more pixels than the limits allow.
    #[error(
        "the picture has {width} x {height} pixels and may have {} on a side and {} in all: make it smaller",
        limits.max_side_px,
        limits.max_pixels
    )]
    TooManyPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// What is allowed.
        limits: PictureLimits,
    },
    /// The file needs more memory than the limits allow.
    #[error("the picture needs more than {max_decoded_bytes} bytes of memory: make it smaller")]
    TooMuchMemory {
        /// What is allowed.
        max_decoded_bytes: u64,
    },
    /// The file breaks off before its end.
    #[error("the picture breaks off before its end: send the whole file")]
    Truncated,
    /// The file contradicts itself.
    #[error("the picture is damaged")]
    Damaged(#[source] ImageError),
    /// The file uses a rare feature of its format.
    #[error("the picture is of a rare kind that can't be read: save it as a usual JPEG or PNG")]
    Unsupported(#[source] ImageError),
}

/// Decodes a JPEG, PNG or WebP file, whatever its name: upright as its EXIF data says, with 8 bits a channel, and on
/// white where it is transparent. Of an animation the first picture is taken. Colour profiles are not applied.
///
/// # Errors
/// [`PictureError`]; the bytes may be anything.
pub fn decode_picture(bytes: &[u8], limits: PictureLimits) -> Result<RgbImage, PictureError> {
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => format,
        _ => return Err(PictureError::UnknownKind),
    };
    let refused = |error| refusal(error, limits);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // For what decoders set aside besides the pixels, such as colour profiles.
    let mut library = Limits::no_limits();
    library.max_alloc = Some(limits.max_decoded_bytes.saturating_mul(2));
    reader.limits(library);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    check_size(&decoder, limits)?;
    if !whole::is_whole(format, bytes) {
        return Err(PictureError::Truncated);
    }
    let orientation = decoder.orientation().map_err(refused)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(orientation);
    if picture.width() == 0 || picture.height() == 0 {
        return Err(PictureError::UnknownKind);
    }
    Ok(if picture.color().has_alpha() {
        on_white(picture)
    } else {
        picture.into_rgb8()
    })
}

fn check_size(decoder: &impl ImageDecoder, limits: PictureLimits) -> Result<(), PictureError> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > limits.max_side_px || pixels > limits.max_pixels {
        return Err(PictureError::TooManyPixels {
            width,
            height,
            limits,
        });
    }
    if decoder.total_bytes() > limits.max_decoded_bytes {
        return Err(PictureError::TooMuchMemory {
            max_decoded_bytes: limits.max_decoded_bytes,
        });
    }
    Ok(())
}

fn on_white(picture: DynamicImage) -> RgbImage {
    let picture = picture.into_rgba8();
    let mut opaque = RgbImage::new(picture.width(), picture.height());
    for (from, to) in picture.pixels().zip(opaque.pixels_mut()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let over = |value: u32| ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        to.0 = [red, green, blue].map(over);
    }
    opaque
}

fn refusal(error: ImageError, limits: PictureLimits) -> PictureError {
    match &error {
        ImageError::Limits(limit) if limit.kind() == LimitErrorKind::InsufficientMemory => {
            PictureError::TooMuchMemory {
                max_decoded_bytes: limits.max_decoded_bytes,
            }
        }
        ImageError::IoError(source) if source.kind() == ErrorKind::UnexpectedEof => {
            PictureError::Truncated
        }
        ImageError::Unsupported(_) => PictureError::Unsupported(error),
        _ => PictureError::Damaged(error),
    }
}
