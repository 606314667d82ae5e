//! The sample videos, for every command that uploads them and asks about them.

pub mod samples;
pub mod uploading;
pub mod vindex_cli;
pub mod without_text;
