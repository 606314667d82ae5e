//! Ends the reading of the input when the range has been read.
//!
//! ffmpeg itself reads on until every output has seen the end of the range, and a caption track may have nothing to
//! say for an hour, a sound track may have ended long ago. So each run also copies the packets of its audio and
//! video streams to nowhere. ffmpeg's log tells when such a copy has passed the end of the range; then the server
//! hangs up, which ffmpeg takes for the end of the input.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    MediaError,
    ffmpeg::{Finished, LineWatcher},
    range_server::SourceGate,
};

/// How often a stream that lags behind the others is looked at.
const LAG_POLL: Duration = Duration::from_millis(20);
/// A lagging stream is waited for while at least this much more is read, or a tenth of what was read so far.
const LEAST_LAG_BYTES: u64 = 8 * 1024 * 1024;

/// Counts the copies that have passed the end of the range.
pub(super) struct Clock {
    outputs: Range<usize>,
    passed: Arc<AtomicUsize>,
}

impl Clock {
    pub(super) fn new(outputs: Range<usize>) -> Self {
        Self {
            outputs,
            passed: Arc::default(),
        }
    }

    /// Watches the log and hangs up as soon as every copy has passed.
    pub(super) fn watcher(&self, gate: SourceGate) -> LineWatcher {
        let prefixes: Vec<String> = self
            .outputs
            .clone()
            .map(|output| format!("[out#{output}/null "))
            .collect();
        let passed = Arc::clone(&self.passed);
        Box::new(move |line| {
            let is_ours = prefixes
                .iter()
                .any(|prefix| line.starts_with(prefix.as_str()));
            if is_ours && line.contains("Terminating thread") {
                let count = passed.fetch_add(1, Ordering::Relaxed) + 1;
                if count == prefixes.len() {
                    gate.close();
                }
            }
        })
    }

    fn some_passed(&self) -> bool {
        self.passed.load(Ordering::Relaxed) > 0
    }
}

/// Waits for ffmpeg, and hangs up when streams lag too far behind the first that has passed the end.
pub(super) async fn run_until_read(
    running: impl Future<Output = Result<Finished, MediaError>>,
    clock: &Clock,
    gate: SourceGate,
) -> Result<Finished, MediaError> {
    let _reopened = ReopenOnDrop(gate.clone());
    let mut running = std::pin::pin!(running);
    let mut stop_at_bytes = None;
    loop {
        tokio::select! {
            finished = &mut running => return finished,
            () = tokio::time::sleep(LAG_POLL) => {}
        }
        if clock.some_passed() {
            let served = gate.served_bytes();
            let stop_at = *stop_at_bytes.get_or_insert(served + LEAST_LAG_BYTES.max(served / 10));
            if served >= stop_at {
                gate.close();
            }
        }
    }
}

struct ReopenOnDrop(SourceGate);

impl Drop for ReopenOnDrop {
    fn drop(&mut self) {
        self.0.reopen();
    }
}
