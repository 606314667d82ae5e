//! From a transcript to captions, and those to WebVTT and SubRip. Pure: no I/O, no clock.
//!
//! Recognised words come with times and are broken anew: at the ends of sentences, at commas and pauses, before
//! words that begin a phrase, never inside a word. Cues of subtitles were timed by their author: those that keep
//! the limits stay as they are, the others are shown longer, or split with times in proportion to their text.
//!
//! Every word is shown, once and in order. A caption has at most [`MAX_LINES`] lines of [`LINE_COLUMNS`]
//! columns; a wide character (Chinese, Japanese, Korean) takes two, so 21 of them fill a line, where 13 to 16
//! are usual. Captions do not overlap, last 1 to 7 seconds and show at most [`MAX_COLUMNS_PER_SECOND`] columns a
//! second. For that a caption stays into the silence after it, else comes earlier, else later, by at most
//! [`SLIP_MS`] from its words. Speech that is faster than this for longer keeps its words and its place, and
//! exceeds the speed, or falls short of a second; so do subtitles whose author did.

mod breaks;
mod columns;
mod lines;
mod partition;
mod pieces;
mod render;
mod runs;
mod timing;

pub use columns::needs_space;
pub use render::{subrip, webvtt};

use contracts::artifacts::Transcript;

/// Most lines of a caption.
pub const MAX_LINES: usize = 2;
/// Most columns of a line.
pub const LINE_COLUMNS: usize = 42;
/// Most columns a second that are shown, a line break counting as one.
pub const MAX_COLUMNS_PER_SECOND: u64 = 20;
/// A caption is shown for at least so long, in milliseconds.
pub const MIN_SHOWN_MS: u64 = 1_000;
/// A caption is shown for at most so long, in milliseconds.
pub const MAX_SHOWN_MS: u64 = 7_000;
/// A gap between two captions is at least so long, in milliseconds, or closed: a shorter one flickers.
pub const MIN_GAP_MS: u64 = 80;
/// A caption starts at most so long before or after its words, in milliseconds.
pub const SLIP_MS: u64 = 1_000;

/// What is shown at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// First millisecond, from the start of the video.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// One line or more, none of them empty.
    pub lines: Vec<String>,
}

/// Captions in order of time. The last one ends with the video at the latest, unless its words do not.
#[must_use]
pub fn captions(transcript: &Transcript, duration_ms: u64) -> Vec<Caption> {
    let runs = runs::runs(transcript);
    timing::place(partition::drafts(&runs, duration_ms), duration_ms)
}

#[cfg(test)]
mod tests;
