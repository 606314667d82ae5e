//! faster-whisper in a virtual environment of its own, for the benchmark alone.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cache::Cache;
use crate::install::venv;

/// Version in `pins/faster-whisper.txt`.
pub const VERSION: &str = "1.2.1";
const PINS: &str = include_str!("../../pins/faster-whisper.txt");

/// Installs faster-whisper; gives the Python that runs it, and whether it was installed now.
///
/// # Errors
/// When no supported Python is there, or a download fails or differs from its pinned hash.
pub fn install(cache: &Cache, log: &Path) -> Result<(PathBuf, bool)> {
    venv::install(cache, &format!("faster-whisper-{VERSION}"), PINS, log)
}
