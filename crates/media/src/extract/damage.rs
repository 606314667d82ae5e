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
    /// The last picture of the range has been read, though its sound may go on.
    has_passed_pictures: bool,
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

    /// `picture_clock` is how lines of the output begin that tells when the pictures have passed.
    fn read_line(&mut self, line: &str, picture_clock: Option<&str>) {
        if line.contains("Terminating thread") {
            let is_of_pictures = picture_clock.is_some_and(|prefix| line.starts_with(prefix));
            let is_to_nowhere = line.contains("/null @");
            self.has_passed_pictures |= is_of_pictures || is_to_nowhere;
            self.has_passed |= is_to_nowhere;
        }
        if !line.contains("[error]") && !line.contains("corrupt decoded frame") {
            return;
        }
        if line.starts_with("[in#0") {
            let mut artefacts = ALSO_AFTER_HANGING_UP.iter();
            let is_artefact = self.has_passed && artefacts.any(|words| line.contains(words));
            self.container_errors += u64::from(!is_artefact && !line.contains(HARMLESS));
        } else if line.starts_with("[vist#") {
            self.video_errors += u64::from(!self.has_passed_pictures);
        } else if line.starts_with("[aist#") {
            self.audio_errors += u64::from(!self.has_passed);
        }
    }
}

/// The damage seen by one run, shared with the thread that reads the log.
#[derive(Clone)]
pub(super) struct DamageCounter {
    damage: Arc<Mutex<Damage>>,
    picture_clock: Option<String>,
}

impl DamageCounter {
    /// `picture_clock_output` is the number of the output that tells when the pictures have passed.
    pub(super) fn new(picture_clock_output: Option<usize>) -> Self {
        Self {
            damage: Arc::default(),
            picture_clock: picture_clock_output.map(|output| format!("[out#{output}/framecrc ")),
        }
    }

    /// Counts, then hands each line on.
    pub(super) fn watcher(&self, mut next: LineWatcher) -> LineWatcher {
        let counter = self.clone();
        Box::new(move |line| {
            let picture_clock = counter.picture_clock.as_deref();
            counter.lock().read_line(line, picture_clock);
            next(line);
        })
    }

    pub(super) fn so_far(&self) -> Damage {
        *self.lock()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Damage> {
        // A panic elsewhere leaves counters whole.
        self.damage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
