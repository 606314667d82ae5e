//! Our own code as programs to be measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::deploy::functions::CARGO_RUN_VARIABLES;
use crate::run::run_captured;

/// What of a package is built.
#[derive(Debug, Clone, Copy)]
pub enum Artifact<'a> {
    /// An example.
    Example(&'a str),
    /// A program, such as a function's.
    Program(&'a str),
}

/// Builds a program of a package, optimised; gives where it lies.
///
/// # Errors
/// When the build fails.
pub fn build(root: &Path, package: &str, artifact: Artifact<'_>) -> Result<PathBuf> {
    let (option, name) = match artifact {
        Artifact::Example(name) => ("--example", name),
        Artifact::Program(name) => ("--bin", name),
    };
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--release", "--package", package])
        .args([option, name])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(root);
    for variable in CARGO_RUN_VARIABLES {
        command.env_remove(variable);
    }
    let messages = run_captured(command, &format!("building {name}"))?;
    let mut executables = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    });
    executables.next_back().context("cargo built no program")
}

/// What every function runs with, of what concerns memory.
///
/// # Errors
/// When `infra/functions.json` in the repository at `root` does not say.
pub fn functions_environment(root: &Path) -> Result<BTreeMap<String, String>> {
    let settings: Value =
        serde_json::from_str(&fs::read_to_string(root.join("infra/functions.json"))?)?;
    let defaults = settings["defaults"]["env"].as_object();
    let defaults = defaults.context("infra/functions.json has no default environment")?;
    let literal = |value: &Value| Some(value.as_str()?.strip_prefix('=')?.to_owned());
    let of_memory = defaults
        .iter()
        .filter(|(name, _)| name.starts_with("MALLOC_"));
    Ok(of_memory
        .filter_map(|(name, value)| Some((name.clone(), literal(value)?)))
        .collect())
}
