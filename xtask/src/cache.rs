//! The user's cache folder, shared by all checkouts: everything downloaded and unpacked lies here.
//!
//! An entry is a folder that is complete as soon as it exists: it is filled under another name and renamed. So an
//! interrupted installation leaves nothing that looks finished, and two checkouts may install at the same time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const PARTIAL_PREFIX: &str = ".partial-";

/// The user's cache folder.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// Held while something is being done that two processes must not do at once; released when dropped, also when the
/// process dies.
pub struct Lock {
    _file: File,
}

impl Cache {
    /// `$VINDEX_CACHE_DIR`, else `$XDG_CACHE_HOME/vindex`, else `~/.cache/vindex`.
    ///
    /// # Errors
    /// When none of the variables is set, or the folder can't be made.
    pub fn locate() -> Result<Self> {
        let folder = choose_folder(|name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        })
        .context("no cache folder: set VINDEX_CACHE_DIR or HOME")?;
        Self::at(&folder)
    }

    /// The cache in `folder`, which is made.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn at(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("the cache folder {} can't be made", folder.display()))?;
        Ok(Self {
            folder: folder.canonicalize()?,
        })
    }

    /// Where the entry `name` lies, or will lie. Names may hold one or more `/`.
    pub fn entry(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Waits for the user-wide lock `name`.
    ///
    /// # Errors
    /// When the lock file can't be made.
    pub fn lock(&self, name: &str) -> Result<Lock> {
        lock_file(&self.folder.join(".locks").join(name.replace('/', "-")))
    }

    /// Makes the entry `name` unless it exists: `fill` writes it into an empty folder. True when it was made.
    ///
    /// # Errors
    /// What `fill` returns; then nothing is left.
    pub fn install(&self, name: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<bool> {
        let entry = self.entry(name);
        if entry.exists() {
            return Ok(false);
        }
        let _lock = self.lock(name)?;
        if entry.exists() {
            return Ok(false);
        }
        let flat_name = format!("{PARTIAL_PREFIX}{}", name.replace('/', "-"));
        let partial = self.folder.join(&flat_name);
        // Left by an installation that was interrupted; the lock says that nobody is at work on it.
        remove_folder(&partial)?;
        fs::create_dir_all(&partial)?;
        let filled = fill(&partial);
        if let Err(error) = filled {
            remove_folder(&partial)?;
            return Err(error);
        }
        if let Some(parent) = entry.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(&partial, &entry)
            .with_context(|| format!("{} can't be put in place", entry.display()))?;
        Ok(true)
    }

    /// Deletes the entry `name`, for one that turned out to be unusable.
    ///
    /// # Errors
    /// When it can't be deleted.
    pub fn evict(&self, name: &str) -> Result<()> {
        let _lock = self.lock(name)?;
        remove_folder(&self.entry(name))
    }
}

/// Waits for an exclusive lock on `path`, which is made if needed.
///
/// # Errors
/// When the file can't be made or locked.
pub fn lock_file(path: &Path) -> Result<Lock> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(|| format!("the lock file {} can't be made", path.display()))?;
    let context = || format!("{} can't be locked", path.display());
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            println!(
                "        waiting for another cargo xtask ({})",
                path.display()
            );
            file.lock().with_context(context)?;
        }
        outcome => outcome.with_context(context)?,
    }
    Ok(Lock { _file: file })
}

fn choose_folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    variable("VINDEX_CACHE_DIR")
        .or_else(|| variable("XDG_CACHE_HOME").map(|folder| folder.join("vindex")))
        .or_else(|| variable("HOME").map(|folder| folder.join(".cache/vindex")))
}

/// Deletes a folder and everything in it, if it exists.
///
/// # Errors
/// When it can't be deleted.
pub fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be deleted", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn the_folder_comes_from_the_first_variable_that_is_set() {
        let check = |set: &[(&str, &str)], expected: Option<&str>| {
            let found = choose_folder(|name| {
                set.iter()
                    .find(|(variable, _)| *variable == name)
                    .map(|(_, value)| PathBuf::from(value))
            });
            assert_eq!(found, expected.map(PathBuf::from));
        };
        check(
            &[
                ("VINDEX_CACHE_DIR", "/a"),
                ("XDG_CACHE_HOME", "/b"),
                ("HOME", "/c"),
            ],
            Some("/a"),
        );
        check(
            &[("XDG_CACHE_HOME", "/b"), ("HOME", "/c")],
            Some("/b/vindex"),
        );
        check(&[("HOME", "/c")], Some("/c/.cache/vindex"));
        check(&[], None);
    }

    #[test]
    fn a_failed_installation_leaves_nothing_and_can_be_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path()).unwrap();
        let failed = cache.install("tool-1", |partial| {
            fs::write(partial.join("half"), "x")?;
            anyhow::bail!("interrupted")
        });
        assert_eq!(failed.unwrap_err().to_string(), "interrupted");
        assert!(!cache.entry("tool-1").exists());
        assert!(
            cache
                .install("tool-1", |partial| Ok(fs::write(
                    partial.join("whole"),
                    "x"
                )?))
                .unwrap()
        );
        assert!(cache.entry("tool-1/whole").exists() && !cache.entry("tool-1/half").exists());
        assert!(
            !cache
                .install("tool-1", |_| anyhow::bail!("installed twice"))
                .unwrap()
        );
    }

    #[test]
    fn what_an_interrupted_installation_left_is_not_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path()).unwrap();
        let partial = cache.entry(".partial-models-a");
        fs::create_dir_all(&partial).unwrap();
        fs::write(partial.join("half"), "x").unwrap();
        cache
            .install("models/a", |partial| {
                Ok(fs::write(partial.join("whole"), "x")?)
            })
            .unwrap();
        assert!(cache.entry("models/a/whole").exists() && !cache.entry("models/a/half").exists());
    }

    #[test]
    fn of_several_at_once_one_installs() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path()).unwrap();
        let runs = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    cache
                        .install("tool", |partial| {
                            runs.fetch_add(1, Ordering::SeqCst);
                            Ok(fs::write(partial.join("file"), "x")?)
                        })
                        .unwrap()
                });
            }
        });
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }
}
