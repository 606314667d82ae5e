//! Where this command remembers things between runs: `$XDG_STATE_HOME/vindex`, else `~/.local/state/vindex`.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    path::PathBuf,
};

use anyhow::{Context, anyhow};
use sha2::{Digest, Sha256};

/// The folder, which may not exist yet.
///
/// # Errors
/// When the environment names no home.
pub fn state_folder() -> anyhow::Result<PathBuf> {
    let absolute = |name| {
        let path = std::env::var_os(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_STATE_HOME").or_else(|| {
        #[cfg(windows)]
        let home = absolute("LOCALAPPDATA");
        #[cfg(not(windows))]
        let home = absolute("HOME").map(|home| home.join(".local/state"));
        home
    });
    let base = base.ok_or_else(|| anyhow!("neither XDG_STATE_HOME nor HOME names a folder"))?;
    Ok(base.join("vindex"))
}

/// The path of a file of the state folder, in a folder that only this user may read.
///
/// # Errors
/// When the folder can't be made.
pub fn state_file(kind: &str, name: &str) -> anyhow::Result<PathBuf> {
    let folder = state_folder()?.join(kind);
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(&folder);
    made.with_context(|| format!("make the folder {}", folder.display()))?;
    Ok(folder.join(name))
}

/// A name that holds of exactly these parts.
pub fn name_of(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Opens a file to read it and to add to it, and holds it against other runs until it is dropped.
///
/// # Errors
/// When it can't be opened. `None` when another run holds it.
pub fn held(path: &PathBuf) -> anyhow::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(path);
    let file = opened.with_context(|| format!("open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        // Some network file systems can't lock; two runs at once are the user's to avoid there.
        Err(std::fs::TryLockError::Error(_)) => Ok(Some(file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_parts_apart() {
        assert_eq!(name_of(&[b"a", b"b"]), name_of(&[b"a", b"b"]));
        assert_ne!(name_of(&[b"a", b"b"]), name_of(&[b"ab", b""]));
        assert_eq!(name_of(&[]).len(), 32);
    }

    #[test]
    fn a_file_is_held_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let first = held(&path).unwrap();
        assert!(first.is_some());
        assert!(held(&path).unwrap().is_none());
        drop(first);
        assert!(held(&path).unwrap().is_some());
    }
}
