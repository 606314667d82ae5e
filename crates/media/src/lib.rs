//! Everything that touches ffmpeg: what a file holds, and its sound, pictures and captions by time range.
//!
//! ffmpeg never sees the network, a signed URL or a name chosen by a user. This process serves the bytes of one
//! object on one loopback address with a random path ([`RangeServer`]), and ffmpeg may open nothing else: the
//! protocols and container formats it accepts are listed before every input. What arrives is hostile until
//! proven otherwise, so every run has a time limit, an empty environment and a folder of its own.
//!
//! The steps, in the order a video goes through them: [`probe`] reads the container's index, [`remux`] copies the
//! streams of a file that can't be sought into one that can, [`extract_chunk`] reads one time range once.

#![warn(missing_docs)]

mod error;
mod extract;
mod ffmpeg;
mod probe;
mod range_server;
mod remux;
pub mod subtitles;
#[cfg(test)]
mod test_media;

pub use error::MediaError;
pub use extract::{
    Border, ChunkRange, ExtractSettings, Extracted, Frame, MillisecondRange, PlannedChunk, Warning,
    extract_chunk,
};
pub use ffmpeg::Ffmpeg;
pub use probe::{
    AudioStream, MediaInfo, MediaLimits, Stream, StreamKind, SubtitleStream, VideoStream, probe,
};
pub use range_server::{
    FileSource, MemorySource, RangeServer, RangeSource, ReadSettings, ReadStats, SourceError,
};
pub use remux::{needs_remux, remux};
pub use subtitles::Cue;
