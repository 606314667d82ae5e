//! Text in one frame.

mod detector;
mod layout;
mod letters;
mod pixels;
mod quad;
mod recogniser;
mod regions;
mod session;

use crate::{
    costs::{Clock, Costs},
    error::VisionError,
};
use image::RgbImage;
use letters::Alphabet;
use onnx::Runtime;
use recogniser::recognise;
use session::PictureModel;
use std::{num::NonZeroUsize, path::Path};

/// Text that is read with less certainty is none: false lines scored 0.88 at most, true ones 0.96 at least.
const MIN_CONFIDENCE: f32 = 0.9;
/// A single character is more often a shape that looks like one.
const MIN_CHARACTERS: usize = 2;

/// A line of text in a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLine {
    /// What it says: composed form (NFC), single spaces, two characters at least.
    pub text: String,
    /// Mean probability of its characters, 0.9 to 1.
    pub confidence: f32,
    /// Where it stands, in pixels of the frame: clockwise from where its first letter begins on top. Corners may lie
    /// outside the frame.
    pub corners: [(f32, f32); 4],
}

/// Reads the text in frames. Shared between tasks; each of its two models runs one picture at a time.
#[derive(Debug)]
pub struct TextReader {
    detector: PictureModel,
    recogniser: PictureModel,
    alphabet: Alphabet,
}

impl TextReader {
    /// Opens `detection.onnx` and `recognition.onnx` in `folder`, computing on `threads` threads.
    ///
    /// # Errors
    /// A file is missing or damaged, or holds a model for something else.
    pub fn open(
        folder: &Path,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, VisionError> {
        let open = |name, file| PictureModel::open(name, folder.join(file), runtime, threads);
        let detector = open("detector", "detection.onnx")?;
        let recogniser = open("recogniser", "recognition.onnx")?;
        let Some(list) = recogniser.metadata("character") else {
            return Err(VisionError::Interface {
                path: recogniser.path().to_owned(),
                reason: "it does not name its characters".to_owned(),
            });
        };
        Ok(Self {
            detector,
            alphabet: Alphabet::new(&list),
            recogniser,
        })
    }

    /// The lines of text in the frame in reading order: columns from left to right, in each the lines from top to
    /// bottom; what stands close together on one baseline is one line. Empty where nothing can be read with
    /// certainty. Of more than 200 places that look like lines, the largest are read.
    ///
    /// Blocks for about 100 ms of one core and 50 more a line: in asynchronous code call it on a thread for blocking
    /// work.
    ///
    /// # Errors
    /// A model fails, or answers in a shape that does not fit its input.
    pub fn read(&self, frame: &RgbImage) -> Result<Vec<TextLine>, VisionError> {
        let mut all = usize::MAX;
        self.read_within(frame, &mut all)
    }

    /// The same, of as many places as are `left`, which become fewer; of none, the frame is not looked at.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_within(
        &self,
        frame: &RgbImage,
        left: &mut usize,
    ) -> Result<Vec<TextLine>, VisionError> {
        if frame.is_empty() || *left == 0 {
            return Ok(Vec::new());
        }
        let mut lines = Vec::new();
        for corners in detector::detect(&self.detector, frame)? {
            if *left == 0 {
                break;
            }
            *left -= 1;
            let reading = recognise(&self.recogniser, &self.alphabet, frame, &corners)?;
            if reading.confidence >= MIN_CONFIDENCE && !reading.text.is_empty() {
                lines.push(TextLine {
                    text: reading.text,
                    confidence: reading.confidence,
                    corners,
                });
            }
        }
        let mut lines = layout::arranged(lines);
        lines.retain(|line| line.text.chars().count() >= MIN_CHARACTERS);
        Ok(lines)
    }

    /// What the models took since they were opened, by the clock of [`Self::set_clock`].
    #[must_use]
    pub fn spent(&self) -> Costs {
        Costs {
            detector: self.detector.spent(),
            recogniser: self.recogniser.spent(),
        }
    }

    /// Measures by this clock from now on, from 0.
    pub fn set_clock(&self, clock: Clock) {
        self.detector.set_clock(clock);
        self.recogniser.set_clock(clock);
    }
}
