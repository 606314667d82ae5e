//! How far a download has come: a bar that is drawn over and over on a terminal, or a line now and then.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const BAR_INTERVAL: Duration = Duration::from_millis(100);
const LINE_INTERVAL: Duration = Duration::from_secs(10);
const BAR_WIDTH: u64 = 24;

/// Shows the progress of one file.
pub struct Meter {
    label: String,
    bar: bool,
    state: Mutex<State>,
}

struct State {
    start_bytes: u64,
    total_bytes: Option<u64>,
    started: Instant,
    shown: Instant,
}

impl Meter {
    /// For a file that is called `label`. `bar` asks for a bar, which is drawn if standard output is a terminal.
    pub fn new(label: &str, bar: bool) -> Self {
        let now = Instant::now();
        Self {
            label: label.to_owned(),
            bar: bar && std::io::stdout().is_terminal(),
            state: Mutex::new(State {
                start_bytes: 0,
                total_bytes: None,
                started: now,
                shown: now,
            }),
        }
    }

    /// Bytes flow from now on; `start_bytes` were there before.
    pub fn begin(&self, start_bytes: u64, total_bytes: Option<u64>) {
        let now = Instant::now();
        *self.lock() = State {
            start_bytes,
            total_bytes,
            started: now,
            shown: now,
        };
    }

    /// So many bytes are there now.
    pub fn advance(&self, done_bytes: u64) {
        let mut state = self.lock();
        let interval = if self.bar {
            BAR_INTERVAL
        } else {
            LINE_INTERVAL
        };
        if state.shown.elapsed() < interval {
            return;
        }
        state.shown = Instant::now();
        let text = state.text(done_bytes);
        if self.bar {
            print!("{}        {} {text}", clear_line(), self.label);
            let _ = std::io::stdout().flush();
        } else {
            println!("        {} {text}", self.label);
        }
    }

    /// Tells something else about the file.
    pub fn say(&self, what: &str) {
        self.end();
        println!("        {}: {what}", self.label);
    }

    /// Leaves a clean line.
    pub fn end(&self) {
        if self.bar {
            print!("{}", clear_line());
            let _ = std::io::stdout().flush();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Only shown, never relied upon.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn text(&self, done_bytes: u64) -> String {
        shown(
            self.start_bytes,
            done_bytes,
            self.total_bytes,
            self.started.elapsed(),
        )
    }
}

/// What erases a bar on the current line of a terminal; nothing where standard output is none.
pub fn clear_line() -> &'static str {
    if std::io::stdout().is_terminal() {
        "\r\x1b[2K"
    } else {
        ""
    }
}

/// `[######..................]  25 % of 40.0 MB, 2.0 MB/s, 15 s left`
fn shown(start_bytes: u64, done_bytes: u64, total_bytes: Option<u64>, elapsed: Duration) -> String {
    let rate = done_bytes.saturating_sub(start_bytes) as f64 / elapsed.as_secs_f64().max(1e-3);
    let speed = format!("{}/s", shown_bytes(rate as u64));
    let Some(total_bytes) = total_bytes.filter(|total_bytes| *total_bytes > 0) else {
        return format!("{}, {speed}", shown_bytes(done_bytes));
    };
    let done_bytes = done_bytes.min(total_bytes);
    let filled = (BAR_WIDTH * done_bytes / total_bytes) as usize;
    let left = if rate >= 1.0 {
        format!(", {:.0} s left", (total_bytes - done_bytes) as f64 / rate)
    } else {
        String::new()
    };
    format!(
        "[{}{}] {:3} % of {}, {speed}{left}",
        "#".repeat(filled),
        ".".repeat(BAR_WIDTH as usize - filled),
        100 * done_bytes / total_bytes,
        shown_bytes(total_bytes),
    )
}

/// `34.7 MB`; decimal, as file sizes are given.
pub fn shown_bytes(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes < 1e3 => format!("{bytes} B"),
        bytes if bytes < 1e6 => format!("{:.1} kB", bytes / 1e3),
        bytes if bytes < 1e9 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.2} GB", bytes / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_show_share_speed_and_rest() {
        let check = |start: u64, done: u64, total: Option<u64>, expected: &str| {
            assert_eq!(shown(start, done, total, Duration::from_secs(5)), expected);
        };
        check(
            0,
            10_000_000,
            Some(40_000_000),
            "[######..................]  25 % of 40.0 MB, 2.0 MB/s, 15 s left",
        );
        // What an earlier run brought does not make this one faster.
        check(
            30_000_000,
            40_000_000,
            Some(40_000_000),
            "[########################] 100 % of 40.0 MB, 2.0 MB/s, 0 s left",
        );
        check(0, 500, None, "500 B, 100 B/s");
        check(
            0,
            0,
            Some(10),
            "[........................]   0 % of 10 B, 0 B/s",
        );
    }
}
