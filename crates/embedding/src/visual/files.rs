//! What a model's folder says about the model, in the files of a usual Hugging Face export.

use crate::EmbeddingError;
use serde::{Deserialize, de::DeserializeOwned};
use std::path::Path;

/// The models that are understood, by `model_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Family {
    /// Both towers end in a projection.
    Clip,
    /// Both towers end in a pooler; the second generation has the same interface.
    #[serde(alias = "siglip2")]
    Siglip,
    /// vindex's stand-in: a classifier, and the likeness of a text to its classes.
    VisualBridge,
}

impl Family {
    /// The outputs that may hold a picture's vector, best first.
    pub(super) const fn image_outputs(self) -> &'static [&'static str] {
        match self {
            Self::Clip | Self::VisualBridge => &["image_embeds"],
            Self::Siglip => &["image_embeds", "pooler_output"],
        }
    }

    /// The outputs that may hold a text's vector, best first.
    pub(super) const fn text_outputs(self) -> &'static [&'static str] {
        match self {
            Self::Clip | Self::VisualBridge => &["text_embeds"],
            Self::Siglip => &["text_embeds", "pooler_output"],
        }
    }
}

/// `config.json`.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    pub model_type: Family,
    #[serde(default)]
    projection_dim: Option<usize>,
    #[serde(default)]
    text_model: Option<String>,
    #[serde(default)]
    text_config: TextConfig,
}

#[derive(Debug, Default, Deserialize)]
struct TextConfig {
    #[serde(default)]
    max_position_embeddings: Option<usize>,
    #[serde(default)]
    pad_token_id: Option<u32>,
    #[serde(default)]
    projection_size: Option<usize>,
    #[serde(default)]
    hidden_size: Option<usize>,
}

impl Config {
    pub(super) fn read(folder: &Path) -> Result<Self, EmbeddingError> {
        read_json(&folder.join("config.json"))
    }

    /// Length of the vectors of both towers, if the file says it. SigLIP has no projection of its own unless
    /// `projection_size` gives one.
    pub(super) fn dimensions(&self) -> Option<usize> {
        self.projection_dim.or(match self.model_type {
            Family::Siglip => self
                .text_config
                .projection_size
                .or(self.text_config.hidden_size),
            Family::Clip | Family::VisualBridge => None,
        })
    }

    /// Most tokens of a text. Files leave out what their family has by default.
    pub(super) fn max_tokens(&self) -> usize {
        let usual = match self.model_type {
            Family::Siglip => 64,
            Family::Clip | Family::VisualBridge => 77,
        };
        self.text_config.max_position_embeddings.unwrap_or(usual)
    }

    /// The text model that the stand-in was made for.
    pub(super) fn text_model(&self) -> Option<&str> {
        self.text_model.as_deref()
    }

    /// The token that fills a text up, if the file says it.
    pub(super) fn pad_token_id(&self) -> Option<u32> {
        self.text_config.pad_token_id
    }
}

/// Reads a JSON file of the model.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, EmbeddingError> {
    let bytes = std::fs::read(path).map_err(|error| unusable(path, error))?;
    serde_json::from_slice(&bytes).map_err(|error| unusable(path, error))
}

pub(super) fn unusable(path: &Path, reason: impl ToString) -> EmbeddingError {
    EmbeddingError::File {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
