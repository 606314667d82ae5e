//! Which model plays which role, where its files come from, and where they lie.
//!
//! The manifest (`manifest.json` beside this crate) is the only place that names a model. Installing is the
//! work of `cargo xtask up`; this crate only reads: [`ModelFolder::open`] finds the files of a role below
//! a folder that holds one folder per model.

mod folder;
mod manifest;

pub use folder::{ModelError, ModelFolder};
pub use manifest::{Model, ModelFile, Pooling, Role, Source, manifest, model_of};
