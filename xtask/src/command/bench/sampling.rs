//! Watches the Lambda functions while they work: memory and CPU time of each sandbox, its ffmpeg included.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::proc_files::{Process, environment_value, memory, processes};
use crate::process_scan::MARK_VARIABLE;

const INTERVAL: Duration = Duration::from_millis(100);
const NAME_VARIABLE: &[u8] = b"AWS_LAMBDA_FUNCTION_NAME";

/// What one function used; of several sandboxes the peak is that of the largest, and the CPU time their sum.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Usage {
    /// Most memory that one sandbox held at a time, its child processes included, in bytes.
    pub peak_bytes: u64,
    /// Most memory of a sandbox's own process, in bytes.
    pub own_peak_bytes: u64,
    /// CPU time in seconds.
    pub cpu_seconds: f64,
    /// How many sandboxes worked.
    pub sandboxes: u64,
}

/// A process that the platform started for a function, named for ever by its id and its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SandboxId {
    pid: u32,
    started_ticks: u64,
}

struct Sandbox {
    function: String,
    first_ticks: u64,
    last_ticks: u64,
    peak_bytes: u64,
    own_peak_bytes: u64,
}

/// Samples the functions of the stack in `home` while `work` runs.
pub fn watch<T>(home: &Path, ticks_per_second: f64, work: impl FnOnce() -> T) -> (T, Samples) {
    let finished = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut samples = Samples::new(home, ticks_per_second);
            samples.take(true);
            while !finished.load(Ordering::Relaxed) {
                let started = Instant::now();
                samples.take(false);
                std::thread::sleep(INTERVAL.saturating_sub(started.elapsed()));
            }
            samples.take(false);
            samples
        });
        let _end = EndOnDrop(&finished);
        let outcome = work();
        finished.store(true, Ordering::Relaxed);
        let samples = sampler
            .join()
            .unwrap_or_else(|_| Samples::new(home, ticks_per_second));
        (outcome, samples)
    })
}

/// The sampler must end also when the work panics, or its scope would wait for ever.
struct EndOnDrop<'a>(&'a AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What was seen.
pub struct Samples {
    mark: Vec<u8>,
    ticks_per_second: f64,
    sandboxes: BTreeMap<SandboxId, Sandbox>,
}

impl Samples {
    fn new(home: &Path, ticks_per_second: f64) -> Self {
        Self {
            mark: home.as_os_str().as_encoded_bytes().to_vec(),
            ticks_per_second,
            sandboxes: BTreeMap::new(),
        }
    }

    /// Usage by the functions' folder names, for those of `names` that worked.
    pub fn usage(&self, names: &[String]) -> BTreeMap<String, Usage> {
        let mut usage: BTreeMap<String, Usage> = BTreeMap::new();
        for sandbox in self.sandboxes.values() {
            let ticks = sandbox.last_ticks.saturating_sub(sandbox.first_ticks);
            let Some(name) = names.iter().find(|name| is_of(&sandbox.function, name)) else {
                continue;
            };
            let of_function = usage.entry(name.clone()).or_default();
            of_function.peak_bytes = of_function.peak_bytes.max(sandbox.peak_bytes);
            of_function.own_peak_bytes = of_function.own_peak_bytes.max(sandbox.own_peak_bytes);
            of_function.cpu_seconds += ticks as f64 / self.ticks_per_second;
            of_function.sandboxes += 1;
        }
        usage
    }

    /// Looks at every process once. CPU time that a sandbox had used before the first look is not counted.
    fn take(&mut self, is_first: bool) {
        let all = processes();
        for process in &all {
            let id = SandboxId {
                pid: process.pid,
                started_ticks: process.started_ticks,
            };
            if !self.sandboxes.contains_key(&id) {
                let Some(function) = self.function_of(process) else {
                    continue;
                };
                let first_ticks = if is_first { process.cpu_ticks } else { 0 };
                let sandbox = Sandbox {
                    function,
                    first_ticks,
                    last_ticks: first_ticks,
                    peak_bytes: 0,
                    own_peak_bytes: 0,
                };
                self.sandboxes.insert(id, sandbox);
            }
            if let Some(sandbox) = self.sandboxes.get_mut(&id) {
                sandbox.observe(process, &all);
            }
        }
    }

