//! One line for every step, printed when it is done: `[ 3/12] OpenSearch 3.5.0: installed (14 s)`.
//!
//! Steps may run at the same time. What takes longer than a few seconds is mentioned while it is at work, so that
//! nobody stares at a silent terminal.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::meter::clear_line;

const FIRST_NOTICE: Duration = Duration::from_secs(4);
const NEXT_NOTICE: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_millis(100);

/// Prints the progress of a command with a known number of steps.
pub struct Progress {
    total: usize,
    started: Instant,
    board: Mutex<Board>,
    finished: AtomicBool,
}

#[derive(Default)]
struct Board {
    done: usize,
    at_work: Vec<Step>,
}

struct Step {
    name: String,
    started: Instant,
    next_notice: Duration,
}

impl Progress {
    /// For a command of `total` steps.
    pub fn new(total: usize) -> Self {
        Self {
            total,
            started: Instant::now(),
            board: Mutex::new(Board::default()),
            finished: AtomicBool::new(false),
        }
    }

    /// Calls `work` while a thread mentions the steps that take long.
    pub fn watch<T>(&self, work: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !self.finished.load(Ordering::Relaxed) {
                    self.mention_long_steps();
                    std::thread::sleep(TICK);
                }
            });
            let _end = EndOnDrop(&self.finished);
            work()
        })
    }

    /// Runs one step; `work` returns its result and what to say about it ("installed", "already there").
    ///
    /// # Errors
    /// What `work` returns, with the step's name in front.
    pub fn step<T>(&self, name: &str, work: impl FnOnce() -> Result<(T, String)>) -> Result<T> {
        let started = Instant::now();
        self.lock().at_work.push(Step {
            name: name.to_owned(),
            started,
            next_notice: FIRST_NOTICE,
        });
        let outcome = work();
        let mut board = self.lock();
        board.at_work.retain(|step| step.name != name);
        board.done += 1;
        let head = format!("[{:2}/{}] {name}", board.done, self.total);
        match outcome {
            Ok((value, note)) => {
                println!("{head}: {note}{}", shown_seconds(started.elapsed()));
                Ok(value)
            }
            Err(error) => {
                println!("{head}: FAILED{}", shown_seconds(started.elapsed()));
                Err(error).with_context(|| format!("step \"{name}\" failed"))
            }
        }
    }

    /// Time since the command started.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn mention_long_steps(&self) {
        for step in &mut self.lock().at_work {
            let elapsed = step.started.elapsed();
            if elapsed >= step.next_notice {
                println!(
                    "{}        {} … {} s",
                    clear_line(),
                    step.name,
                    elapsed.as_secs()
                );
                step.next_notice += NEXT_NOTICE;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Board> {
        // A panic in another step is reported by itself; the board stays usable.
        self.board
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

struct EndOnDrop<'a>(&'a AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// ` (14 s)`; empty for what took no noticeable time.
fn shown_seconds(elapsed: Duration) -> String {
    match elapsed.as_secs_f64() {
        seconds if seconds < 0.3 => String::new(),
        seconds if seconds < 10.0 => format!(" ({seconds:.1} s)"),
        seconds => format!(" ({seconds:.0} s)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_steps_show_no_time() {
        assert_eq!(shown_seconds(Duration::from_millis(50)), "");
        assert_eq!(shown_seconds(Duration::from_millis(2500)), " (2.5 s)");
        assert_eq!(shown_seconds(Duration::from_secs(74)), " (74 s)");
    }

    #[test]
    fn a_failed_step_is_named() {
        let progress = Progress::new(1);
        let error = progress
            .watch(|| progress.step::<()>("ffmpeg", || anyhow::bail!("no network")))
            .unwrap_err();
        assert_eq!(format!("{error:#}"), "step \"ffmpeg\" failed: no network");
    }
}
