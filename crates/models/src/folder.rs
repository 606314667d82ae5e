//! The files of one model on this machine.

use crate::{
    lock::{Lock, LockError},
    manifest::{Model, Role, model_named, model_of},
};
use std::path::{Path, PathBuf};

/// A model is not there, or not whole.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The folder's `models.lock` can't be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Nobody knows a model of this name.
    #[error("the manifest has no model {name}: run `cargo xtask up` to make models.lock anew")]
    Unknown {
        /// The name asked for, or found in `models.lock`.
        name: String,
    },
    /// `models.lock` gives a role to a model that can't play it.
    #[error("models.lock has {name} for {role}, which is a model for {found}")]
    WrongRole {
        /// What it should do.
        role: Role,
        /// Its name.
        name: String,
        /// What it can do.
        found: Role,
    },
    /// A file is missing.
    #[error(
        "the {role} model {name} lacks {path}: run `cargo xtask up` (or `cargo xtask models pull`), or set \
         VINDEX_MODELS_DIR to a folder that holds {name}/"
    )]
    Missing {
        /// What the model is for.
        role: Role,
        /// Its name.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// A file has another length than it should: a copy that broke off, or another model.
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
        /// Length that the manifest or `models.lock` says.
        expected_bytes: u64,
    },
}

/// The folder of one model, with every file in its place.
#[derive(Clone, Debug)]
pub struct ModelFolder {
    model: &'static Model,
    folder: PathBuf,
}

impl ModelFolder {
    /// Finds the model that plays a role in `models_dir`: the one that its `models.lock` names, else that of
    /// the set `base`, else the stand-in of that. Lengths are compared; digests are not, since installing did that
    /// and a function's start must be quick.
    ///
    /// # Errors
    /// [`ModelError`], which names the file and the way out.
    pub fn open(models_dir: &Path, role: Role) -> Result<Self, ModelError> {
        let lock = Lock::read(models_dir)?;
        let model = chosen_of(&lock, models_dir, role)?;
        Self::open_model(models_dir, model, &lock)
    }

    /// Finds a model of `models_dir` by its name, whether it plays a role there or not.
    ///
    /// # Errors
    /// [`ModelError`], which names the file and the way out.
    pub fn open_named(models_dir: &Path, name: &str) -> Result<Self, ModelError> {
        Self::open_model(models_dir, known(name)?, &Lock::read(models_dir)?)
    }

