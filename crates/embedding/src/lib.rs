//! Vectors of words and pictures.
//!
//! A [`TextEmbedder`] gives each text a vector of length 1; the cosine of two says how alike the texts are.
//! An [`ImageEmbedder`] does so for pictures, and the [`VisualQueryEmbedder`] of the same model puts a text
//! among them. Everything is embedded one by one: an int8 model scales its activations over a whole batch, so that a
//! vector would depend on its neighbours, and a task run twice would write two different vectors.
//!
//! [`decode_picture`] makes pixels of a picture that somebody sent.

mod by_name;
mod error;
mod picture;
mod text;
mod vector;
mod visual;

pub use by_name::{ByNameError, EmbeddersByName};
pub use error::EmbeddingError;
pub use image::RgbImage;
pub use onnx::{Clock, Spent};
pub use picture::{PictureError, PictureLimits, decode_picture};
pub use text::TextEmbedder;
pub use visual::{EmbeddedImage, ImageEmbedder, Label, VisualQueryEmbedder, open_visual_queries};
