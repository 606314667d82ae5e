//! Pictures and texts in one space, by a CLIP, a SigLIP or vindex's stand-in for them, `visual-bridge`.
//!
//! A model is a folder: `config.json`, `preprocessor_config.json`, `vision_model.onnx`, `text_model.onnx`, and
//! `tokenizer.json` unless it is the stand-in, which has `labels.json`. `tokenizer_config.json` and
//! `special_tokens_map.json` are read where they are there.

mod bridge;
mod files;
mod image;
mod preprocessing;
mod query;
mod resize;
mod tokens;
mod tower;

pub use self::image::{EmbeddedImage, ImageEmbedder, Label};
pub use query::{VisualQueryEmbedder, open_visual_queries};
