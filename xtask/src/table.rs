//! Tables of Markdown, and what stands in and above them.

use std::num::NonZero;

use anyhow::Result;

use crate::run::run_captured;

/// Bytes of a megabyte as it is shown.
pub const MEBIBYTE: f64 = (1 << 20) as f64;
const HOLDS: &str = "holds";
/// The cell of a promise that is not kept.
pub const FAILS: &str = "**does not hold**";

/// A figure without a promise, or a head.
pub fn row(figure: &str, measured: &str, promised: &str, verdict: &str) -> [String; 4] {
    [figure, measured, promised, verdict].map(str::to_owned)
}

/// A figure and whether its promise holds.
pub fn limited(figure: &str, measured: &str, promised: &str, holds: bool) -> [String; 4] {
    row(figure, measured, promised, &verdict(holds))
}

/// Whether a promise holds, as a cell.
pub fn verdict(holds: bool) -> String {
    if holds { HOLDS } else { FAILS }.to_owned()
}

/// Memory or a size, as a cell.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / MEBIBYTE)
}

/// Lines of a Markdown table whose columns are aligned, so that it reads in a terminal too.
pub fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..COLUMNS).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let width = *width;
            if cell.starts_with("---") {
                let end = if cell.ends_with(':') { ":" } else { "-" };
                return format!("{}{end}", "-".repeat(width.saturating_sub(1)));
            }
            format!("{cell:<width$}")
        });
        text.push_str(&format!("| {} |\n", cells.collect::<Vec<_>>().join(" | ")));
    }
    text
}

/// What this machine is.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let information = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kibibytes = information.lines().find_map(|line| {
        let rest = line.strip_prefix("MemTotal:")?.trim();
        rest.trim_end_matches("kB").trim().parse::<f64>().ok()
    });
    let memory = kibibytes.map_or_else(String::new, |kibibytes| {
        format!(", {:.0} GB of memory", kibibytes * 1024.0 / 1e9)
    });
    format!(
        "{cores} cores {}{memory}, {}",
        std::env::consts::ARCH,
        std::env::consts::OS
    )
}

/// The day, as `2026-11-26` (UTC).
///
/// # Errors
/// When it can't be had.
pub fn today() -> Result<String> {
    let mut command = std::process::Command::new("date");
    command.args(["-u", "+%Y-%m-%d"]);
    Ok(run_captured(command, "date")?.trim().to_owned())
}
