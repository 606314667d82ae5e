//! Which files were uploaded, so that a watch that starts again does not upload them again.

use std::{
    collections::HashSet,
    fs::File,
    io::{Read, Write},
    path::Path,
};

use anyhow::Context;
use contracts::VideoId;
use serde_json::{Value, json};

use super::settling::Stamp;
use crate::{
    failure::Failure,
    state_folder::{held, name_of, state_file},
};

/// A file of JSON lines, one an upload, held against other runs.
pub struct Memory {
    file: File,
    names: HashSet<String>,
}

impl Memory {
    /// What was uploaded from a folder to an API.
    ///
    /// # Errors
    /// Wrong use when another run watches the folder; failed when there is no place to remember things, since then
    /// everything would be uploaded again at the next start.
    pub fn recall(api_url: &str, folder: &Path) -> Result<Self, Failure> {
        let whole = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let name = name_of(&[api_url.as_bytes(), whole.as_os_str().as_encoded_bytes()]);
        let path = state_file("watch", &format!("{name}.jsonl"))?;
        let Some(mut file) = held(&path)? else {
            let message = format!("{} is watched by another run", folder.display());
            return Err(Failure::WrongUse(message));
        };
        let mut bytes = Vec::new();
        let read = file.read_to_end(&mut bytes);
        read.with_context(|| format!("read {}", path.display()))?;
        // A line that was cut off must not swallow the next.
        if bytes.last().is_some_and(|byte| *byte != b'\n') {
            file.write_all(b"\n")?;
        }
        let text = String::from_utf8_lossy(&bytes);
        let entries = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let names = entries.filter_map(|entry| entry["name"].as_str().map(str::to_owned));
        let names = names.collect();
        Ok(Self { file, names })
    }

    /// Whether a file was uploaded as it is.
    pub fn knows(&self, path: &Path, stamp: &Stamp) -> bool {
        self.names.contains(&stamp.name(path))
    }

    /// A file is left alone in this run.
    pub fn leave_alone(&mut self, path: &Path, stamp: &Stamp) {
        self.names.insert(stamp.name(path));
    }

    /// A file was uploaded.
    pub fn add(&mut self, path: &Path, stamp: &Stamp, id: &VideoId) -> Result<(), Failure> {
        let name = stamp.name(path);
        let entry = json!({"name": name, "path": path.to_string_lossy(), "video_id": id});
        let written = self.file.write_all(format!("{entry}\n").as_bytes());
        written.context("remember what was uploaded")?;
        self.names.insert(name);
        Ok(())
    }
}
