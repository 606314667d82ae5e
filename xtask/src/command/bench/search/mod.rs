//! What the search index answers, how quickly, and how much of what is there.

mod cold_start;
mod document;
mod figures;
mod runtime_api;
mod server;
mod tables;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use models::Role;
use serde::de::DeserializeOwned;

use self::cold_start::Function;
pub use self::document::{HEAD, section, table};
pub use self::figures::SearchFigures;
use self::figures::{IndexRun, Vectors};
use self::server::{Programs, Server};
use super::programs::{Artifact, build, functions_environment};
use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::hub::Hub;
use crate::install::models::{Installer, Visual, folder as models_folder, installing_note};
use crate::install::{java, onnxruntime, opensearch};
use crate::progress::Progress;
use crate::run::run_captured;

/// The alias that the functions use, so that the function `search` finds the index.
const ALIAS: &str = "segments";
/// Sizes of the index that go into the document, in segments.
const USUAL_SEGMENTS: [u32; 3] = [10_000, 100_000, 300_000];
const COLD_STARTS: usize = 5;

/// How much is measured: of each index so many segments.
#[derive(Debug, Clone)]
pub struct Extent {
    segments: Vec<u32>,
}

impl Extent {
    /// The sizes `asked` for; where none is, those of the document, or the smallest to try the benchmark itself.
    pub fn new(quick: bool, asked: &[u32]) -> Self {
        let usual = if quick {
            &USUAL_SEGMENTS[..1]
        } else {
            &USUAL_SEGMENTS
        };
        let segments = if asked.is_empty() { usual } else { asked };
        Self {
            segments: segments.to_vec(),
        }
    }
}

/// Measures in `folder`, which is there.
///
/// # Errors
/// When something can't be installed or built, or a program fails.
pub fn measure(checkout: &Checkout, folder: &Path, extent: &Extent) -> Result<SearchFigures> {
    let progress = Progress::new(4 + extent.segments.len() * Vectors::ALL.len());
    progress.watch(|| {
        let (program, search) = progress.step("Programs of ours, optimised", || {
            let example = Artifact::Example("measure_search");
            let program = build(&checkout.root, "search-index", example)?;
            let search = build(&checkout.root, "search", Artifact::Program("search"))?;
            Ok(((program, search), "built".to_owned()))
        })?;
        let (programs, function) = progress.step("OpenSearch and models", || {
            install(checkout, folder, search)
        })?;
        let has_vector_instructions = programs.java.is_full;
        let server = progress.step("OpenSearch of its own", || {
            let server = Server::start(checkout, &folder.join("opensearch"), programs)?;
            Ok((server, "started".to_owned()))
        })?;
        let mut runs = Vec::new();
        for segments in &extent.segments {
            for vectors in Vectors::ALL {
                let name = format!("{segments} segments, {} vectors", vectors.name());
                runs.push(progress.step(&name, || {
                    let run = measure_index(&program, &server, *segments, vectors)?;
                    let note = format!("{:.0} documents/s", run.filled.documents_per_second());
                    Ok((run, note))
                })?);
            }
        }
        // The last index is still there: the largest, with vectors as the function has them.
        let cold_starts = progress.step("Cold starts of the function search", || {
            let log = checkout.log("bench-search");
            let starts = function.cold_starts(&server.url(), &log, COLD_STARTS)?;
            Ok((starts, format!("{COLD_STARTS} times")))
        })?;
        Ok(SearchFigures {
            runs,
            cold_starts,
            has_vector_instructions,
        })
    })
}

/// Fills an index and searches in it.
fn measure_index(
    program: &Path,
    server: &Server,
    segments: u32,
    vectors: Vectors,
) -> Result<IndexRun> {
    let run = |command: &str| {
        let mut process = Command::new(program);
        process
            .args([command, ALIAS, &segments.to_string(), vectors.name()])
            .env("VINDEX_OPENSEARCH_URL", server.url());
        run_captured(process, &format!("measure_search {command}"))
    };
    let filled = read(&run("fill")?)?;
    // What writing took of memory does not count, and the first search finds nothing prepared.
    server.restart()?;
    let asked = read(&run("ask")?)?;
    Ok(IndexRun {
        segments,
        vectors,
        filled,
        asked,
        memory: server.memory()?,
    })
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).with_context(|| format!("measure_search told no figures: {text}"))
}

/// OpenSearch, and what the function `search`, whose program is given, needs.
fn install(
    checkout: &Checkout,
    folder: &Path,
    program: PathBuf,
) -> Result<((Programs, Function), String)> {
    let cache = Cache::locate()?;
    let log = checkout.log("pip");
    let private = Checkout::at(checkout.root.clone(), &folder.join("models"))?;
    let installer = Installer {
        checkout: &private,
        cache: &cache,
        hub: Hub::from_environment(false),
        visual: Visual::StandIn,
    };
    let installed = installer.install_roles(&[Role::Text, Role::StandInText, Role::Visual])?;
    let python = installer.python()?;
    let (onnxruntime, _) = onnxruntime::install(&cache, &python, &log)?;
    let (java, _) = java::find_or_install(&cache, &python, &log)?;
    let (opensearch, _) = opensearch::install(&cache, &checkout.log("maven"))?;
    let function = Function {
        program,
        models: models_folder(&private),
        onnxruntime,
        environment: functions_environment(&checkout.root)?,
    };
    let programs = Programs { java, opensearch };
    Ok(((programs, function), installing_note(&installed)))
}
