//! Whether a file is whole, where its decoder would not say: that of JPEG fills the rest with grey, and that of WebP
//! reads an animation no further than to its first picture.

use image::ImageFormat;

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// Whether the bytes reach as far as they say. What comes after that does not matter.
pub(super) fn is_whole(format: ImageFormat, bytes: &[u8]) -> bool {
    match format {
        ImageFormat::Jpeg => jpeg_has_end(bytes),
        ImageFormat::WebP => riff_length(bytes).is_some_and(|length| length <= bytes.len() as u64),
        _ => true,
    }
}

/// Length of a RIFF file by its header.
fn riff_length(bytes: &[u8]) -> Option<u64> {
    let length = bytes.get(4..)?.first_chunk()?;
    Some(u64::from(u32::from_le_bytes(*length)) + 8)
}

fn jpeg_has_end(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((marker, after)) = next_marker(rest) {
        rest = match marker {
            END => return true,
            // Fillers, stuffed zeros and restarts are part of a scan's data; none of them has a length.
            0x00 | 0x01 | 0xff | 0xd0..=0xd7 | START => after,
            SCAN => after,
            _ => match segment_length(after).and_then(|length| after.get(length..)) {
                Some(rest) => rest,
                None => return false,
            },
        };
    }
    false
}

/// The byte after the next 0xff, and what follows it.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0xff)?;
    let (marker, after) = bytes.get(at + 1..)?.split_first()?;
    if *marker == 0xff {
        // A filler: the second one may begin the marker.
        return Some((*marker, &bytes[at + 1..]));
    }
    Some((*marker, after))
}

/// Length of a segment with its two bytes of length.
fn segment_length(segment: &[u8]) -> Option<usize> {
    let length = segment.first_chunk::<2>()?;
    Some(usize::from(u16::from_be_bytes(*length)))
}
