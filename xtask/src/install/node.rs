//! The Node modules of the CDK app and of the page.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::cache::Cache;
use crate::digest;
use crate::run::{run_captured, run_logged};

const OLDEST_MAJOR: u32 = 20;
const INSTALL_LIMIT: Duration = Duration::from_secs(900);
/// Holds the digest of the lock file that the modules were installed from.
const MARKER: &str = ".installed-from";

/// Installs the modules that the `package-lock.json` in `folder` names unless they are there; true when installed now.
///
/// # Errors
/// When Node or npm is missing or too old, or npm fails.
pub fn install(cache: &Cache, folder: &Path, log: &Path) -> Result<bool> {
    let lock_digest = digest::of_file(&folder.join("package-lock.json"))?;
    let modules = folder.join("node_modules");
    let is_installed =
        || fs::read_to_string(modules.join(MARKER)).is_ok_and(|found| found == lock_digest);
    if is_installed() {
        return Ok(false);
    }
    require_node()?;
    let _lock = cache.lock("npm")?;
    if is_installed() {
        return Ok(false);
    }
    run_logged(npm_ci(folder), "npm ci", log, INSTALL_LIMIT)?;
    fs::write(modules.join(MARKER), lock_digest)?;
    Ok(true)
}

/// Also what only builds and tests need, whatever `NODE_ENV` and the user's settings of npm leave out.
fn npm_ci(folder: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--include=dev", "--no-audit", "--no-fund"])
        .arg("--prefer-offline")
        .current_dir(folder);
    npm
}

fn require_node() -> Result<()> {
    let mut node = Command::new("node");
    node.arg("--version");
    let version = run_captured(node, "node")
        .with_context(|| format!("Node {OLDEST_MAJOR} or newer is needed"))?;
    match major(&version) {
        Some(major) if major >= OLDEST_MAJOR => Ok(()),
        _ => bail!(
            "Node {OLDEST_MAJOR} or newer is needed, not {}",
            version.trim()
        ),
    }
}

fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20"), None);
    }

    #[test]
    fn what_builds_and_tests_need_is_installed_too() {
        let npm = npm_ci(Path::new("infra"));
        assert!(npm.get_args().any(|argument| argument == "--include=dev"));
    }

    #[test]
    fn modules_of_the_same_lock_file_are_not_installed_again() {
        let infra = tempfile::tempdir().unwrap();
        fs::write(infra.path().join("package-lock.json"), "{}").unwrap();
        fs::create_dir_all(infra.path().join("node_modules")).unwrap();
        let marker = infra.path().join("node_modules").join(MARKER);
        fs::write(
            marker,
            digest::of_file(&infra.path().join("package-lock.json")).unwrap(),
        )
        .unwrap();
        let cache = Cache::at(&infra.path().join("cache")).unwrap();
        assert!(!install(&cache, infra.path(), &infra.path().join("log")).unwrap());
    }
}
