//! Reads from `/proc` what the sampler needs to know of every process.

use std::fs;

use crate::process_scan::all_pids;

/// A process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// Who started it.
    pub parent: u32,
    /// CPU time in clock ticks, that of its children that have ended included.
    pub cpu_ticks: u64,
    /// When it started, in clock ticks.
    pub started_ticks: u64,
}

/// Resident memory of a process, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// Now.
    pub now_bytes: u64,
    /// The most it ever was.
    pub peak_bytes: u64,
    /// Now, without pages of files, which the kernel can drop.
    pub anonymous_bytes: u64,
}

/// Every process that can be seen.
pub fn processes() -> Vec<Process> {
    all_pids()
        .filter_map(|pid| parse_stat(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?))
        .collect()
}

/// Memory of a process; nothing for one that has ended.
pub fn memory(pid: u32) -> Memory {
    parse_status(&fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default())
}

/// A variable of a process's environment.
pub fn environment_value(pid: u32, name: &[u8]) -> Option<Vec<u8>> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    environment.split(|byte| *byte == 0).find_map(|variable| {
        let value = variable.strip_prefix(name)?.strip_prefix(b"=")?;
        Some(value.to_vec())
    })
}

fn parse_stat(pid: u32, text: &str) -> Option<Process> {
    // The name in parentheses may hold spaces and parentheses itself.
    let (_, after_name) = text.rsplit_once(')')?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Process {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        // User and system time, of the process and of its collected children.
        cpu_ticks: number(11)? + number(12)? + number(13)? + number(14)?,
        started_ticks: number(19)?,
    })
}

fn parse_status(text: &str) -> Memory {
    let bytes = |name: &str| {
        let kibibytes = text.lines().find_map(|line| {
            let rest = line.strip_prefix(name)?.trim();
            rest.trim_end_matches("kB").trim().parse::<u64>().ok()
        });
        kibibytes.unwrap_or(0) * 1024
    };
    Memory {
        now_bytes: bytes("VmRSS:"),
        peak_bytes: bytes("VmHWM:"),
        anonymous_bytes: bytes("RssAnon:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_process_and_its_children_are_added() {
        let text =
            "12 (a) b (c)) S 7 77 12 0 -1 4194304 100 0 0 0 1 2 30 40 20 0 1 0 4242 1000 10 0";
        let expected = Process {
            pid: 12,
            parent: 7,
            cpu_ticks: 73,
            started_ticks: 4242,
        };
        assert_eq!(parse_stat(12, text), Some(expected));
    }

    #[test]
    fn memory_is_read_in_bytes() {
        let text = "Name:\tx\nVmHWM:\t    2000 kB\nVmRSS:\t    1000 kB\nRssAnon:\t  500 kB\n";
        let expected = Memory {
            now_bytes: 1_024_000,
            peak_bytes: 2_048_000,
            anonymous_bytes: 512_000,
        };
        assert_eq!(parse_status(text), expected);
        assert_eq!(parse_status(""), Memory::default());
    }

    #[test]
    fn this_process_is_seen() {
        let own = std::process::id();
        assert!(processes().iter().any(|process| process.pid == own));
        assert!(memory(own).peak_bytes >= memory(own).now_bytes / 2);
        assert!(environment_value(own, b"PATH").is_some());
        assert_eq!(environment_value(own, b"PAT"), None);
    }
}
