//! Copies a binary to where it is deployed from, unless the same lies there.
//!
//! What lies there is told by a stamp in a file, which is deleted before the binary is replaced and written after it:
//! whenever that is interrupted, no stamp is left that tells of another binary.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::digest;
use crate::state::write_whole;

/// How a built binary looked when it was last copied: as long as that stays, its content is not read again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BinaryStamp {
    /// Size in bytes.
    pub size_bytes: u64,
    /// Time of the last change, in nanoseconds since 1970.
    pub modified_ns: u64,
    /// Digest of its content.
    pub sha256: String,
}

/// Copies `built` to `place` when its content differs; otherwise the file stays untouched, and with it whatever is
/// derived from it. True when it was copied.
///
/// # Errors
/// When a file can't be read or written.
pub fn put_in_place(built: &Path, place: &Path, stamp_file: &Path) -> Result<(BinaryStamp, bool)> {
    let known = read_stamp(stamp_file).filter(|_| place.exists());
    let metadata = fs::metadata(built)?;
    let size_bytes = metadata.len();
    let modified = metadata
        .modified()?
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let modified_ns = u64::try_from(modified.as_nanos()).unwrap_or(u64::MAX);
    if let Some(known) = &known
        && known.size_bytes == size_bytes
        && known.modified_ns == modified_ns
    {
        return Ok((known.clone(), false));
    }
    let stamp = BinaryStamp {
        size_bytes,
        modified_ns,
        sha256: digest::of_file(built)?,
    };
    let is_other = known.is_none_or(|known| known.sha256 != stamp.sha256);
    if is_other {
        remove_stamp(stamp_file)?;
        replace(built, place)?;
    }
    write_stamp(stamp_file, &stamp)?;
    Ok((stamp, is_other))
}

fn read_stamp(file: &Path) -> Option<BinaryStamp> {
    serde_json::from_str(&fs::read_to_string(file).ok()?).ok()
}

fn write_stamp(file: &Path, stamp: &BinaryStamp) -> Result<()> {
    fs::create_dir_all(file.parent().context("a stamp lies in a folder")?)?;
    write_whole(file, &serde_json::to_string(stamp)?)
}

fn remove_stamp(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be deleted", file.display()))
        }
        _ => Ok(()),
    }
}

fn replace(built: &Path, place: &Path) -> Result<()> {
    fs::create_dir_all(place.parent().context("a binary lies in a folder")?)?;
    // Copied beside and renamed: the one in place may be running.
    let temporary = place.with_extension("new");
    fs::copy(built, &temporary).with_context(|| format!("{} can't be copied", built.display()))?;
    remove_debug_information(&temporary);
    fs::rename(&temporary, place)?;
    Ok(())
}

/// Makes a binary smaller, since it is packed and uploaded; function names stay for backtraces. Where there is no
/// `strip`, the binary stays as large as it is.
fn remove_debug_information(binary: &Path) {
    let mut strip = Command::new("strip");
    strip
        .arg("--strip-debug")
        .arg(binary)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Without the tool nothing but the size differs.
    let _ = strip.status();
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Builds that are put in place one after another.
    struct Builds {
        _folder: tempfile::TempDir,
        built: PathBuf,
        place: PathBuf,
        stamp_file: PathBuf,
    }

    impl Builds {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            Self {
                built: folder.path().join("built"),
                place: folder.path().join("functions/a/bootstrap"),
                stamp_file: folder.path().join("stamps/a.json"),
                _folder: folder,
            }
        }

        /// Whether it was copied. Contents differ in length, since two builds of a test may have the same time.
        fn put(&self, content: &str) -> bool {
            fs::remove_file(&self.built).ok();
            fs::write(&self.built, content).unwrap();
            let (_, changed) = put_in_place(&self.built, &self.place, &self.stamp_file).unwrap();
            assert_eq!(fs::read_to_string(&self.place).unwrap(), content);
            changed
        }
    }

    #[test]
    fn a_binary_of_the_same_content_is_not_copied_again() {
        let builds = Builds::new();
        assert!(builds.put("one"));
        assert!(!builds.put("one"));
        assert!(builds.put("three"));
        assert!(!builds.put("three"));
        fs::remove_file(&builds.place).unwrap();
        assert!(builds.put("three"));
    }

    #[test]
    fn no_stamp_tells_of_a_binary_that_could_not_be_replaced() {
        let builds = Builds::new();
        builds.put("one");
        let temporary = builds.place.with_extension("new");
        fs::create_dir(&temporary).unwrap();
        fs::write(&builds.built, "three").unwrap();
        assert!(put_in_place(&builds.built, &builds.place, &builds.stamp_file).is_err());
        assert!(!builds.stamp_file.exists());
        fs::remove_dir(&temporary).unwrap();
        assert!(builds.put("one"));
    }
}
