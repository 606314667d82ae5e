//! Long-running processes: started apart from the terminal, found again later, stopped without a trace.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::process_scan;
use crate::run::tail;

const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A process that was started, as its pid file names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningProcess {
    /// Its id, which is its process group's and session's too.
    pub pid: u32,
    /// When it started; a process that got the same id later has another value.
    pub started_ticks: u64,
    /// The port it listens on.
    pub port: u16,
}

/// The pid file of one part of the stack.
pub struct PidFile {
    path: PathBuf,
}

impl PidFile {
    /// The pid file at `path`.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The process it names, if that still runs.
    pub fn running(&self) -> Option<RunningProcess> {
        let named: RunningProcess =
            serde_json::from_str(&fs::read_to_string(&self.path).ok()?).ok()?;
        is_alive(&named).then_some(named)
    }

    /// Starts `command` in a session of its own, its outputs in `log` (the log before is kept as `….log.1`).
    ///
    /// # Errors
    /// When the program can't be started or the pid file not written; then nothing runs.
    pub fn start(&self, mut command: Command, port: u16, log: &Path) -> Result<RunningProcess> {
        for file in [&self.path, log] {
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
        }
        if log.exists() {
            fs::rename(log, log.with_extension("log.1"))?;
        }
        let output = File::create(log)?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        start_new_session(&mut command);
        let child = command.spawn().with_context(|| {
            format!(
                "{} can't be started",
                command.get_program().to_string_lossy()
            )
        })?;
        let pid = child.id();
        let Some(stat) = process_scan::stat(pid) else {
            bail!(
                "{} ended at once\n{}",
                command.get_program().to_string_lossy(),
                tail(log, 0, 30)
            );
        };
        let started = RunningProcess {
            pid,
            started_ticks: stat.started_ticks,
            port,
        };
        if let Err(error) = fs::write(&self.path, serde_json::to_string(&started)?) {
            signal_group(pid, libc::SIGKILL);
            return Err(error).with_context(|| format!("{} can't be written", self.path.display()));
        }
        Ok(started)
    }

    /// Stops the process it names: asks, waits up to `patience`, then ends its whole group. True when one ran.
    ///
    /// # Errors
    /// When the pid file can't be deleted.
    pub fn stop(&self, patience: Duration) -> Result<bool> {
        let running = self.running();
        if let Some(process) = &running {
            // First the leader alone, so that it can save what it must while its children still serve it.
            signal(process.pid, libc::SIGTERM);
            wait_until(patience, || !is_alive(process));
            signal_group(process.pid, libc::SIGKILL);
            wait_until(Duration::from_secs(5), || !is_alive(process));
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(running.is_some()),
        }
    }
}

/// Whether the very process that was started still runs.
pub fn is_alive(process: &RunningProcess) -> bool {
    process_scan::stat(process.pid).is_some_and(|stat| stat.started_ticks == process.started_ticks)
}

/// Waits until `probe` says that the process is ready.
///
/// # Errors
/// When the process ends or `limit` passes before that; the message shows the end of its log.
pub fn wait_ready(
    what: &str,
    process: &RunningProcess,
    log: &Path,
    limit: Duration,
    probe: impl Fn() -> bool,
) -> Result<()> {
    let ready = wait_until(limit, || !is_alive(process) || probe());
    if !is_alive(process) {
        bail!(
            "{what} ended while starting; log: {}\n{}",
            log.display(),
            tail(log, 0, 30)
        );
    }
    if !ready {
        bail!(
            "{what} did not answer within {} s; log: {}\n{}",
            limit.as_secs(),
            log.display(),
            tail(log, 0, 30)
        );
    }
    Ok(())
}

/// Ends every process that carries the mark of the checkout whose `.vindex` is `home`; returns their command lines.
///
/// # Errors
/// When one survives.
pub fn end_marked(home: &Path) -> Result<Vec<String>> {
    let strays = process_scan::marked_pids(home);
    let lines = strays
        .iter()
        .map(|pid| process_scan::command_line(*pid))
        .collect();
    for (number, wait) in [
        (libc::SIGTERM, Duration::from_secs(3)),
        (libc::SIGKILL, Duration::from_secs(5)),
    ] {
        for pid in process_scan::marked_pids(home) {
            signal(pid, number);
        }
        if wait_until(wait, || process_scan::marked_pids(home).is_empty()) {
            return Ok(lines);
        }
    }
    bail!(
        "processes {:?} can't be ended",
        process_scan::marked_pids(home)
    )
}

