//! Pillow in a virtual environment of its own, for the slides of the evaluation alone.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cache::Cache;
use crate::install::venv;

/// What is installed, with every hash: part of what the slides are made from.
pub const PINS: &str = include_str!("../../pins/pillow.txt");

/// Installs Pillow; gives the Python that runs it, and whether it was installed now.
///
/// # Errors
/// When no supported Python is there, or a download fails or differs from its pinned hash.
pub fn install(cache: &Cache, log: &Path) -> Result<(PathBuf, bool)> {
    venv::install(cache, "pillow", PINS, log)
}
