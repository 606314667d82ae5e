//! The model of pictures, opened when a query first needs it.

use crate::seams::PictureQueryError;
use contracts::api::VisualModel;
use embedding::{
    EmbeddingError, ImageEmbedder, PictureLimits, TextEmbedder, VisualQueryEmbedder,
    decode_picture, open_visual_queries,
};
use models::{Model, ModelFolder, Role};
use onnx::Runtime;
use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// Threads of the model: one picture or a few words at a time.
const THREADS: NonZeroUsize = NonZeroUsize::MIN;

/// Both sides of a model of pictures.
#[derive(Debug)]
pub(crate) struct Visual {
    folder: ModelFolder,
    models_dir: PathBuf,
    runtime: &'static Runtime,
    queries: Mutex<Option<Arc<dyn VisualQueryEmbedder>>>,
    images: Mutex<Option<Arc<ImageEmbedder>>>,
}

impl Visual {
    pub(crate) fn new(folder: ModelFolder, models_dir: PathBuf, runtime: &'static Runtime) -> Self {
        Self {
            folder,
            models_dir,
            runtime,
            queries: Mutex::new(None),
            images: Mutex::new(None),
        }
    }

    pub(crate) fn manifest_entry(&self) -> &'static Model {
        self.folder.model()
    }

    pub(crate) fn model(&self) -> VisualModel {
        let model = self.manifest_entry();
        VisualModel {
            name: model.name.clone(),
            stand_in: model.limits.is_some(),
        }
    }

    /// Blocks for some milliseconds, and for longer the first time.
    pub(crate) fn embed_text(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let queries = once(&self.queries, || {
            let texts = match self.model().stand_in {
                true => Some(self.open_texts()?),
                false => None,
            };
            let folder = self.folder.folder();
            open_visual_queries(folder, self.name(), self.runtime, THREADS, texts.as_ref())
        })?;
        queries.embed(text)
    }

    /// What the stand-in reads words with.
    fn open_texts(&self) -> Result<Arc<TextEmbedder>, EmbeddingError> {
        let folder = ModelFolder::open(&self.models_dir, Role::StandInText);
        let folder = folder.map_err(|error| EmbeddingError::Interface {
            name: self.name().to_owned(),
            reason: error.to_string(),
        })?;
        TextEmbedder::open(&folder, self.runtime, THREADS).map(Arc::new)
    }

    /// Blocks for some tens of milliseconds, and for longer the first time.
    pub(crate) fn embed_picture(&self, bytes: &[u8]) -> Result<Vec<f32>, PictureQueryError> {
        // Before the model is opened: most pictures that can't be read never need it.
        let picture = decode_picture(bytes, PictureLimits::default())?;
        let images = once(&self.images, || {
            let folder = self.folder.folder();
            ImageEmbedder::open(folder, self.name(), self.runtime, THREADS).map(Arc::new)
        })?;
        Ok(images.embed(&picture)?.vector)
    }

    fn name(&self) -> &'static str {
        &self.folder.model().name
    }
}

/// What is in the cell, made by `open` where nothing is. A failure is not kept: the next query tries again.
fn once<T: Clone>(
    cell: &Mutex<Option<T>>,
    open: impl FnOnce() -> Result<T, EmbeddingError>,
) -> Result<T, EmbeddingError> {
    let mut cell = cell.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(opened) = &*cell {
        return Ok(opened.clone());
    }
    let opened = open()?;
    *cell = Some(opened.clone());
    Ok(opened)
}
