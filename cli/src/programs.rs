//! Programs of this machine.

use std::path::{Path, PathBuf};

/// The first program of this name on the PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    // A relative folder would run what lies in whichever folder one happens to be in.
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|path| is_program(path))
}

/// Whether a file can be run.
pub fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    let may_run = |facts: std::fs::Metadata| {
        std::os::unix::fs::PermissionsExt::mode(&facts.permissions()) & 0o111 != 0
    };
    #[cfg(not(unix))]
    let may_run = |_| true;
    path.is_file() && path.metadata().is_ok_and(may_run)
}
