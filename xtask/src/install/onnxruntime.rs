//! ONNX Runtime's shared library.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cache::Cache;
use crate::install::{unpack, wheel};

/// Version in `pins/onnxruntime.txt`.
pub const VERSION: &str = "1.32.0";
const PINS: &str = include_str!("../../pins/onnxruntime.txt");

/// Installs the library; gives its path, and whether it was installed now.
///
/// # Errors
/// When the download fails or differs from its pinned hash.
pub fn install(cache: &Cache, python: &Path, log: &Path) -> Result<(PathBuf, bool)> {
    let name = format!("onnxruntime-{VERSION}");
    let installed = cache.install(&name, |folder| {
        let file = wheel::fetch(python, PINS, folder, log)?;
        let entry_name = format!("onnxruntime/capi/libonnxruntime.so.{VERSION}");
        unpack::unpack(&file, folder, |entry| {
            (entry == entry_name).then(|| PathBuf::from("libonnxruntime.so"))
        })?;
        wheel::clean(folder)
    })?;
    Ok((cache.entry(&name).join("libonnxruntime.so"), installed))
}
