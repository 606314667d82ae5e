//! The videos below a folder.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::local_file::{OTHER, content_type};

/// Folders nested deeper than this are left alone.
const MAX_DEPTH: usize = 64;

/// Every file below a folder whose name ends as that of an accepted container does, in the order of their names.
/// What is hidden is skipped, and links to folders are not followed, since they may lead round in circles.
///
/// # Errors
/// When the folder itself can't be read; what can't be read below it is handed to `unread`.
pub fn videos_below(
    folder: &Path,
    unread: &mut dyn FnMut(&Path, &std::io::Error),
) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder);
    let entries = entries.with_context(|| format!("read the folder {}", folder.display()))?;
    collect(entries, 0, &mut found, unread);
    found.sort();
    Ok(found)
}

fn collect(
    entries: std::fs::ReadDir,
    depth: usize,
    found: &mut Vec<PathBuf>,
    unread: &mut dyn FnMut(&Path, &std::io::Error),
) {
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth < MAX_DEPTH {
            match std::fs::read_dir(&path) {
                Ok(entries) => collect(entries, depth + 1, found, unread),
                Err(error) => unread(&path, &error),
            }
        } else if content_type(&path) != OTHER && path.is_file() {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_accepted_and_seen_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        };
        for name in [
            "b.MKV",
            "a/c.mp4",
            "a/c.srt",
            "a/.hidden.mp4",
            ".trash/d.mp4",
            "notes.txt",
            "a/x.mp4/y.webm",
        ] {
            write(name);
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/round")).unwrap();
        let found = videos_below(folder.path(), &mut |_, _| {}).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|path| path.strip_prefix(folder.path()).unwrap())
            .collect();
        let expected = ["a/c.mp4", "a/x.mp4/y.webm", "b.MKV"].map(Path::new);
        assert_eq!(names, expected);
        assert!(videos_below(&folder.path().join("none"), &mut |_, _| {}).is_err());
    }
}
