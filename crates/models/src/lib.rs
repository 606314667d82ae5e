//! Which model plays which role, where its files come from, and where they lie.
//!
//! The manifest (`manifest.json` beside this crate) is the only place that names a model. Installing is the
//! work of `cargo xtask up` and `cargo xtask models pull`; this crate only reads. A models folder holds one
//! folder per model and `models.lock`, which says which of them plays which role and where each came from:
//! [`ModelFolder::open`] finds the files of a role, [`ModelFolder::open_named`] those of any model. A folder
//! without `models.lock` is taken to hold the models of the set `base`.
//!
//! A model that the package registries do not have may have a stand-in that they do ([`Model::stand_in`]), which is
//! installed and plays the role where the model can't be had.

mod folder;
mod lock;
mod manifest;

pub use folder::{ModelError, ModelFolder, chosen};
pub use lock::{LOCK_FILE, Lock, LockError, LockedFile, LockedModel, SourceKind, Taken};
pub use manifest::{
    Chance, Conversion, Model, ModelFile, Pooling, Relevance, Role, Set, Source, TextInterface,
    VisualInterface, Weights, manifest, model_named, model_of,
};
