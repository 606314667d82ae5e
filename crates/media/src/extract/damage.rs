//! Counts what ffmpeg says is broken, while it says it: a broken stream can write far more than is kept of a log.

use std::sync::{Arc, Mutex, PoisonError};

use crate::ffmpeg::LineWatcher;

/// Written about a damaged file, and also when the server hangs up at the end of the range.
const ALSO_AFTER_HANGING_UP: [&str; 4] = [
    "Error during demuxing",
    "File ended prematurely",
    "Read error",
    "partial file",
];
/// Written about whole files too: some covers have no times.
const HARMLESS: &str = "timescale not set";

/// Errors in the part of the file that was asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Damage {
    pub(super) audio_errors: u64,
    pub(super) video_errors: u64,
    /// The container itself is broken somewhere.
    pub(super) container_errors: u64,
    /// A copy to nowhere has passed the end of the range: what follows is cut off by the server.
    has_passed: bool,
}

impl Damage {
    pub(super) fn is_any(self) -> bool {
        self.audio_errors + self.video_errors + self.container_errors > 0
    }

    pub(super) fn add(&mut self, other: Self) {
        self.audio_errors += other.audio_errors;
        self.video_errors += other.video_errors;
        self.container_errors += other.container_errors;
    }

    fn read_line(&mut self, line: &str) {
        self.has_passed |= line.contains("/null @") && line.contains("Terminating thread");
        if !line.contains("[error]") && !line.contains("corrupt decoded frame") {
            return;
        }
        if line.starts_with("[in#0") {
            let mut artefacts = ALSO_AFTER_HANGING_UP.iter();
            let is_artefact = self.has_passed && artefacts.any(|words| line.contains(words));
            self.container_errors += u64::from(!is_artefact && !line.contains(HARMLESS));
        } else if line.starts_with("[vist#") {
            self.video_errors += u64::from(!self.has_passed);
        } else if line.starts_with("[aist#") {
            self.audio_errors += u64::from(!self.has_passed);
        }
    }
}

/// The damage seen by one run, shared with the thread that reads the log.
#[derive(Clone, Default)]
pub(super) struct DamageCounter(Arc<Mutex<Damage>>);

impl DamageCounter {
    /// Counts, then hands each line on.
    pub(super) fn watcher(&self, mut next: LineWatcher) -> LineWatcher {
        let counter = self.clone();
        Box::new(move |line| {
            counter.lock().read_line(line);
            next(line);
        })
    }

    pub(super) fn so_far(&self) -> Damage {
        *self.lock()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Damage> {
        // A panic elsewhere leaves counters whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
