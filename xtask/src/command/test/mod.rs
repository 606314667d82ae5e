//! `cargo xtask test`: everything that CI checks, in one run, on a stack of its own.

mod counts;
mod described;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ::models::Set;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::json;

use self::counts::Counts;
use crate::aws::{loopback_agent, remove_foreign_variables};
use crate::cache::{lock_file, remove_folder};
use crate::checkout::Checkout;
use crate::command::demo::demo;
use crate::command::down::down;
use crate::command::interruption::stop_when_interrupted;
use crate::command::models::pull;
use crate::command::up::{UpArguments, up};
use crate::env_file;
use crate::install::models::Visual;
use crate::ports::free_port;
use crate::process_scan::marked_pids;
use crate::run::run_logged;

/// Chunks of the private stack are short, so that small files have several.
const CHUNK_SECONDS: u32 = 20;
/// The folders that the import tests fill; see `tests/src`.
const IMPORT_SOURCES: &str = "vindex-import-test/{workspace}/,vindex-import-test/shared/";
/// What the tests find must not depend on whether the Hub can be reached.
const VISUAL: Visual = Visual::StandIn;
/// No step takes nearly as long, not even on a slow machine with nothing built.
const STEP_LIMIT: Duration = Duration::from_secs(45 * 60);

/// A finished step, for the table at the end.
struct Step {
    name: &'static str,
    seconds: f64,
    counts: Counts,
}

/// A step that failed, and the tests that ran in it all the same.
struct Failed {
    counts: Counts,
    error: anyhow::Error,
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self {
            counts: Counts::default(),
            error,
        }
    }
}

/// A run of all checks.
struct Run<'a> {
    checkout: &'a Checkout,
    /// The stack that the tests use.
    private: Checkout,
    /// Of its local AWS and its OpenSearch: not the defaults, which are left to the developer's own stack.
    ports: [u16; 2],
    done: Vec<Step>,
}

/// Runs every check and every test; stops at the first step that fails.
///
/// # Errors
/// When a step fails; what it printed stands above the message.
pub fn test(checkout: &Checkout) -> Result<()> {
    let _one_at_a_time = lock_file(&checkout.home.join("test.lock"))?;
    let private = Checkout::at(checkout.root.clone(), &checkout.home.join("test"))?;
    clear(&private)?;
    stop_when_interrupted(&private)?;
    let mut run = Run {
        checkout,
        private,
        ports: [free_port()?, free_port()?],
        done: Vec::new(),
    };
    let result = run.all();
    // Always, so that nothing is left running.
    let stopped = run.stop();
    run.print_summary();
    result.and(stopped)
}

