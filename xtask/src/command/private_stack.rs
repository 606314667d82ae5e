//! The stack of its own that a measurement runs on, so that nobody's data and no running stack is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::aws::LocalAws;
use crate::cache::remove_folder;
use crate::checkout::Checkout;
use crate::command::down::down;
use crate::command::interruption::stop_when_interrupted;
use crate::deploy::functions;
use crate::env_file;
use crate::run::{run_captured, run_logged};
use crate::service::Service;

/// This very program, even after a newer build took its place on the disk.
const THIS_PROGRAM: &str = "/proc/self/exe";
const UP_LIMIT: Duration = Duration::from_secs(3600);
/// Variables that would give the private stack the settings of another one.
const FOREIGN_SETTINGS: [&str; 5] = [
    "VINDEX_AWS_PORT",
    "VINDEX_OPENSEARCH_PORT",
    "VINDEX_CHUNK_SECONDS",
    "VINDEX_IMPORT_SOURCES",
    "VINDEX_RECORD_FEEDBACK",
];

/// A stack in a folder of its own; it is stopped and deleted when dropped, unless it is kept.
pub struct PrivateStack {
    checkout: Checkout,
    up_log: PathBuf,
    variables: Vec<(&'static str, String)>,
    is_kept: bool,
}

impl PrivateStack {
    /// The stack of the command `name`, whose every `up` sees `variables`; whatever an earlier run left of it is
    /// stopped and deleted first.
    ///
    /// # Errors
    /// When that can't be done.
    pub fn new(
        checkout: &Checkout,
        name: &str,
        variables: Vec<(&'static str, String)>,
    ) -> Result<Self> {
        let stack = Self {
            checkout: private_checkout(checkout, name)?,
            up_log: checkout.log(&format!("{name}-up")),
            variables,
            is_kept: false,
        };
        stack.remove()?;
        fs::create_dir_all(&stack.checkout.home)?;
        Ok(stack)
    }

    /// The stack that an earlier run of the command `name` kept, with whatever it holds.
    ///
    /// # Errors
    /// When its folder can't be made.
    pub fn of_earlier_run(checkout: &Checkout, name: &str) -> Result<Self> {
        Ok(Self {
            checkout: private_checkout(checkout, name)?,
            up_log: checkout.log(&format!("{name}-up")),
            variables: Vec::new(),
            is_kept: true,
        })
    }

    /// Leaves it running, also after this run.
    pub fn keep(&mut self) {
        self.is_kept = true;
    }

    /// The checkout that it is the stack of.
    pub fn checkout(&self) -> &Checkout {
        &self.checkout
    }

    /// Where it lies.
    pub fn home(&self) -> &Path {
        &self.checkout.home
    }

    /// Compiles functions and command line, so that no `up` that is timed does.
    ///
    /// # Errors
    /// When the build fails.
    pub fn build(&self) -> Result<()> {
        functions::build(&self.checkout).map(drop)
    }

    /// Runs `cargo xtask up`; gives how long it took. An interruption stops the stack too, unless it is kept.
    ///
    /// # Errors
    /// When it fails; the message names its log.
    pub fn up(&self) -> Result<Duration> {
        if !self.is_kept {
            stop_when_interrupted(&self.checkout)?;
        }
        let mut command = Command::new(THIS_PROGRAM);
        command
            .arg("up")
            .current_dir(&self.checkout.root)
            .env("VINDEX_HOME", &self.checkout.home)
            .envs(self.variables.iter().map(|(name, value)| (*name, value)));
        for name in FOREIGN_SETTINGS {
            command.env_remove(name);
        }
        let started = Instant::now();
        run_logged(command, "cargo xtask up", &self.up_log, UP_LIMIT)?;
        Ok(started.elapsed())
    }

    /// Stops every process of it; its data stay.
    ///
    /// # Errors
    /// When one can't be stopped.
    pub fn stop(&self) -> Result<()> {
        down(&self.checkout)
    }

    /// Uploads a file with the command line and waits until it is indexed; gives the video as the command writes it.
    ///
    /// # Errors
    /// When the upload is refused or the video ends `FAILED`.
    pub fn upload(&self, file: &Path) -> Result<Value> {
        let settings = env_file::read(&self.checkout.home);
        let mut command = Command::new(self.checkout.home.join("bin/vindex"));
        command.args(["upload", "--wait", "--json", "--"]).arg(file);
        for name in ["VINDEX_API_URL", "VINDEX_TOKEN"] {
            command.env(name, settings.get(name).map_or("", String::as_str));
        }
        let text = run_captured(command, "vindex upload")?;
        let line = text.lines().next().context("vindex wrote no document")?;
        serde_json::from_str(line).with_context(|| format!("not what vindex promises: {line}"))
    }

    /// A value of its environment file.
    ///
    /// # Errors
    /// When `up` wrote none.
    pub fn setting(&self, name: &str) -> Result<String> {
        let value = env_file::read(&self.checkout.home).remove(name);
        value.with_context(|| format!("`up` wrote no {name}"))
    }

    /// The local AWS.
    ///
    /// # Errors
    /// When it does not run.
    pub fn aws(&self) -> Result<LocalAws> {
        let running = Service::MiniStack.pid_file(&self.checkout).running();
        Ok(LocalAws::on(
            running.context("the local AWS has ended")?.port,
        ))
    }

    /// The log in which the local AWS writes each request.
    pub fn request_log(&self) -> PathBuf {
        self.checkout.log(Service::MiniStack.key())
    }

    fn remove(&self) -> Result<()> {
        if self.checkout.home.join("run").exists() {
            down(&self.checkout)?;
        }
        remove_folder(&self.checkout.home)
    }
}

impl Drop for PrivateStack {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        if let Err(error) = self.remove() {
            let home = self.checkout.home.display();
            eprintln!("the stack in {home} could not be removed: {error:#}");
        }
    }
}

fn private_checkout(checkout: &Checkout, name: &str) -> Result<Checkout> {
    let folder = checkout.home.join(name).join("stack");
    Checkout::at(checkout.root.clone(), &folder)
}
