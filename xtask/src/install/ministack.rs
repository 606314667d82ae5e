//! MiniStack in a virtual environment of its own.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cache::Cache;
use crate::install::venv;

/// Version in `pins/ministack.txt`.
pub const VERSION: &str = "1.5.33";
const PINS: &str = include_str!("../../pins/ministack.txt");

/// Installs MiniStack; gives the Python that runs it, and whether it was installed now.
///
/// # Errors
/// When no supported Python is there, or a download fails or differs from its pinned hash.
pub fn install(cache: &Cache, log: &Path) -> Result<(PathBuf, bool)> {
    venv::install(cache, &format!("ministack-{VERSION}"), PINS, log)
}
