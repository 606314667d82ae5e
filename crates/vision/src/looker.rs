//! A stretch of a video as its models see it.

use crate::{
    FrameView, PictureCells, PictureHash, ScreenText, ShotSpan, ShotText, TextReader, VisionError,
    screen_text, shots,
};
use bytes::Bytes;
use embedding::{ImageEmbedder, Label, PictureLimits, RgbImage, decode_picture};
use std::{ops::Range, sync::Arc};

/// A picture of a video, compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When it is shown, in milliseconds of the video.
    pub time_ms: u64,
    /// A JPEG, PNG or WebP file.
    pub file: Bytes,
}

/// A stretch that looks the same throughout.
#[derive(Clone, Debug, PartialEq)]
pub struct LookedShot {
    /// Where it lies, in milliseconds of the video.
    pub range_ms: Range<u64>,
    /// Position of the frame that stands for it.
    pub frame: usize,
    /// That frame's vector, of length 1.
    pub vector: Vec<f32>,
    /// What the model sees in that frame, likeliest first.
    pub labels: Vec<Label>,
}

/// What was seen in a stretch of a video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// In order of time, without gap or overlap.
    pub shots: Vec<LookedShot>,
    /// What is written in the picture, in order of time.
    pub texts: Vec<ScreenText>,
    /// How many frames could not be decoded.
    pub broken: usize,
    /// From when on text was left unread, in milliseconds of the video; `None` where all was read.
    pub unread_from_ms: Option<u64>,
}

/// So many places of a stretch are read at most, those of earlier shots first: some five minutes of one core. A table
/// that scrolls for minutes has more.
const MOST_READ: usize = 4000;

/// The models that look at frames.
#[derive(Clone, Debug)]
pub struct Looker {
    /// Says what a frame looks like.
    pub images: Arc<ImageEmbedder>,
    /// Reads what is written in it.
    pub texts: Arc<TextReader>,
}

impl Looker {
    /// Looks at every frame, and reads those that stand for a shot. Frames are in order of time and `cuts_ms` tells
    /// where the picture changes from one moment to the next. A frame that is broken costs itself alone: it is
    /// counted and left out. Blocks for seconds.
    ///
    /// # Errors
    /// A model fails.
    pub fn look(
        &self,
        frames: &[Frame],
        cuts_ms: &[u64],
        range_ms: Range<u64>,
    ) -> Result<Looked, VisionError> {
        let mut views = Vec::new();
        // Positions of the frames of `views`, and their labels.
        let mut kept = Vec::new();
        for (position, frame) in frames.iter().enumerate() {
            let Some(picture) = decode(frame) else {
                continue;
            };
            let embedded = self.images.embed(&picture)?;
            views.push(FrameView {
                time_ms: frame.time_ms,
                vector: embedded.vector,
                hash: PictureHash::of(&picture),
                cells: PictureCells::of(&picture),
            });
            kept.push((position, embedded.labels));
        }
        let mut looked = Looked {
            broken: frames.len() - kept.len(),
            ..Looked::default()
        };
        let mut written = Vec::new();
        let mut left = MOST_READ;
        for span in shots(&views, cuts_ms, range_ms) {
            let (frame, labels) = kept[span.representative].clone();
            written.push(self.read(&frames[frame], &span, &mut left)?);
            if left == 0 {
                looked.unread_from_ms.get_or_insert(span.start_ms);
            }
            looked.shots.push(LookedShot {
                range_ms: span.start_ms..span.end_ms,
                frame,
                vector: views[span.representative].vector.clone(),
                labels,
            });
        }
        looked.texts = screen_text(&written);
        Ok(looked)
    }

    fn read(
        &self,
        frame: &Frame,
        span: &ShotSpan,
        left: &mut usize,
    ) -> Result<ShotText, VisionError> {
        // Decoded once more: all pictures of a chunk take more memory than decoding a few of them takes time.
        let lines = match decode(frame) {
            Some(picture) => self.texts.read_within(&picture, left)?,
            None => Vec::new(),
        };
        Ok(ShotText {
            start_ms: span.start_ms,
            end_ms: span.end_ms,
            lines,
        })
    }
}

fn decode(frame: &Frame) -> Option<RgbImage> {
    decode_picture(&frame.file, PictureLimits::default()).ok()
}
