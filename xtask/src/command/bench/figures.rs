//! What was measured, and what was promised.

use std::collections::BTreeMap;
use std::time::Duration;

use super::requests::Requests;
use super::sampling::Usage;
use super::source_reads::SourceReads;
use super::transitions::StatePath;

/// A second `up` is quicker than this.
pub const RUNNING_UP_LIMIT_SECONDS: f64 = 20.0;
/// Bytes read from S3 are at most so many times the object's size.
pub const READ_RATIO_LIMIT: f64 = 1.15;
/// Transitions of the state machine for an hour of video are at most so many.
pub const TRANSITIONS_LIMIT: f64 = 60.0;
/// A function holds at most so much memory, in bytes.
pub const MEMORY_LIMIT_BYTES: u64 = 512 << 20;
/// Memory that grows less than so many times from the short video to the long one does not grow with length.
pub const GROWTH_LIMIT: f64 = 1.15;
/// The functions of the state machine, and the one that starts it, in the order in which they work.
pub const STAGES: [&str; 7] = [
    "ingest-upload",
    "probe-media",
    "extract-chunk",
    "transcribe-chunk",
    "embed-chunk",
    "index-chunk",
    "finalize-video",
];
const HOUR_SECONDS: f64 = 3600.0;

/// Everything that was measured.
#[derive(Debug)]
pub struct Figures {
    /// How long `up` takes.
    pub up: UpTimes,
    /// The way through the state machine.
    pub path: StatePath,
    /// The short video.
    pub short: Run,
    /// The long video.
    pub long: Run,
    /// CPU seconds of ffmpeg alone for key frames and sound of the long video.
    pub decoding_cpu_seconds: f64,
}

/// How long `up` takes.
#[derive(Debug)]
pub struct UpTimes {
    /// With nothing downloaded and nothing deployed; none where it was skipped.
    pub cold: Option<Duration>,
    /// While the stack runs.
    pub running: Duration,
    /// After `down`.
    pub stopped: Duration,
}

/// What one video took.
#[derive(Debug)]
pub struct Run {
    /// Its length in seconds.
    pub video_seconds: f64,
    /// Its size.
    pub size_bytes: u64,
    /// From the start of the upload until it could be searched.
    pub wall_seconds: f64,
    /// Its chunks.
    pub chunks: u64,
    /// How many warnings it ended with.
    pub warnings: u64,
    /// What can be searched.
    pub channels: Vec<String>,
    /// What each function used, by name.
    pub usage: BTreeMap<String, Usage>,
    /// What was read of the upload.
    pub reads: SourceReads,
    /// Requests to S3.
    pub requests: Requests,
}

impl Run {
    /// CPU seconds of a function for each second of video.
    pub fn cpu_ratio(&self, function: &str) -> Option<f64> {
        Some(self.usage.get(function)?.cpu_seconds / self.video_seconds)
    }

    /// CPU seconds of all stages for each second of video.
    pub fn cpu_ratio_of_all(&self) -> f64 {
        STAGES.iter().filter_map(|name| self.cpu_ratio(name)).sum()
    }

    /// Bytes read from S3, divided by the object's size.
    pub fn read_ratio(&self) -> f64 {
        self.reads.bytes as f64 / self.size_bytes as f64
    }

    /// A count for this video, as it would be for an hour.
    pub fn per_hour(&self, count: u64) -> f64 {
        count as f64 * HOUR_SECONDS / self.video_seconds
    }
}

impl Figures {
    /// How many times more memory a function took for the long video.
    pub fn growth(&self, function: &str) -> Option<f64> {
        let peak = |run: &Run| Some(run.usage.get(function)?.peak_bytes as f64);
        Some(peak(&self.long)? / peak(&self.short)?)
    }

    /// Extraction, divided by what ffmpeg alone takes on the same machine for the same video.
    pub fn extraction_ratio(&self) -> Option<f64> {
        let extraction = self.long.usage.get("extract-chunk")?;
        Some(extraction.cpu_seconds / self.decoding_cpu_seconds)
    }

    /// Transitions of the state machine for an hour of the long video.
    pub fn transitions_per_hour(&self) -> f64 {
        self.long.per_hour(self.path.transitions(self.long.chunks))
    }
}
