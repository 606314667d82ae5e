//! `cargo xtask logs`.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::function_logs;
use crate::checkout::Checkout;

const FOLLOW_INTERVAL: Duration = Duration::from_millis(300);
const EXTENSION: &str = "log";

/// Arguments of `logs`.
#[derive(Args)]
pub struct LogsArguments {
    /// A part or a Lambda function; without it, the parts that have a log are listed
    part: Option<String>,
    /// Go on with what is written from now on
    #[arg(short, long)]
    follow: bool,
    /// How many lines from the end
    #[arg(short = 'n', long, default_value_t = 100)]
    lines: usize,
}

/// Prints the end of a part's log, or the parts that have one.
///
/// # Errors
/// When the part has no log.
pub fn logs(checkout: &Checkout, arguments: &LogsArguments) -> Result<()> {
    let Some(part) = &arguments.part else {
        return list(checkout);
    };
    if checkout
        .root
        .join("functions")
        .join(part)
        .join("Cargo.toml")
        .exists()
    {
        return function_logs::print(checkout, part, arguments.lines, arguments.follow);
    }
    let path = checkout.log(part);
    if part.contains('/') || !path.exists() {
        bail!(
            "no log of \"{part}\"; there are: {}",
            parts(checkout).join(", ")
        );
    }
    let text = fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?;
    let mut output = std::io::stdout().lock();
    output.write_all(last_lines(&text, arguments.lines))?;
    if arguments.follow {
        follow(&path, text.len() as u64, &mut output)?;
    }
    Ok(())
}

fn list(checkout: &Checkout) -> Result<()> {
    for part in parts(checkout) {
        println!("{part:12} {}", checkout.shown(&checkout.log(&part)));
    }
    println!(
        "{:12} every folder of functions/ by its name, such as probe-media",
        ""
    );
    Ok(())
}

fn parts(checkout: &Checkout) -> Vec<String> {
    let entries = fs::read_dir(checkout.logs())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut parts: Vec<String> = entries
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == EXTENSION)
        })
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    parts.sort();
    parts
}

fn last_lines(text: &[u8], lines: usize) -> &[u8] {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let line_ends = body
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, byte)| **byte == b'\n')
        .map(|(index, _)| index);
    let start = match lines {
        0 => text.len(),
        _ => line_ends
            .skip(lines - 1)
            .map(|index| index + 1)
            .next()
            .unwrap_or(0),
    };
    &text[start..]
}

/// Prints what is appended to `path` after `offset_bytes`, for ever; a new file in its place is read from its start.
fn follow(path: &Path, mut offset_bytes: u64, output: &mut impl Write) -> Result<()> {
    loop {
        if let Ok(mut file) = File::open(path) {
            if file.metadata()?.len() < offset_bytes {
                offset_bytes = 0;
            }
            file.seek(SeekFrom::Start(offset_bytes))?;
            let mut added = Vec::new();
            offset_bytes += file.read_to_end(&mut added)? as u64;
            output.write_all(&added)?;
            output.flush()?;
        }
        std::thread::sleep(FOLLOW_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_whole() {
        let check = |text: &str, lines, expected: &str| {
            assert_eq!(
                String::from_utf8_lossy(last_lines(text.as_bytes(), lines)),
                expected
            );
        };
        check("a\nb\nc\n", 2, "b\nc\n");
        check("a\nb\nc", 2, "b\nc");
        check("a\n", 5, "a\n");
        check("a\nb\n", 0, "");
        check("", 3, "");
    }
}