/// Waits until `condition` holds; false when `limit` passed before that.
pub fn wait_until(limit: Duration, condition: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

#[expect(
    unsafe_code,
    reason = "the standard library has no stable call for a new session"
)]
fn start_new_session(command: &mut Command) {
    // SAFETY: setsid is async-signal-safe and touches no memory of this process.
    unsafe {
        command.pre_exec(|| {
            libc::setsid();
            Ok(())
        });
    }
}

/// Makes `command` end when this program does, however that ends: what an interrupted command started must not go on
/// writing into folders that the next one cleans up.
#[expect(unsafe_code, reason = "the standard library has no call for it")]
pub fn end_with_this_program(command: &mut Command) {
    // SAFETY: prctl is async-signal-safe and touches no memory of this process.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM);
            Ok(())
        });
    }
}

fn signal(pid: u32, number: libc::c_int) {
    send(libc::pid_t::try_from(pid), number);
}

fn signal_group(group: u32, number: libc::c_int) {
    send(libc::pid_t::try_from(group).map(|pid| -pid), number);
}

#[expect(
    unsafe_code,
    reason = "the standard library can't signal a process that it did not start"
)]
fn send<E>(target: Result<libc::pid_t, E>, number: libc::c_int) {
    // 0, 1 and -1 would mean this group, the first process and everybody.
    if let Ok(target) = target
        && target.abs() > 1
    {
        // SAFETY: kill has no effect on memory; a target that is gone is an error that is of no interest.
        unsafe { libc::kill(target, number) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_started_process_is_found_again_and_stopped_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let (home, log) = (folder.path().join("home"), folder.path().join("x.log"));
        let pid_file = PidFile::at(folder.path().join("x.pid"));
        let mut command = shell("sleep 60 & sleep 60 & echo up; wait");
        command.env(process_scan::MARK_VARIABLE, &home);
        let started = pid_file.start(command, 7, &log).unwrap();
        wait_ready("it", &started, &log, Duration::from_secs(10), || {
            tail(&log, 0, 1).contains("up")
        })
        .unwrap();
        assert_eq!(pid_file.running(), Some(started));
        assert_eq!(process_scan::marked_pids(&home).len(), 3);
        assert!(pid_file.stop(Duration::from_secs(5)).unwrap());
        assert!(wait_until(Duration::from_secs(5), || {
            process_scan::marked_pids(&home).is_empty()
        }));
        assert_eq!(pid_file.running(), None);
        assert!(!pid_file.stop(Duration::from_secs(5)).unwrap());
    }

    #[test]
    fn another_process_with_the_same_id_is_not_mistaken_for_ours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.pid");
        let own = process_scan::stat(std::process::id()).unwrap();
        let write = |started_ticks| {
            let named = RunningProcess {
                pid: std::process::id(),
                started_ticks,
                port: 1,
            };
            fs::write(&path, serde_json::to_string(&named).unwrap()).unwrap();
        };
        let pid_file = PidFile::at(path.clone());
        write(own.started_ticks);
        assert!(pid_file.running().is_some());
        write(own.started_ticks + 1);
        assert!(pid_file.running().is_none());
        assert!(!pid_file.stop(Duration::from_secs(1)).unwrap());
    }

    #[test]
    fn a_process_that_ends_while_starting_shows_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("x.log");
        let pid_file = PidFile::at(folder.path().join("x.pid"));
        let started = pid_file
            .start(shell("sleep 0.1; echo address in use; exit 1"), 7, &log)
            .unwrap();
        let error = wait_ready("server", &started, &log, Duration::from_secs(10), || false)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("server ended while starting") && error.contains("address in use"),
            "{error}"
        );
    }

    #[test]
    fn strays_that_ignore_the_polite_signal_are_ended() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = shell("trap '' TERM; echo up; while :; do sleep 1; done");
        command.env(process_scan::MARK_VARIABLE, folder.path());
        let log = folder.path().join("x.log");
        let started = PidFile::at(folder.path().join("x.pid"))
            .start(command, 7, &log)
            .unwrap();
        wait_ready("it", &started, &log, Duration::from_secs(10), || {
            tail(&log, 0, 1).contains("up")
        })
        .unwrap();
        assert!(!end_marked(folder.path()).unwrap().is_empty());
        assert!(!is_alive(&started));
    }
}
