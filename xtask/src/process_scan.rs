//! Reads `/proc`: who runs, since when, with how much memory, and what belongs to one checkout.

use std::fs;
use std::path::Path;

/// Environment variable that marks every process started for a checkout; its value is the checkout's `.vindex`.
/// Children inherit it: Lambda functions run as children of the local AWS.
pub const MARK_VARIABLE: &str = "VINDEX_STACK";

/// What `/proc/PID/stat` says about a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessStat {
    /// Its process group.
    pub group: u32,
    /// Ticks between the machine's start and the process's: with the id, it names one process for ever.
    pub started_ticks: u64,
}

/// Ids of all processes.
pub fn all_pids() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
        })
}

/// A process that runs, or none: one that has ended and waits to be collected counts as gone.
pub fn stat(pid: u32) -> Option<ProcessStat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Its command line, cut to a readable length; its name where it has none.
pub fn command_line(pid: u32) -> String {
    const SHOWN_CHARACTERS: usize = 80;
    let text = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words: Vec<_> = text
        .split(|byte| *byte == 0)
        .map(String::from_utf8_lossy)
        .collect();
    let line = words.join(" ");
    let line = if line.trim().is_empty() {
        fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default()
    } else {
        line
    };
    line.trim().chars().take(SHOWN_CHARACTERS).collect()
}

/// Resident memory of every process in `group`, in bytes.
pub fn group_memory_bytes(group: u32) -> u64 {
    all_pids()
        .filter(|pid| stat(*pid).is_some_and(|stat| stat.group == group))
        .map(memory_bytes)
        .sum()
}

/// Ids of the processes that carry the mark of the checkout whose `.vindex` is `home`, without this one.
pub fn marked_pids(home: &Path) -> Vec<u32> {
    let mut mark = format!("{MARK_VARIABLE}=").into_bytes();
    mark.extend_from_slice(home.as_os_str().as_encoded_bytes());
    all_pids()
        .filter(|pid| *pid != std::process::id() && stat(*pid).is_some())
        .filter(|pid| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == mark)
        })
        .collect()
}

fn memory_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| {
            rest.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<u64>()
                .ok()
        });
    kibibytes.unwrap_or(0) * 1024
}

fn parse_stat(text: &str) -> Option<ProcessStat> {
    // The name in parentheses may hold spaces and parentheses itself.
    let (_, after_name) = text.rsplit_once(')')?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let state = *fields.first()?;
    if state == "Z" || state == "X" {
        return None;
    }
    Some(ProcessStat {
        group: fields.get(2)?.parse().ok()?,
        started_ticks: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_is_no_obstacle() {
        let text = "12 (a) b (c)) S 1 77 12 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 1 0 4242 1000 10 0";
        assert_eq!(
            parse_stat(text),
            Some(ProcessStat {
                group: 77,
                started_ticks: 4242
            })
        );
        assert_eq!(parse_stat(&text.replace(") S 1", ") Z 1")), None);
    }

    #[test]
    fn this_process_is_seen() {
        let own = std::process::id();
        assert!(stat(own).is_some() && all_pids().any(|pid| pid == own));
        assert!(memory_bytes(own) > 100_000);
    }

    #[test]
    fn marked_processes_are_found_by_their_exact_mark() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("a");
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .env(MARK_VARIABLE, &home)
            .spawn()
            .unwrap();
        let found = marked_pids(&home);
        let of_other = marked_pids(folder.path());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(found, [child.id()]);
        assert!(of_other.is_empty());
    }
}
