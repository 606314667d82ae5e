//! One model in the cache: its files and the record of where they came from.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use models::{LockedFile, LockedModel, Model};

use crate::digest;
use crate::run::run_captured;
use crate::state::write_whole;

/// Beside the files of a model in the cache: where they came from.
const RECORD: &str = "source.json";

/// A change of any file is another entry, so that checkouts of several releases share a cache.
pub fn entry_name(model: &Model) -> String {
    let mut texts: Vec<String> = model.files.iter().map(|file| format!("{file:?}")).collect();
    if model.files.iter().any(|file| file.sha256.is_none()) {
        texts.extend(model.sources.iter().map(|source| format!("{source:?}")));
    }
    let digest = digest::of_texts(texts.iter().map(String::as_str));
    format!("models/{}-{}", model.name, &digest[..8])
}

/// What is known of a model in the cache; none where a file is missing or has another length.
pub fn read_record(entry: &Path) -> Option<LockedModel> {
    let text = fs::read_to_string(entry.join(RECORD)).ok()?;
    let record: LockedModel = serde_json::from_str(&text).ok()?;
    let is_whole = record.files.iter().all(|(name, file)| {
        fs::metadata(entry.join(name)).is_ok_and(|metadata| metadata.len() == file.size_bytes)
    });
    is_whole.then_some(record)
}

/// Compares the files with the manifest, and deletes what it does not name.
pub fn verify(model: &Model, folder: &Path) -> Result<BTreeMap<String, LockedFile>> {
    let mut files = BTreeMap::new();
    for file in &model.files {
        let path = folder.join(&file.name);
        let metadata =
            fs::metadata(&path).with_context(|| format!("{} was not there", file.name))?;
        let found = LockedFile {
            size_bytes: metadata.len(),
            sha256: digest::of_file(&path)?,
        };
        if let Some(expected) = &file.sha256
            && *expected != found.sha256
        {
            bail!(
                "{} has the SHA-256 {} instead of {expected}",
                file.name,
                found.sha256
            );
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644))?;
        files.insert(file.name.clone(), found);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !files.contains_key(&*entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(files)
}

/// Files that the manifest does not pin have to be those of the first download.
pub fn check_known(
    found: &BTreeMap<String, LockedFile>,
    model: &Model,
    known: &LockedModel,
) -> Result<()> {
    for file in model.files.iter().filter(|file| file.sha256.is_none()) {
        let (Some(found), Some(known)) = (found.get(&file.name), known.files.get(&file.name))
        else {
            continue;
        };
        if found.sha256 != known.sha256 {
            bail!(
                "{} has the SHA-256 {} instead of {} as in models.lock: to take it all the same, delete the model's entry there",
                file.name,
                found.sha256,
                known.sha256
            );
        }
    }
    Ok(())
}

/// Writes where a model came from beside its files.
///
/// # Errors
/// When it can't be written.
pub fn write_record(folder: &Path, record: &LockedModel) -> Result<()> {
    write_open(&folder.join(RECORD), record)
}

/// Writes JSON that every user may read: in a Lambda layer the reader is not who wrote it.
pub fn write_open(path: &Path, value: &impl serde::Serialize) -> Result<()> {
    write_whole(path, &(serde_json::to_string_pretty(value)? + "\n"))?;
    Ok(fs::set_permissions(
        path,
        fs::Permissions::from_mode(0o644),
    )?)
}

/// RFC 3339, UTC.
pub fn now() -> Result<String> {
    let mut command = Command::new("date");
    command.args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]);
    Ok(run_captured(command, "date")?.trim().to_owned())
}
