//! Where things lie: the repository, and the folder of its local stack.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// One checkout of the repository and the folder in which its local stack lives.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// Root of the repository.
    pub root: PathBuf,
    /// `.vindex` in the root, or `$VINDEX_HOME`; absolute and free of links, because processes are marked with it.
    pub home: PathBuf,
}

impl Checkout {
    /// Finds the checkout that this program was started from and makes its `.vindex`.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn locate() -> Result<Self> {
        let manifest_dir = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_dir
            .parent()
            .context("the folder of xtask has no parent")?
            .canonicalize()
            .context("the repository's root can't be read")?;
        let home =
            std::env::var_os("VINDEX_HOME").map_or_else(|| root.join(".vindex"), PathBuf::from);
        Self::at(root, &home)
    }

    /// A checkout at `root` whose local stack lives in `home`, which is made.
    ///
    /// # Errors
    /// When `home` can't be made.
    pub fn at(root: PathBuf, home: &Path) -> Result<Self> {
        fs::create_dir_all(home).with_context(|| format!("{} can't be made", home.display()))?;
        let home = home
            .canonicalize()
            .with_context(|| format!("{} can't be read", home.display()))?;
        Ok(Self { root, home })
    }

    /// Where every part writes its log.
    pub fn logs(&self) -> PathBuf {
        self.home.join("logs")
    }

    /// The log of one part.
    pub fn log(&self, part: &str) -> PathBuf {
        self.logs().join(format!("{part}.log"))
    }

    /// The CDK app.
    pub fn infra(&self) -> PathBuf {
        self.root.join("infra")
    }

    /// The page's sources.
    pub fn web(&self) -> PathBuf {
        self.root.join("web")
    }

    /// `path` as a person would type it: relative to the current folder where it lies below it.
    pub fn shown(&self, path: &Path) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        path.strip_prefix(&here)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