    fn open_model(
        models_dir: &Path,
        model: &'static Model,
        lock: &Lock,
    ) -> Result<Self, ModelError> {
        let folder = models_dir.join(&model.name);
        let locked = lock.models.get(&model.name);
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
            let locked_bytes = locked
                .and_then(|locked| locked.files.get(&file.name))
                .map(|file| file.size_bytes);
            if let Some(expected_bytes) = file.size_bytes.or(locked_bytes)
                && found_bytes != expected_bytes
            {
                return Err(ModelError::WrongSize {
                    role: model.role,
                    name: model.name.clone(),
                    path,
                    found_bytes,
                    expected_bytes,
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

    /// The folder itself, for a model whose files name each other.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Path of one of the model's files.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The model that plays a role in `models_dir`, whether its files are there or not: the one that its `models.lock`
/// names, else that of the set `base`, else the stand-in of that.
///
/// # Errors
/// [`ModelError`]: the lock can't be used, or names a model that can't play the role.
pub fn chosen(models_dir: &Path, role: Role) -> Result<&'static Model, ModelError> {
    chosen_of(&Lock::read(models_dir)?, models_dir, role)
}

fn chosen_of(lock: &Lock, models_dir: &Path, role: Role) -> Result<&'static Model, ModelError> {
    let model = match lock.roles.get(&role) {
        Some(name) => known(name)?,
        None => base_or_stand_in(models_dir, role),
    };
    if model.role != role {
        return Err(ModelError::WrongRole {
            role,
            name: model.name.clone(),
            found: model.role,
        });
    }
    Ok(model)
}

/// The model of the set `base`, or its stand-in where that has no folder.
fn base_or_stand_in(models_dir: &Path, role: Role) -> &'static Model {
    let base = model_of(role);
    match base.stand_in() {
        Some(stand_in) if !models_dir.join(&base.name).exists() => stand_in,
        _ => base,
    }
}

fn known(name: &str) -> Result<&'static Model, ModelError> {
    model_named(name).ok_or_else(|| ModelError::Unknown {
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LOCK_FILE, Set};

    /// What `open` says of a folder that holds `lock`, if any, and nothing else.
    fn refusal(lock: Option<&str>, role: Role) -> String {
        let models_dir = tempfile::tempdir().unwrap();
        if let Some(lock) = lock {
            std::fs::write(models_dir.path().join(LOCK_FILE), lock).unwrap();
        }
        ModelFolder::open(models_dir.path(), role)
            .unwrap_err()
            .to_string()
    }

    /// Puts files of the right lengths, or of none where the manifest does not know them, in place of a model.
    fn put(model: &Model, models_dir: &Path) {
        let folder = models_dir.join(&model.name);
        std::fs::create_dir(&folder).unwrap();
        for file in &model.files {
            let whole = std::fs::File::create(folder.join(&file.name)).unwrap();
            // Sparse: only lengths are looked at.
            whole.set_len(file.size_bytes.unwrap_or(0)).unwrap();
        }
    }

    #[test]
    fn what_is_missing_is_named_with_the_way_out() {
        let error = ModelFolder::open(Path::new("/nowhere"), Role::Text).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("/nowhere/e5-small-v2/model.onnx"));
        assert!(message.contains("cargo xtask up"), "{message}");
    }

    #[test]
    fn the_lock_chooses_and_base_is_what_plays_without_it() {
        let check = |lock: Option<&str>, role: Role, expected: &str| {
            let message = refusal(lock, role);
            assert!(message.contains(expected), "{message}");
        };
        let base = model_of(Role::Speech);
        check(None, Role::Speech, &base.name);
        let other = Set::Quality
            .models()
            .find(|model| model.role == Role::Speech)
            .unwrap();
        assert_ne!(base.name, other.name);
        let lock = |name: &str| format!(r#"{{"roles": {{"speech": "{name}"}}, "models": {{}}}}"#);
        check(Some(&lock(&other.name)), Role::Speech, &other.name);
        check(Some(&lock(&other.name)), Role::Text, "e5-small-v2");
        check(Some(&lock("parrot")), Role::Speech, "no model parrot");
        check(
            Some(&lock("bge-small-en-v1.5")),
            Role::Speech,
            "which is a model for stand-in's text",
        );
        check(Some("{"), Role::Speech, "is damaged");
    }

    #[test]
    fn a_model_without_a_role_is_opened_by_its_name() {
        let models_dir = tempfile::tempdir().unwrap();
        let model = Set::Reference.models().next().unwrap();
        put(model, models_dir.path());
        let opened = ModelFolder::open_named(models_dir.path(), &model.name).unwrap();
        assert_eq!(opened.model(), model);
        assert!(opened.file(&model.files[0].name).is_file());
        assert!(ModelFolder::open_named(models_dir.path(), "parrot").is_err());
    }

    #[test]
    fn the_stand_in_plays_while_the_other_is_not_there() {
        let models_dir = tempfile::tempdir().unwrap();
        let opened = || {
            ModelFolder::open(models_dir.path(), Role::Visual)
                .map(|folder| folder.model().name.as_str())
        };
        let base = model_of(Role::Visual);
        let message = opened().unwrap_err().to_string();
        assert!(message.contains("visual-bridge/config.json"), "{message}");
        put(base.stand_in().unwrap(), models_dir.path());
        assert_eq!(opened().unwrap(), "visual-bridge");
        put(base, models_dir.path());
        assert_eq!(opened().unwrap(), base.name);
        let lock = r#"{"roles": {"visual": "visual-bridge"}, "models": {}}"#;
        std::fs::write(models_dir.path().join(LOCK_FILE), lock).unwrap();
        assert_eq!(opened().unwrap(), "visual-bridge");
    }

    #[test]
    fn a_broken_copy_is_told_from_a_whole_file() {
        let models_dir = tempfile::tempdir().unwrap();
        let folder = models_dir.path().join("e5-small-v2");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("model.onnx"), b"half").unwrap();
        let error = ModelFolder::open(models_dir.path(), Role::Text).unwrap_err();
        assert!(
            matches!(error, ModelError::WrongSize { found_bytes: 4, .. }),
            "{error}"
        );
    }
}
