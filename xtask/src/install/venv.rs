//! Python programs in virtual environments of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::digest;
use crate::install::python;
use crate::run::{run_captured, run_logged};

const INSTALL_LIMIT: Duration = Duration::from_secs(900);

/// Makes an environment with what `pins` (pip requirements with hashes, all of them) names; gives its Python, and
/// whether it was made now. `name` is for people and part of the entry's name.
///
/// # Errors
/// When no supported Python is there, or a download fails or differs from its pinned hash.
pub fn install(cache: &Cache, name: &str, pins: &str, log: &Path) -> Result<(PathBuf, bool)> {
    let python = python::find()?;
    // The pins are part of the name: a change of any of them is a new environment.
    let pins_digest = digest::of_texts([pins]);
    let entry = format!("{name}-python{}-{}", python.version, &pins_digest[..8]);
    let environment_python = cache.entry(&entry).join("bin/python");
    if cache.entry(&entry).exists() && !runs(&environment_python) {
        // The Python it was made with is gone or was replaced.
        cache.evict(&entry)?;
    }
    let installed = cache.install(&entry, |folder| {
        let mut make = Command::new(&python.program);
        make.args(["-m", "venv"]).arg(folder);
        run_captured(make, "making a virtual environment").context(
            "Python can't make virtual environments: on Debian and Ubuntu install python3-venv",
        )?;
        let pins_file = folder.join("pins.txt");
        fs::write(&pins_file, pins)?;
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--require-hashes",
        ]);
        pip.args(["--no-deps", "--only-binary", ":all:", "--requirement"])
            .arg(&pins_file);
        run_logged(pip, &format!("installing {name}"), log, INSTALL_LIMIT)
    })?;
    Ok((environment_python, installed))
}

fn runs(python: &Path) -> bool {
    // A link to a program that is gone does not exist.
    python.exists()
}
