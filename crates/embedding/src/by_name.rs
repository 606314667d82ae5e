//! Models by the names under which an index knows their vectors, opened when they are first needed.

use crate::{
    EmbeddingError, ImageEmbedder, TextEmbedder, VisualQueryEmbedder, open_visual_queries,
};
use contracts::{ErrorName, NamedError};
use models::{ModelError, ModelFolder, Role};
use onnx::Runtime;
use std::{
    collections::HashMap,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// A model could not be opened by its name.
#[derive(Debug, thiserror::Error)]
pub enum ByNameError {
    /// It is not in the models folder, or not whole.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// It is there and can't be used.
    #[error(transparent)]
    Embedding(#[from] EmbeddingError),
}

impl NamedError for ByNameError {
    fn error_name(&self) -> ErrorName {
        match self {
            Self::Model(_) => ErrorName::Incompatible,
            Self::Embedding(error) => error.error_name(),
        }
    }
}

/// The models of a folder, whether they play a role there or not. Each is opened once and kept.
#[derive(Debug)]
pub struct EmbeddersByName {
    models_dir: PathBuf,
    onnxruntime: PathBuf,
    threads: NonZeroUsize,
    texts: Opened<TextEmbedder>,
    images: Opened<ImageEmbedder>,
    visual_queries: Opened<dyn VisualQueryEmbedder>,
}

type Opened<Model> = Mutex<HashMap<String, Arc<Model>>>;

impl EmbeddersByName {
    /// The models of `models_dir`, on the library `onnxruntime`, each computing on `threads` threads. Opens nothing yet.
    #[must_use]
    pub fn new(models_dir: PathBuf, onnxruntime: PathBuf, threads: NonZeroUsize) -> Self {
        Self {
            models_dir,
            onnxruntime,
            threads,
            texts: Mutex::default(),
            images: Mutex::default(),
            visual_queries: Mutex::default(),
        }
    }

    /// The text model of this name. Blocks for a part of a second the first time.
    ///
    /// # Errors
    /// The folder lacks it, or it can't be opened.
    pub fn text(&self, name: &str) -> Result<Arc<TextEmbedder>, ByNameError> {
        once(&self.texts, name, || {
            let folder = ModelFolder::open_named(&self.models_dir, name)?;
            let opened = TextEmbedder::open(&folder, self.runtime()?, self.threads)?;
            Ok(Arc::new(opened))
        })
    }

    /// The model of pictures of this name. Blocks for a part of a second the first time.
    ///
    /// # Errors
    /// The folder lacks it, or it can't be opened.
    pub fn image(&self, name: &str) -> Result<Arc<ImageEmbedder>, ByNameError> {
        once(&self.images, name, || {
            let folder = ModelFolder::open_named(&self.models_dir, name)?;
            let path: &Path = folder.folder();
            let opened = ImageEmbedder::open(path, name, self.runtime()?, self.threads)?;
            Ok(Arc::new(opened))
        })
    }

    /// What reads words for the model of pictures of this name. Blocks for a part of a second the first time.
    ///
    /// # Errors
    /// The folder lacks it or what it reads words with, or one of them can't be opened.
    pub fn visual_queries(&self, name: &str) -> Result<Arc<dyn VisualQueryEmbedder>, ByNameError> {
        once(&self.visual_queries, name, || {
            let folder = ModelFolder::open_named(&self.models_dir, name)?;
            let texts = match folder.model().limits {
                Some(_) => {
                    let texts = ModelFolder::open(&self.models_dir, Role::StandInText)?;
                    Some(self.text(&texts.model().name)?)
                }
                None => None,
            };
            let (path, runtime) = (folder.folder(), self.runtime()?);
            let opened = open_visual_queries(path, name, runtime, self.threads, texts.as_ref())?;
            Ok(opened)
        })
    }

    fn runtime(&self) -> Result<&'static Runtime, EmbeddingError> {
        Ok(Runtime::load(&self.onnxruntime)?)
    }
}

/// The model of this name, opened where nobody has yet. A failure is not kept: the next call tries again.
fn once<Model: ?Sized>(
    opened: &Opened<Model>,
    name: &str,
    open: impl FnOnce() -> Result<Arc<Model>, ByNameError>,
) -> Result<Arc<Model>, ByNameError> {
    let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(model) = opened.get(name) {
        return Ok(Arc::clone(model));
    }
    let model = open()?;
    opened.insert(name.to_owned(), Arc::clone(&model));
    Ok(model)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_the_folder_lacks_is_named_with_the_way_out() {
        let models = EmbeddersByName::new("/nowhere".into(), "/no.so".into(), NonZeroUsize::MIN);
        let error = models.text("bge-small-en-v1.5").unwrap_err();
        assert_eq!(error.error_name(), ErrorName::Incompatible);
        assert!(
            error.to_string().contains("cargo xtask models pull"),
            "{error}"
        );
        let error = models.image("parrot").unwrap_err();
        assert!(error.to_string().contains("no model parrot"), "{error}");
    }

    #[test]
    fn a_model_is_opened_once_and_a_failure_is_not_kept() {
        let opened: Opened<u32> = Mutex::default();
        let fails = || Err(ModelError::Unknown { name: "m".into() }.into());
        assert!(once(&opened, "m", fails).is_err());
        let open = |name, model| *once(&opened, name, || Ok(Arc::new(model))).unwrap();
        assert_eq!(open("m", 1), 1);
        assert_eq!(open("m", 2), 1);
        assert_eq!(open("n", 3), 3);
    }
}
