//! `models.lock`: what lies in a models folder, where it came from, and which model plays which role.

use crate::manifest::Role;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

/// Name of the file inside a models folder.
pub const LOCK_FILE: &str = "models.lock";

/// A models folder has a lock that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It is there and can't be read.
    #[error("{path} can't be read")]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It is not what this release writes.
    #[error("{path} is damaged, or was written by another release")]
    Damaged {
        /// Its path.
        path: PathBuf,
        /// What the parser says.
        #[source]
        source: serde_json::Error,
    },
}

/// What lies in a models folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Role → name of the model that plays it.
    pub roles: BTreeMap<Role, String>,
    /// Name → where the model came from.
    pub models: BTreeMap<String, LockedModel>,
}

/// An installed model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LockedModel {
    /// The source that delivered.
    pub source: Taken,
    /// RFC 3339, UTC.
    pub installed_at: String,
    /// Name → what was found there.
    pub files: BTreeMap<String, LockedFile>,
}

/// Where a model was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// Which registry.
    pub kind: SourceKind,
    /// Maven coordinates, pinned Python packages, or a repository of the Hub.
    pub from: String,
    /// Commit, where the source has such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// A kind of registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// Maven Central.
    Maven,
    /// The Python package index.
    Pypi,
    /// The Hugging Face Hub.
    Hub,
}

/// A file as it was installed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// Its length.
    pub size_bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

impl Lock {
    /// Reads the lock of a models folder; empty where there is none.
    ///
    /// # Errors
    /// [`LockError`]: it is there and can't be used.
    pub fn read(models_dir: &Path) -> Result<Self, LockError> {
        let path = models_dir.join(LOCK_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(LockError::Unreadable { path, source }),
        };
        serde_json::from_str(&text).map_err(|source| LockError::Damaged { path, source })
    }
}

impl LockedModel {
    /// Length of all files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.values().map(|file| file.size_bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::read(folder.path()).unwrap(), Lock::default());
        let file = LockedFile {
            size_bytes: 3,
            sha256: "ab".to_owned(),
        };
        let lock = Lock {
            roles: [(Role::VoiceActivity, "b".to_owned())].into(),
            models: [(
                "b".to_owned(),
                LockedModel {
                    source: Taken {
                        kind: SourceKind::Hub,
                        from: "owner/b".to_owned(),
                        revision: Some("c0ffee".to_owned()),
                    },
                    installed_at: "2026-11-25T00:00:00Z".to_owned(),
                    files: [("model.onnx".to_owned(), file)].into(),
                },
            )]
            .into(),
        };
        let text = serde_json::to_string(&lock).unwrap();
        assert!(text.contains(r#""voice-activity":"b""#), "{text}");
        std::fs::write(folder.path().join(LOCK_FILE), text).unwrap();
        assert_eq!(Lock::read(folder.path()).unwrap(), lock);
    }

    #[test]
    fn a_damaged_lock_is_no_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(LOCK_FILE), "{\"roles\": ").unwrap();
        let error = Lock::read(folder.path()).unwrap_err();
        assert!(matches!(error, LockError::Damaged { .. }), "{error}");
    }
}
