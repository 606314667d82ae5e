//! A file that is not whole yet, and what has to be known to go on with it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::request::Resume;
use crate::state::write_whole;

/// `NAME.part`, beside it `NAME.json`, and in the end `NAME`.
pub struct Partial {
    whole: PathBuf,
    part: PathBuf,
    notes_file: PathBuf,
    notes: Notes,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Notes {
    /// What is being downloaded, without the server's name: mirrors have the same files.
    address: String,
    /// The server's mark of the file's content.
    etag: Option<String>,
    /// The commit that the file is from.
    commit: Option<String>,
}

impl Partial {
    /// What there is of `address` under the name `whole`. What there is of another address is deleted.
    ///
    /// # Errors
    /// When it can't be read or deleted.
    pub fn open(whole: &Path, address: &str) -> Result<Self> {
        let beside = |ending: &str| {
            let mut name = whole.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        let notes_file = beside(".json");
        let notes = fs::read_to_string(&notes_file)
            .ok()
            .and_then(|text| serde_json::from_str::<Notes>(&text).ok())
            .filter(|notes| notes.address == address);
        let is_known = notes.is_some();
        let mut partial = Self {
            whole: whole.to_owned(),
            part: beside(".part"),
            notes_file,
            notes: notes.unwrap_or_else(|| Notes {
                address: address.to_owned(),
                ..Notes::default()
            }),
        };
        if !is_known {
            partial.discard()?;
        }
        Ok(partial)
    }

    /// Whether an earlier run got to the end.
    pub fn is_whole(&self) -> bool {
        self.whole.is_file()
    }

    /// What has arrived so far.
    pub fn path(&self) -> &Path {
        &self.part
    }

    /// The commit that the file is from, where the server said so.
    pub fn commit(&self) -> Option<String> {
        self.notes.commit.clone()
    }

    /// Length of what has arrived.
    ///
    /// # Errors
    /// When it can't be looked at.
    pub fn length_bytes(&self) -> Result<u64> {
        match fs::metadata(&self.part) {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error).with_context(|| self.part.display().to_string()),
        }
    }

    /// How to ask for the rest. None where there is nothing yet, or where nothing would show that the rest belongs
    /// to it: neither the server's mark nor a digest known beforehand.
    ///
    /// # Errors
    /// When what has arrived can't be looked at.
    pub fn resume(&self, is_digest_known: bool) -> Result<Option<Resume>> {
        let from_bytes = self.length_bytes()?;
        // A weak mark says that two contents mean the same, not that their bytes are.
        let etag = self
            .notes
            .etag
            .clone()
            .filter(|etag| !etag.starts_with("W/"));
        let can_go_on = from_bytes > 0 && (etag.is_some() || is_digest_known);
        Ok(can_go_on.then_some(Resume { from_bytes, etag }))
    }

    /// Begins anew with a file that has these marks.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn restart(&mut self, etag: Option<String>, commit: Option<String>) -> Result<()> {
        self.discard()?;
        self.notes.etag = etag;
        self.notes.commit = commit;
        write_whole(&self.notes_file, &serde_json::to_string(&self.notes)?)
    }

    /// The file, to be written at its end.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn append(&self) -> Result<File> {
        File::options()
            .create(true)
            .append(true)
            .open(&self.part)
            .with_context(|| format!("{} can't be written", self.part.display()))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When it can't be renamed.
    pub fn finish(&self) -> Result<()> {
        if self.length_bytes()? == 0 {
            // A file of no bytes was never written to.
            drop(self.append()?);
        }
        fs::rename(&self.part, &self.whole)
            .with_context(|| format!("{} can't be put in place", self.whole.display()))
    }

    /// Deletes whatever there is.
    ///
    /// # Errors
    /// When it can't be deleted.
    pub fn discard(&mut self) -> Result<()> {
        self.notes.etag = None;
        self.notes.commit = None;
        for path in [&self.part, &self.whole, &self.notes_file] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("{} can't be deleted", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
