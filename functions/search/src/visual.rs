//! The model of pictures, opened when a query first needs it.

use crate::seams::PictureQueryError;
use contracts::api::VisualModel;
use embedding::{ByNameError, EmbeddersByName, EmbeddingError, PictureLimits, decode_picture};
use models::Model;
use std::sync::Arc;

/// Both sides of a model of pictures.
#[derive(Debug)]
pub(crate) struct Visual {
    model: &'static Model,
    embedders: Arc<EmbeddersByName>,
}

impl Visual {
    pub(crate) fn new(model: &'static Model, embedders: Arc<EmbeddersByName>) -> Self {
        Self { model, embedders }
    }

    pub(crate) fn manifest_entry(&self) -> &'static Model {
        self.model
    }

    pub(crate) fn model(&self) -> VisualModel {
        VisualModel {
            name: self.model.name.clone(),
            stand_in: self.model.limits.is_some(),
        }
    }

    /// Blocks for some milliseconds, and for longer the first time.
    pub(crate) fn embed_text(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let queries = self.embedders.visual_queries(&self.model.name);
        queries.map_err(|error| self.unusable(error))?.embed(text)
    }

    /// Blocks for some tens of milliseconds, and for longer the first time.
    pub(crate) fn embed_picture(&self, bytes: &[u8]) -> Result<Vec<f32>, PictureQueryError> {
        // Before the model is opened: most pictures that can't be read never need it.
        let picture = decode_picture(bytes, PictureLimits::default())?;
        let images = self.embedders.image(&self.model.name);
        let images = images.map_err(|error| self.unusable(error))?;
        Ok(images.embed(&picture)?.vector)
    }

    fn unusable(&self, error: ByNameError) -> EmbeddingError {
        match error {
            ByNameError::Embedding(error) => error,
            ByNameError::Model(error) => EmbeddingError::Interface {
                name: self.model.name.clone(),
                reason: error.to_string(),
            },
        }
    }
}