impl Run<'_> {
    fn all(&mut self) -> Result<()> {
        self.cargo("formatting", &["fmt", "--all", "--check"], &[])?;
        let clippy = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ];
        self.cargo("lints", &clippy, &[])?;
        // First, while the index holds nothing else; and as users have it, with chunks of the usual length.
        self.step("demo", |run| -> Result<Counts> {
            let arguments = UpArguments {
                chunk_seconds: None,
                ..run.arguments()
            };
            demo(&run.private, &arguments)?;
            Ok(Counts::default())
        })?;
        self.step("stack", |run| -> Result<Counts> {
            up(&run.private, &run.arguments())?;
            skip_waits(&run.private)?;
            pull(&run.private, Set::Reference, VISUAL, false)?;
            Ok(Counts::default())
        })?;
        let variables = self.test_variables()?;
        self.cargo(
            "tests",
            &["test", "--workspace", "--locked", "--no-fail-fast"],
            &variables,
        )?;
        let strict = [("RUSTDOCFLAGS".to_owned(), "-D warnings".to_owned())];
        self.cargo(
            "documentation",
            &["doc", "--workspace", "--no-deps", "--locked"],
            &strict,
        )?;
        let infra = self.checkout.infra();
        self.npm("infra: types", &infra, &["run", "check"], &[])?;
        self.npm("infra: tests", &infra, &["test"], &[])?;
        let web = self.checkout.web();
        self.npm("web: types", &web, &["run", "check"], &[])?;
        self.npm("web: tests", &web, &["test"], &[])?;
        self.npm("web: client", &web, &["run", "check:client"], &[])?;
        self.npm("web: in Chromium", &web, &["run", "test:e2e"], &variables)?;
        // Last, because it also starts and switches indices, which all tenants share.
        self.program("API as described", |run| described::program(&run.private))
    }

    fn arguments(&self) -> UpArguments {
        UpArguments {
            aws_port: Some(self.ports[0]),
            opensearch_port: Some(self.ports[1]),
            chunk_seconds: Some(CHUNK_SECONDS),
            import_sources: Some(IMPORT_SOURCES.to_owned()),
            record_feedback: true,
            visual: VISUAL,
        }
    }

    fn cargo(
        &mut self,
        name: &'static str,
        arguments: &[&str],
        variables: &[(String, String)],
    ) -> Result<()> {
        let mut command = Command::new("cargo");
        command.args(arguments).current_dir(&self.checkout.root);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        self.program(name, |_| Ok(command))
    }

    fn npm(
        &mut self,
        name: &'static str,
        folder: &Path,
        arguments: &[&str],
        variables: &[(String, String)],
    ) -> Result<()> {
        let mut command = Command::new("npm");
        command.args(arguments).current_dir(folder);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        self.program(name, |_| Ok(command))
    }

    /// Runs a program to its end; all that it printed is shown if it fails.
    fn program(
        &mut self,
        name: &'static str,
        prepared: impl FnOnce(&Self) -> Result<Command>,
    ) -> Result<()> {
        let log = self.log(name);
        self.step(name, |run| {
            println!("   log: {}", run.checkout.shown(&log));
            let mut command = prepared(run)?;
            remove_foreign_variables(&mut command);
            let result = run_logged(command, name, &log, STEP_LIMIT);
            let text = fs::read_to_string(&log).unwrap_or_default();
            let counts = Counts::of(&text);
            let Err(error) = result else {
                return Ok(counts);
            };
            println!("{text}");
            // The program's own output, above, says it better than its last lines again.
            let first_line = error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            Err(Failed {
                counts,
                error: anyhow!(first_line),
            })
        })
    }

    fn step<E: Into<Failed>>(
        &mut self,
        name: &'static str,
        work: impl FnOnce(&mut Self) -> Result<Counts, E>,
    ) -> Result<()> {
        println!("\n== {name}");
        let started = Instant::now();
        let result = work(self).map_err(Into::into);
        let seconds = started.elapsed().as_secs_f64();
        let counts = match &result {
            Ok(counts) => *counts,
            Err(failed) => failed.counts.with_a_failure(),
        };
        println!("== {name}: {seconds:.0} s{}", counts.note());
        self.done.push(Step {
            name,
            seconds,
            counts,
        });
        result
            .map(drop)
            .map_err(|failed| failed.error.context(format!("the step \"{name}\" failed")))
    }

    fn log(&self, step: &str) -> PathBuf {
        let part: String = step
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() {
                    letter
                } else {
                    '-'
                }
            })
            .collect();
        self.private.log(&format!("test-{part}"))
    }

    /// The private stack's settings, and where its parts lie.
    fn test_variables(&self) -> Result<Vec<(String, String)>> {
        let home = &self.private.home;
        let mut variables: Vec<_> = env_file::read(home).into_iter().collect();
        if variables.is_empty() {
            bail!("the private stack has no settings");
        }
        let mut add = |name: &str, path: &Path| {
            variables.push((name.to_owned(), path.display().to_string()));
        };
        add("VINDEX_ENV_FILE", &env_file::path(home));
        add("VINDEX_CLI", &home.join("bin/vindex"));
        Ok(variables)
    }

    fn stop(&self) -> Result<()> {
        println!("\n== stopping the private stack");
        down(&self.private)?;
        match marked_pids(&self.private.home).len() {
            0 => Ok(()),
            left => bail!("{left} processes of the private stack are left"),
        }
    }

    fn print_summary(&self) {
        println!("\n{:<16} {:>8}  tests", "step", "seconds");
        for step in &self.done {
            println!(
                "{:<16} {:>8.0}  {}",
                step.name,
                step.seconds,
                step.counts.cell()
            );
        }
        let total = self.done.iter().map(|step| step.counts).sum::<Counts>();
        println!("\n{}", total.total());
    }
}

/// Stops and removes what an interrupted run left behind.
fn clear(private: &Checkout) -> Result<()> {
    down(private)?;
    remove_folder(&private.home)?;
    fs::create_dir_all(private.logs())?;
    Ok(())
}

/// State machines of the private stack wait for nothing: neither between attempts nor in a Wait state.
fn skip_waits(private: &Checkout) -> Result<()> {
    let settings = env_file::read(&private.home);
    let endpoint = settings
        .get("AWS_ENDPOINT_URL")
        .context("the private stack has no address")?;
    loopback_agent(Duration::from_secs(10))
        .post(format!("{endpoint}/_ministack/config"))
        .send_json(json!({"stepfunctions._SFN_WAIT_SCALE": 0}))
        .context("the local AWS takes no settings")?;
    Ok(())
}
