//! Schemathesis in a virtual environment of its own, for the tests alone.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cache::Cache;
use crate::install::venv;

/// Version in `pins/schemathesis.txt`.
const VERSION: &str = "4.32.5";
const PINS: &str = include_str!("../../pins/schemathesis.txt");

/// Installs Schemathesis; gives the Python that runs it, and whether it was installed now.
///
/// # Errors
/// When no supported Python is there, or a download fails or differs from its pinned hash.
pub fn install(cache: &Cache, log: &Path) -> Result<(PathBuf, bool)> {
    venv::install(cache, &format!("schemathesis-{VERSION}"), PINS, log)
}
