//! Finds a Python that the pinned packages support.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::run::run_captured;

/// Minor versions of Python 3 for which `pins/ministack.txt` has hashes.
const SUPPORTED_MINOR: std::ops::RangeInclusive<u32> = 11..=14;
const PROBE: &str = "import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)";

/// A Python on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    /// Its program.
    pub program: PathBuf,
    /// Its version, such as `3.12`.
    pub version: String,
}

/// The first supported Python among `python3` and `python3.MINOR` on the search path.
///
/// # Errors
/// When there is none; the message lists what was found.
pub fn find() -> Result<Python> {
    let mut unsupported = Vec::new();
    let named = SUPPORTED_MINOR
        .rev()
        .map(|minor| format!("python3.{minor}"));
    for name in std::iter::once("python3".to_owned()).chain(named) {
        let mut command = Command::new(&name);
        command.args(["-c", PROBE]);
        let Ok(answer) = run_captured(command, &name) else {
            continue;
        };
        match parse(&answer) {
            Ok(python) => return Ok(python),
            Err(version) => unsupported.push(format!("{name} is {version}")),
        }
    }
    let (first, last) = (SUPPORTED_MINOR.start(), SUPPORTED_MINOR.end());
    let found = if unsupported.is_empty() {
        "no python3 is on the path".to_owned()
    } else {
        unsupported.join(", ")
    };
    bail!("Python 3.{first} to 3.{last} is needed ({found})")
}

/// The supported Python that the probe's answer describes, or else its version.
fn parse(answer: &str) -> Result<Python, String> {
    let mut words = answer.trim().splitn(3, ' ');
    let mut next = || words.next().unwrap_or_default().to_owned();
    let (major, minor, program) = (next(), next(), next());
    let version = format!("{major}.{minor}");
    let is_supported = major == "3"
        && minor
            .parse()
            .is_ok_and(|minor| SUPPORTED_MINOR.contains(&minor));
    if is_supported && !program.is_empty() {
        Ok(Python {
            program: program.into(),
            version,
        })
    } else {
        Err(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supported_versions_are_taken() {
        let python = parse("3 12 /opt/with space/python3.12\n").unwrap();
        assert_eq!(
            (python.version.as_str(), python.program.to_str()),
            ("3.12", Some("/opt/with space/python3.12"))
        );
        assert_eq!(parse("3 10 /usr/bin/python3"), Err("3.10".to_owned()));
        assert_eq!(parse("2 7 /usr/bin/python"), Err("2.7".to_owned()));
    }
}
