//! `.vindex/state.json`: what one command leaves for the next.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// What is remembered between commands. Everything is optional: a file that is lost costs time and nothing else.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Port of the local AWS, kept so that restarts use the same one.
    pub aws_port: Option<u16>,
    /// Port of OpenSearch.
    pub opensearch_port: Option<u16>,
}

impl State {
    /// Reads the state of the checkout whose `.vindex` is `home`; empty when there is none or it can't be read.
    pub fn load(home: &Path) -> Self {
        fs::read_to_string(path(home))
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Writes the state, in one piece.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn save(&self, home: &Path) -> Result<()> {
        write_whole(&path(home), &serde_json::to_string_pretty(self)?)
    }
}

/// Replaces a file in one piece, so that nobody ever reads half of it.
///
/// # Errors
/// When it can't be written.
pub fn write_whole(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().context("a file has a folder")?;
    // A temporary file is readable by its owner alone, and so is what takes its place.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(path)
        .with_context(|| format!("{} can't be written", path.display()))?;
    Ok(())
}

fn path(home: &Path) -> PathBuf {
    home.join("state.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded_and_what_is_broken_is_empty() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(State::load(home.path()), State::default());
        let state = State {
            aws_port: Some(4570),
            ..State::default()
        };
        state.save(home.path()).unwrap();
        assert_eq!(State::load(home.path()), state);
        fs::write(path(home.path()), "{").unwrap();
        assert_eq!(State::load(home.path()), State::default());
    }

    #[test]
    fn a_state_of_another_version_is_read_as_far_as_it_is_known() {
        let home = tempfile::tempdir().unwrap();
        fs::write(path(home.path()), r#"{"aws_port": 4567, "of_tomorrow": 1}"#).unwrap();
        assert_eq!(State::load(home.path()).aws_port, Some(4567));
    }
}