    /// The function that a process is a sandbox of; none for a child of a sandbox, which inherits its environment.
    fn function_of(&self, process: &Process) -> Option<String> {
        let name = environment_value(process.pid, NAME_VARIABLE)?;
        let is_ours = environment_value(process.pid, MARK_VARIABLE.as_bytes())? == self.mark;
        let is_child = environment_value(process.parent, NAME_VARIABLE).is_some();
        (is_ours && !is_child).then(|| String::from_utf8_lossy(&name).into_owned())
    }
}

impl Sandbox {
    fn observe(&mut self, process: &Process, all: &[Process]) {
        let own = memory(process.pid);
        let mut together_bytes = own.now_bytes;
        let mut ticks = process.cpu_ticks;
        for child in all.iter().filter(|other| other.parent == process.pid) {
            let of_child = memory(child.pid);
            together_bytes += of_child.now_bytes;
            self.peak_bytes = self.peak_bytes.max(of_child.peak_bytes);
            ticks += child.cpu_ticks;
        }
        self.own_peak_bytes = self.own_peak_bytes.max(own.peak_bytes);
        self.peak_bytes = self.peak_bytes.max(together_bytes).max(own.peak_bytes);
        self.last_ticks = self.last_ticks.max(ticks);
    }
}

/// Whether a deployed function, named by the CDK app, is the one of the folder `name`.
fn is_of(deployed: &str, name: &str) -> bool {
    let capitalised = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    };
    let pascal_case: String = name.split('-').map(capitalised).collect();
    deployed.contains(&format!("Functions{pascal_case}Function"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn deployed_names_lead_back_to_folders() {
        let deployed = "vindex-local-app-FunctionsExtractChunkFunctionF7A4BBAE1B6A3BE979";
        assert!(is_of(deployed, "extract-chunk"));
        assert!(!is_of(deployed, "chunk") && !is_of(deployed, "api"));
    }

    #[test]
    fn a_sandbox_and_its_children_are_counted_together() {
        let home = tempfile::tempdir().unwrap();
        let script = "(x=0; while [ $x -lt 60000 ]; do x=$((x+1)); done); sleep 60";
        let ((), samples) = watch(home.path(), 100.0, || {
            let mut child = Command::new("sh")
                .args(["-c", script])
                .env(MARK_VARIABLE, home.path())
                .env("AWS_LAMBDA_FUNCTION_NAME", "x-FunctionsProbeMediaFunction1")
                .spawn()
                .unwrap();
            // Until the loop has ended and the shell waits for its sleep, a child without CPU time of its own.
            let is_waiting = || {
                processes().iter().any(|process| {
                    process.parent == child.id()
                        && crate::process_scan::command_line(process.pid) == "sleep 60"
                })
            };
            let waits = crate::process::wait_until(Duration::from_secs(30), is_waiting);
            let sleeper = processes()
                .into_iter()
                .find(|process| process.parent == child.id());
            std::thread::sleep(INTERVAL * 3);
            child.kill().unwrap();
            child.wait().unwrap();
            if let Some(sleeper) = sleeper {
                Command::new("kill")
                    .arg(sleeper.pid.to_string())
                    .status()
                    .unwrap();
            }
            assert!(waits);
        });
        let usage = samples.usage(&["probe-media".to_owned()]);
        let found = usage["probe-media"];
        assert!(found.cpu_seconds > 0.0, "{found:?}");
        assert!(found.peak_bytes > found.own_peak_bytes, "{found:?}");
    }
}
