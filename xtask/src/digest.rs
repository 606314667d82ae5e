//! SHA-256 of files and of folders.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Lower-case hexadecimal form of a digest.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When the file can't be read.
pub fn of_file(path: &Path) -> Result<String> {
    let mut file =
        File::open(path).with_context(|| format!("{} can't be opened", path.display()))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let length_bytes = file
            .read(&mut buffer)
            .with_context(|| format!("{} can't be read", path.display()))?;
        if length_bytes == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&buffer[..length_bytes]);
    }
}

/// SHA-256 over names and contents of every file below `folder`, without entries (at any depth) named in `skipped`.
/// A folder that does not exist has the digest of an empty one.
///
/// # Errors
/// When something can't be read.
pub fn of_folder(folder: &Path, skipped: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    if folder.exists() {
        collect_files(folder, skipped, &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let name = file.strip_prefix(folder).unwrap_or(&file);
        hasher.update(name.as_os_str().as_encoded_bytes());
        hasher.update([0]);
        hasher.update(of_file(&file)?.as_bytes());
    }
    Ok(hex(&hasher.finalize()))
}

/// SHA-256 over a list of texts; differs when a border between two of them moves.
pub fn of_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update(text.len().to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hex(&hasher.finalize())
}

fn collect_files(folder: &Path, skipped: &[&str], files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("{} can't be listed", folder.display()))?
    {
        let entry = entry?;
        if skipped.iter().any(|name| entry.file_name() == **name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect_files(&entry.path(), skipped, files)?;
        } else if entry.path().is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_digest_is_sha256() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        assert_eq!(
            of_file(&path).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn folder_digest_follows_names_and_contents_but_not_skipped_entries() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("lib/a.ts", "1");
        let first = of_folder(folder.path(), &["node_modules"]).unwrap();
        write("lib/node_modules/x.js", "1");
        assert_eq!(of_folder(folder.path(), &["node_modules"]).unwrap(), first);
        write("lib/a.ts", "2");
        let changed = of_folder(folder.path(), &["node_modules"]).unwrap();
        assert_ne!(changed, first);
        fs::rename(
            folder.path().join("lib/a.ts"),
            folder.path().join("lib/b.ts"),
        )
        .unwrap();
        assert_ne!(
            of_folder(folder.path(), &["node_modules"]).unwrap(),
            changed
        );
    }

    #[test]
    fn text_digest_sees_borders() {
        assert_ne!(of_texts(["ab", "c"]), of_texts(["a", "bc"]));
    }
}
