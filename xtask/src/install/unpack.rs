//! Takes files out of zip archives (wheels and jars are such, too).

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use zip::ZipArchive;

/// Unpacks the entries for which `place` gives a path (relative to `into`), with their permissions.
///
/// # Errors
/// When the archive is damaged, an entry's place would lie outside `into`, or nothing was taken.
pub fn unpack(archive: &Path, into: &Path, place: impl Fn(&str) -> Option<PathBuf>) -> Result<()> {
    let context = || format!("{} can't be unpacked", archive.display());
    let mut zip =
        ZipArchive::new(File::open(archive).with_context(context)?).with_context(context)?;
    let mut taken = 0;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).with_context(context)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().with_context(context)?.into_owned();
        let Some(target) = place(&name) else {
            continue;
        };
        if target.is_absolute() || target.components().any(|part| part.as_os_str() == "..") {
            bail!(
                "{} holds the entry {name}, which lies outside",
                archive.display()
            );
        }
        let target = into.join(target);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        io::copy(&mut entry, &mut File::create(&target)?).with_context(context)?;
        if let Some(mode) = entry.unix_mode() {
            // Whoever made the archive decides what is executable, and nothing else.
            let mode = if mode & 0o111 == 0 { 0o644 } else { 0o755 };
            fs::set_permissions(&target, fs::Permissions::from_mode(mode))?;
        }
        taken += 1;
    }
    if taken == 0 {
        bail!("{} does not hold what was looked for", archive.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn archive(folder: &Path, entries: &[(&str, u32)]) -> PathBuf {
        let path = folder.join("a.zip");
        let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
        for (name, mode) in entries {
            writer
                .start_file(*name, SimpleFileOptions::default().unix_permissions(*mode))
                .unwrap();
            writer.write_all(name.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    #[test]
    fn chosen_entries_are_taken_with_their_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let archive = archive(
            folder.path(),
            &[
                ("top/bin/java", 0o755),
                ("top/readme", 0o644),
                ("other", 0o644),
            ],
        );
        let into = folder.path().join("out");
        unpack(&archive, &into, |name| {
            name.strip_prefix("top/").map(PathBuf::from)
        })
        .unwrap();
        assert_eq!(
            fs::read_to_string(into.join("readme")).unwrap(),
            "top/readme"
        );
        assert_eq!(
            fs::metadata(into.join("bin/java"))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o755
        );
        assert!(!into.join("other").exists());
    }

    #[test]
    fn entries_that_leave_the_folder_and_empty_choices_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let archive = archive(folder.path(), &[("../evil", 0o644)]);
        let into = folder.path().join("out");
        assert!(unpack(&archive, &into, |name| Some(PathBuf::from(name))).is_err());
        assert!(!folder.path().join("evil").exists());
        assert!(unpack(&archive, &into, |_| None).is_err());
    }
}
