//! ffmpeg as one static program.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cache::Cache;
use crate::install::{unpack, wheel};

/// Version of ffmpeg inside the wheel of `pins/ffmpeg.txt`.
pub const VERSION: &str = "9.0.2";
const PINS: &str = include_str!("../../pins/ffmpeg.txt");

/// Installs ffmpeg; gives its path, and whether it was installed now.
///
/// # Errors
/// When the download fails or differs from its pinned hash.
pub fn install(cache: &Cache, python: &Path, log: &Path) -> Result<(PathBuf, bool)> {
    let name = format!("ffmpeg-{VERSION}");
    let installed = cache.install(&name, |folder| {
        let file = wheel::fetch(python, PINS, folder, log)?;
        let is_program = |entry: &str| entry.starts_with("imageio_ffmpeg/binaries/ffmpeg-");
        unpack::unpack(&file, folder, |entry| {
            is_program(entry).then(|| PathBuf::from("ffmpeg"))
        })?;
        fs::set_permissions(folder.join("ffmpeg"), fs::Permissions::from_mode(0o755))?;
        wheel::clean(folder)
    })?;
    Ok((cache.entry(&name).join("ffmpeg"), installed))
}
