//! What an interruption ends beside this program: private stacks, whose processes would outlive it.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::command::down::down;

/// The stacks that an interruption stops. A program can have one handler only, and `bench` has several stacks.
static STACKS: Mutex<Vec<Checkout>> = Mutex::new(Vec::new());

/// From now on an interruption stops every process of `stack` before this program ends.
///
/// # Errors
/// When interruptions can't be watched for.
pub fn stop_when_interrupted(stack: &Checkout) -> Result<()> {
    let mut stacks = STACKS.lock().unwrap_or_else(PoisonError::into_inner);
    if stacks.is_empty() {
        ctrlc::set_handler(stop_all).context("interruptions can't be watched for")?;
    }
    if !stacks.iter().any(|known| known.home == stack.home) {
        stacks.push(stack.clone());
    }
    Ok(())
}

fn stop_all() {
    eprintln!("\ninterrupted: stopping the private stack");
    let stacks = STACKS.lock().unwrap_or_else(PoisonError::into_inner);
    for stack in stacks.iter() {
        if let Err(error) = down(stack) {
            eprintln!("it could not be stopped: {error:#}");
        }
    }
    std::process::exit(130);
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::*;
    use crate::process::{PidFile, wait_until};
    use crate::process_scan::{MARK_VARIABLE, marked_pids};

    /// Set where this test runs as a program of its own, which interrupts itself.
    const FOLDER_VARIABLE: &str = "VINDEX_TEST_INTERRUPTED";
    const STACKS: [&str; 2] = ["first", "second"];

    #[test]
    fn an_interruption_stops_every_stack() {
        if let Some(folder) = std::env::var_os(FOLDER_VARIABLE) {
            interrupt_this_program(folder.as_ref());
        }
        let folder = tempfile::tempdir().unwrap();
        let homes = STACKS.map(|name| folder.path().canonicalize().unwrap().join(name));
        for home in &homes {
            let mut command = Command::new("sleep");
            command.arg("120").env(MARK_VARIABLE, home);
            let pid_file = PidFile::at(home.join("x.pid"));
            pid_file.start(command, 7, &home.join("x.log")).unwrap();
            let is_marked = || marked_pids(home).len() == 1;
            assert!(wait_until(Duration::from_secs(10), is_marked));
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "command::interruption::tests::an_interruption_stops_every_stack",
        ]);
        let output = command
            .env(FOLDER_VARIABLE, folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        for home in &homes {
            assert!(marked_pids(home).is_empty(), "{}", home.display());
        }
    }

    fn interrupt_this_program(folder: &std::path::Path) -> ! {
        for name in STACKS {
            let stack = Checkout::at(folder.to_owned(), &folder.join(name)).unwrap();
            stop_when_interrupted(&stack).unwrap();
            stop_when_interrupted(&stack).unwrap();
        }
        Command::new("sh")
            .args(["-c", "kill -INT $PPID"])
            .status()
            .unwrap();
        std::thread::sleep(Duration::from_secs(60));
        panic!("the interruption ended nothing");
    }
}
