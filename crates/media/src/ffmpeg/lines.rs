//! Splits a log into lines without ever holding much of it.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

/// Longer lines are cut: a hostile file chooses what stands in them.
const LONGEST_LINE_BYTES: usize = 4 * 1024;
/// Of a whole log, the last bytes are kept: the description of a file with some 8,000 chapters.
const KEPT_LOG_BYTES: usize = 1024 * 1024;

/// Calls `on_line` for each line, ended by a line feed or a carriage return, without its end and cut where it is
/// too long.
pub(super) fn for_each_line(
    mut reader: impl Read,
    mut on_line: impl FnMut(&str),
) -> io::Result<()> {
    let mut buffer = [0; 8 * 1024];
    let mut line = Vec::new();
    loop {
        let length = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for &byte in &buffer[..length] {
            if byte == b'\n' || byte == b'\r' {
                if !line.is_empty() {
                    on_line(&String::from_utf8_lossy(&line));
                    line.clear();
                }
            } else if line.len() < LONGEST_LINE_BYTES {
                line.push(byte);
            }
        }
    }
    if !line.is_empty() {
        on_line(&String::from_utf8_lossy(&line));
    }
    Ok(())
}

/// The last lines of a log.
#[derive(Debug, Default)]
pub(super) struct Tail {
    lines: VecDeque<String>,
    kept_bytes: usize,
}

impl Tail {
    pub(super) fn push(&mut self, line: &str) {
        self.kept_bytes += line.len();
        self.lines.push_back(line.to_owned());
        while self.kept_bytes > KEPT_LOG_BYTES {
            let Some(oldest) = self.lines.pop_front() else {
                break;
            };
            self.kept_bytes -= oldest.len();
        }
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_and_cut() {
        let long = "x".repeat(LONGEST_LINE_BYTES + 5);
        let log = format!("one\r\ntwo\rthree\n\n{long}\nlast");
        let mut seen = Vec::new();
        for_each_line(log.as_bytes(), |line| seen.push(line.to_owned())).unwrap();
        assert_eq!(seen[..3], ["one", "two", "three"]);
        assert_eq!(seen[3].len(), LONGEST_LINE_BYTES);
        assert_eq!(seen[4], "last");
    }

    #[test]
    fn only_the_end_of_a_long_log_is_kept() {
        let mut tail = Tail::default();
        for number in 0..200_000 {
            tail.push(&format!("line {number}"));
        }
        let lines = tail.into_lines();
        assert_eq!(lines.last().unwrap(), "line 199999");
        assert!(lines.iter().map(String::len).sum::<usize>() <= KEPT_LOG_BYTES);
        assert!(lines.len() > 1000);
    }
}
