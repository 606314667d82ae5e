//! The files of one model on this machine.

use crate::manifest::{Model, Role, model_of};
use std::path::{Path, PathBuf};

/// A model is not there, or not whole.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// A file is missing.
    #[error(
        "the {role} model {name} lacks {path}: run `cargo xtask up`, or set VINDEX_MODELS_DIR to a folder that holds {name}/"
    )]
    Missing {
        /// What the model is for.
        role: Role,
        /// Its name.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// A file has another length than the manifest says: a download that broke off, or another model.
    #[error(
        "{path} of the {role} model {name} has {found_bytes} bytes instead of {expected_bytes}: remove it and run `cargo xtask up`"
    )]
    WrongSize {
        /// What the model is for.
        role: Role,
        /// Its name.
        name: String,
        /// The file.
        path: PathBuf,
        /// Length of the file.
        found_bytes: u64,
        /// Length that the manifest says.
        expected_bytes: u64,
    },
}

/// The folder of the model that plays a role, with every file in its place.
#[derive(Clone, Debug)]
pub struct ModelFolder {
    model: &'static Model,
    folder: PathBuf,
}

impl ModelFolder {
    /// Finds the model of a role below `models_dir`. Lengths are compared; digests are not, since installing
    /// did that and a function's start must be quick.
    ///
    /// # Errors
    /// [`ModelError`], which names the file and the way out.
    pub fn open(models_dir: &Path, role: Role) -> Result<Self, ModelError> {
        Self::open_model(models_dir, model_of(role))
    }

    fn open_model(models_dir: &Path, model: &'static Model) -> Result<Self, ModelError> {
        let folder = models_dir.join(&model.name);
        for file in &model.files {
            let path = folder.join(&file.name);
            let found_bytes = match std::fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() => metadata.len(),
                _ => {
                    return Err(ModelError::Missing {
                        role: model.role,
                        name: model.name.clone(),
                        path,
                    });
                }
            };
            if found_bytes != file.size_bytes {
                return Err(ModelError::WrongSize {
                    role: model.role,
                    name: model.name.clone(),
                    path,
                    found_bytes,
                    expected_bytes: file.size_bytes,
                });
            }
        }
        Ok(Self { model, folder })
    }

    /// What the manifest says of the model.
    #[must_use]
    pub fn model(&self) -> &'static Model {
        self.model
    }

    /// Path of one of the model's files.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_way_out() {
        let error = ModelFolder::open(Path::new("/nowhere"), Role::Text).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("/nowhere/bge-small-en-v1.5/model.onnx"));
        assert!(message.contains("cargo xtask up"), "{message}");
    }

    #[test]
    fn a_broken_download_is_told_from_a_whole_file() {
        let models_dir = tempfile::tempdir().unwrap();
        let folder = models_dir.path().join("bge-small-en-v1.5");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("model.onnx"), b"half").unwrap();
        let error = ModelFolder::open(models_dir.path(), Role::Text).unwrap_err();
        assert!(
            matches!(error, ModelError::WrongSize { found_bytes: 4, .. }),
            "{error}"
        );
    }
}
