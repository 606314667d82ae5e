//! Fetches files that are published for Maven.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::digest;
use crate::run::run_logged;

const CHECKSUMS: &str = include_str!("../../pins/maven.sha256");
/// Version as in `pins/opensearch.pom.xml`.
const COPY_GOAL: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy";
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(1800);

/// Copies everything that `pom` names into `folder` and verifies it against `pins/maven.sha256`.
///
/// # Errors
/// When Maven is missing or fails, or a file differs from its checksum.
pub fn fetch(pom: &str, folder: &Path, log: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let pom_file = folder.join("pom.xml");
    fs::write(&pom_file, pom)?;
    let mut maven = Command::new("mvn");
    maven
        .args(["--batch-mode", "--no-transfer-progress", "--file"])
        .arg(&pom_file);
    maven
        .arg("process-resources")
        .arg(format!("-Dinto={}", folder.display()));
    run_logged(maven, "downloading with Maven", log, DOWNLOAD_LIMIT)
        .context("Maven (mvn) must be installed")?;
    fs::remove_file(&pom_file)?;
    verify_all(folder, CHECKSUMS)
}

/// Copies the jar with these coordinates (`group:artifact:version`) into `folder`; gives its path.
///
/// # Errors
/// When Maven is missing or fails, or the jar has another SHA-256.
pub fn fetch_jar(coordinates: &str, sha256: &str, folder: &Path, log: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut maven = Command::new("mvn");
    maven
        .args(["--batch-mode", "--no-transfer-progress", COPY_GOAL])
        .arg(format!("-Dartifact={coordinates}"))
        .arg(format!("-DoutputDirectory={}", folder.display()))
        // Without a project Maven would look for one in the current folder.
        .current_dir(folder);
    run_logged(maven, "downloading with Maven", log, DOWNLOAD_LIMIT)
        .context("Maven (mvn) must be installed")?;
    let artifact = coordinates.split(':').nth(1).unwrap_or_default();
    let jar = file(folder, artifact)?;
    verify(&jar, sha256)?;
    Ok(jar)
}

/// The one file in `folder` whose name begins with `prefix` and goes on with a digit.
///
/// # Errors
/// When there is none.
pub fn file(folder: &Path, prefix: &str) -> Result<PathBuf> {
    let starts = |name: &str| {
        let rest = name
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('-'));
        rest.is_some_and(|rest| rest.starts_with(|character: char| character.is_ascii_digit()))
    };
    fs::read_dir(folder)?
        .flatten()
        .find(|entry| entry.file_name().to_str().is_some_and(starts))
        .map(|entry| entry.path())
        .with_context(|| format!("Maven left no {prefix}"))
}

fn verify_all(folder: &Path, checksums: &str) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let expected = checksums
            .lines()
            .filter_map(|line| line.split_once("  "))
            .find_map(|(checksum, file)| (file == name).then_some(checksum))
            .with_context(|| format!("{name} has no checksum in pins/maven.sha256"))?;
        verify(&path, expected)?;
    }
    Ok(())
}

fn verify(path: &Path, expected: &str) -> Result<()> {
    let found = digest::of_file(path)?;
    if found != expected {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        bail!(
            "{name} has the SHA-256 {found}, not {expected}: delete it from the Maven repository and try again"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_changed_or_unknown_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let checksums = format!("{ABC}  a-1.jar\n");
        fs::write(folder.path().join("a-1.jar"), "abc").unwrap();
        verify_all(folder.path(), &checksums).unwrap();
        fs::write(folder.path().join("a-1.jar"), "abd").unwrap();
        assert!(
            verify_all(folder.path(), &checksums)
                .unwrap_err()
                .to_string()
                .contains("a-1.jar has the SHA-256")
        );
        assert!(
            verify_all(folder.path(), "")
                .unwrap_err()
                .to_string()
                .contains("no checksum")
        );
    }

    #[test]
    fn names_that_share_a_beginning_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["icu4j-77.1.jar", "icu4j-localespi-77.1.jar"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert!(
            file(folder.path(), "icu4j")
                .unwrap()
                .ends_with("icu4j-77.1.jar")
        );
        assert!(file(folder.path(), "icu").is_err());
    }
}
