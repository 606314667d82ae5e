//! MiniStack in a virtual environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::digest;
use crate::install::python;
use crate::run::{run_captured, run_logged};

/// Version in `pins/ministack.txt`.
pub const VERSION: &str = "1.5.33";
const PINS: &str = include_str!("../../pins/ministack.txt");
const INSTALL_LIMIT: Duration = Duration::from_secs(900);

/// Installs MiniStack; gives the Python that runs it, and whether it was installed now.
///
/// # Errors
/// When no supported Python is there, or a download fails or differs from its pinned hash.
pub fn install(cache: &Cache, log: &Path) -> Result<(PathBuf, bool)> {
    let python = python::find()?;
    // The pins are part of the name: a change of any of them is a new environment.
    let pins_digest = digest::of_texts([PINS]);
    let name = format!(
        "ministack-{VERSION}-python{}-{}",
        python.version,
        &pins_digest[..8]
    );
    let environment_python = cache.entry(&name).join("bin/python");
    if cache.entry(&name).exists() && !runs(&environment_python) {
        // The Python it was made with is gone or was replaced.
        cache.evict(&name)?;
    }
    let installed = cache.install(&name, |folder| {
        let mut make = Command::new(&python.program);
        make.args(["-m", "venv"]).arg(folder);
        run_captured(make, "making a virtual environment").context(
            "Python can't make virtual environments: on Debian and Ubuntu install python3-venv",
        )?;
        let pins = folder.join("pins.txt");
        fs::write(&pins, PINS)?;
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
            .arg(&pins);
        run_logged(pip, "installing MiniStack", log, INSTALL_LIMIT)
    })?;
    Ok((environment_python, installed))
}

fn runs(python: &Path) -> bool {
    // A link to a program that is gone does not exist.
    python.exists()
}
