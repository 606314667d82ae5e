//! A child process that is never left behind.

use std::{
    io,
    process::{Child, ExitStatus},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use ffmpeg_sidecar::command::FfmpegCommand;
use tokio::{task::spawn_blocking, time::timeout};

use super::{
    LineWatcher,
    lines::{Tail, for_each_line},
};
use crate::MediaError;

/// How often an ended log is followed by a look at whether the process has ended too.
const EXIT_POLL: Duration = Duration::from_millis(2);

/// Begins the lines that say only that the input could not be opened.
const OPENING: &str = "Error opening input: ";
const OPENING_FILE: &str = "Error opening input file";
/// ffmpeg's words for bytes that make no sense to it, whatever it said of them before.
const INVALID: &str = "Invalid data found when processing input";

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    /// The log's last lines.
    pub(crate) log: Vec<String>,
}

impl Finished {
    /// Whether an output could not even be begun.
    pub(crate) fn refused_to_start(&self) -> bool {
        let refusals = ["Error opening output", "Could not write header"];
        let is_refusal = |line: &String| refusals.iter().any(|words| line.contains(words));
        self.log.iter().any(is_refusal)
    }

    /// The last lines that ffmpeg marked as errors, without their marks: what went wrong, in its own words. Users
    /// read it, so lines with the address of the input, which is nobody's business, are left out.
    pub(crate) fn last_errors(&self) -> String {
        let is_error = |line: &&String| line.contains("[error]") || line.contains("[fatal]");
        let mut errors: Vec<&str> = Vec::new();
        for line in self.log.iter().rev().filter(is_error) {
            let words = without_marks(line);
            let words = words.strip_prefix(OPENING).unwrap_or(words);
            if !words.starts_with(OPENING_FILE)
                && !words.contains("://")
                && !errors.contains(&words)
            {
                errors.push(words);
            }
        }
        // What comes last only sums up what went wrong before.
        if errors.len() > 1 && errors[0] == INVALID {
            errors.remove(0);
        }
        errors.truncate(3);
        errors.reverse();
        if errors.is_empty() {
            return format!("ffmpeg ended with {}", self.status);
        }
        errors.join("; ")
    }
}

/// `[mov @ 0x55] [error] moov atom not found` -> `moov atom not found`.
fn without_marks(line: &str) -> &str {
    let mut rest = line.trim();
    while rest.starts_with('[') {
        let Some((_, after)) = rest.split_once(']') else {
            break;
        };
        rest = after.trim_start();
    }
    rest
}

/// The process, if it runs, and whether it is still wanted.
#[derive(Default)]
struct Slot {
    child: Option<Child>,
    unwanted: bool,
}

/// Kills the process when the future that waits for it goes away.
struct KillOnDrop(Arc<Mutex<Slot>>);

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        let mut slot = lock(&self.0);
        slot.unwanted = true;
        if let Some(child) = &mut slot.child {
            // It may have ended by itself in the meantime. The blocking thread reaps it.
            let _ = child.kill();
        }
    }
}

pub(super) async fn run(
    command: FfmpegCommand,
    time_limit: Duration,
    on_line: LineWatcher,
) -> Result<Finished, MediaError> {
    let slot = Arc::new(Mutex::new(Slot::default()));
    let guard = KillOnDrop(Arc::clone(&slot));
    let running = spawn_blocking(move || run_blocking(command, &slot, on_line));
    let outcome = timeout(time_limit, running).await;
    drop(guard);
    match outcome {
        Err(_elapsed) => Err(MediaError::TimedOut { limit: time_limit }),
        Ok(Err(panicked)) => Err(MediaError::tool("watching it", io::Error::other(panicked))),
        Ok(Ok(finished)) => finished.map_err(|error| MediaError::tool("running it", error)),
    }
}

fn run_blocking(
    mut command: FfmpegCommand,
    slot: &Mutex<Slot>,
    mut on_line: LineWatcher,
) -> io::Result<Finished> {
    let log = {
        let mut slot = lock(slot);
        if slot.unwanted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut child = command.as_inner_mut().spawn()?;
        let log = child.stderr.take();
        slot.child = Some(child);
        log.ok_or_else(|| io::Error::other("the log is not piped"))?
    };
    let mut tail = Tail::default();
    let reading = for_each_line(log, |line| {
        on_line(line);
        tail.push(line);
    });
    let status = wait(slot)?;
    reading?;
    Ok(Finished {
        status,
        log: tail.into_lines(),
    })
}

/// Waits without holding the lock, so that the process can be killed meanwhile.
fn wait(slot: &Mutex<Slot>) -> io::Result<ExitStatus> {
    loop {
        {
            let mut slot = lock(slot);
            let Some(child) = &mut slot.child else {
                return Err(io::ErrorKind::NotFound.into());
            };
            if let Some(status) = child.try_wait()? {
                slot.child = None;
                return Ok(status);
            }
        }
        thread::sleep(EXIT_POLL);
    }
}

/// A panic elsewhere leaves a slot whole: each field is changed in one step.
fn lock(slot: &Mutex<Slot>) -> std::sync::MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
