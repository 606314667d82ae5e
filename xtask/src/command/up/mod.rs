//! `cargo xtask up`: from nothing, or from anything in between, to a stack that answers.

mod deploying;
mod installing;
mod signing_in;
mod starting;

use std::num::NonZero;
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use serde_json::Value;

use crate::aws::{self, LocalAws};
use crate::cache::{Cache, lock_file};
use crate::checkout::Checkout;
use crate::deploy::cdk::Settings;
use crate::deploy::functions::{self, Binaries};
use crate::deploy::outputs::Outputs;
use crate::env_file;
use crate::install::models::Visual;
use crate::install::{machine, node, note};
use crate::page;
use crate::progress::Progress;
use crate::state::State;

use self::installing::Installed;
use self::starting::Ports;

const STEPS: usize = 16;

/// Arguments of `up`.
#[derive(Args)]
pub struct UpArguments {
    /// Port of the local AWS (default 4566, or the next free one)
    #[arg(long, env = "VINDEX_AWS_PORT")]
    pub aws_port: Option<u16>,
    /// Port of OpenSearch (default 9200, or the next free one)
    #[arg(long, env = "VINDEX_OPENSEARCH_PORT")]
    pub opensearch_port: Option<u16>,
    /// Length of a chunk in seconds (default 300)
    #[arg(long, env = "VINDEX_CHUNK_SECONDS", value_parser = clap::value_parser!(u32).range(10..=900))]
    pub chunk_seconds: Option<u32>,
    /// Where imports may come from: bucket/prefix, separated by commas; `{workspace}` stands for the tenant
    #[arg(long, env = "VINDEX_IMPORT_SOURCES")]
    pub import_sources: Option<String>,
    /// Record which moments are opened, with their queries, for `cargo xtask eval --feedback`
    #[arg(long, env = "VINDEX_RECORD_FEEDBACK")]
    pub record_feedback: bool,
    /// Which model plays the role visual
    #[arg(long, env = "VINDEX_VISUAL", value_enum, default_value_t)]
    pub visual: Visual,
}

/// Installs, starts, builds and deploys whatever is not yet.
///
/// # Errors
/// When a step fails; the message names it and its log. What was done stays done for the next `up`.
pub fn up(checkout: &Checkout, arguments: &UpArguments) -> Result<()> {
    machine()?;
    let _lock = lock_file(&checkout.home.join("up.lock"))?;
    starting::check_asked(checkout, arguments)?;
    let progress = Progress::new(STEPS);
    let ports = progress.watch(|| run_steps(checkout, arguments, &progress))?;
    let seconds = progress.elapsed().as_secs_f64();
    let outputs = Outputs::read(&checkout.home)?;
    println!("\nready after {seconds:.1} s");
    println!("  page       {}", outputs.get("PageUrl")?);
    println!("  API        {}", signing_in::api_url(ports.aws, &outputs)?);
    println!("  local AWS  {}", aws::endpoint(ports.aws));
    println!("  OpenSearch {}", aws::endpoint(ports.opensearch));
    println!(
        "  settings   {}",
        checkout.shown(&env_file::path(&checkout.home))
    );
    println!(
        "  try        {} --help",
        checkout.shown(&checkout.home.join("bin/vindex"))
    );
    Ok(())
}

fn run_steps(checkout: &Checkout, arguments: &UpArguments, progress: &Progress) -> Result<Ports> {
    let mut state = State::load(&checkout.home);
    let (installed, ports, binaries) = prepare(checkout, arguments, &mut state, progress)?;
    let settings = Settings {
        opensearch_endpoint: aws::endpoint(ports.opensearch),
        functions_dir: functions::folder(checkout),
        models_dir: installed.models,
        ffmpeg_path: installed.ffmpeg,
        onnxruntime_path: installed.onnxruntime,
        map_concurrency: thread::available_parallelism().map_or(1, NonZero::get),
        chunk_seconds: arguments.chunk_seconds,
        import_sources: arguments.import_sources.clone(),
        record_feedback: arguments.record_feedback,
        page_origin: aws::endpoint(ports.aws),
    };
    let aws = LocalAws::on(ports.aws);
    deploying::deploy(checkout, &aws, ports.aws, &settings, &binaries, progress)?;
    let outputs = Outputs::read(&checkout.home)?;
    progress.step("Search index", || {
        let answer = aws
            .invoke(outputs.get("PrepareIndexFunctionName")?)
            .context("the index can't be prepared; see: cargo xtask logs prepare-index")?;
        Ok(((), index_told(&answer)))
    })?;
    progress.step("API", || {
        signing_in::check_closed(&signing_in::api_url(ports.aws, &outputs)?)?;
        Ok(((), "answers".to_owned()))
    })?;
    progress.step("User and token", || {
        let renewed = signing_in::sign_in(checkout, &aws, ports, &outputs, &settings)?;
        Ok((
            (),
            if renewed { "signed in" } else { "still good" }.to_owned(),
        ))
    })?;
    progress.step("Page", || {
        let environment = env_file::read(&checkout.home);
        let put = page::publish(checkout, &aws, ports.aws, &outputs, &environment)?;
        Ok(((), if put { "published" } else { "unchanged" }.to_owned()))
    })?;
    Ok(ports)
}

/// What is said of the index: whether it holds vectors of other models than the deployment's, and the way out.
fn index_told(answer: &Value) -> String {
    let other = &answer["other_models"];
    if other.is_null() {
        return "prepared".to_owned();
    }
    format!(
        "prepared; it holds vectors of {} and {}: `vindex reindex --wait` and `--switch` change to {} and {}",
        text(&other["of_index"][0]),
        text(&other["of_index"][1]),
        text(&other["of_deployment"][0]),
        text(&other["of_deployment"][1])
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Everything before the deployment, as much as possible at the same time: the build, the downloads, the servers.
fn prepare(
    checkout: &Checkout,
    arguments: &UpArguments,
    state: &mut State,
    progress: &Progress,
) -> Result<(Installed, Ports, Binaries)> {
    let cache = Cache::locate()?;
    thread::scope(|scope| {
        let build = scope.spawn(|| {
            progress.step("Functions and command line", || {
                let binaries = functions::build(checkout)?;
                let note = build_note(&binaries);
                Ok((binaries, note))
            })
        });
        let node = scope.spawn(|| {
            progress.step("Node modules of infra/", || {
                Ok((
                    (),
                    note(node::install(
                        &cache,
                        &checkout.infra(),
                        &checkout.log("npm"),
                    )?),
                ))
            })?;
            progress.step("Building the page", || {
                let built = page::build(checkout, &cache)?;
                Ok(((), if built { "built" } else { "unchanged" }.to_owned()))
            })
        });
        let started = installing::install(checkout, &cache, arguments.visual, progress).and_then(
            |installed| {
                let ports =
                    starting::start(checkout, arguments, &cache, &installed, state, progress)?;
                Ok((installed, ports))
            },
        );
        // All are waited for before the first failure is told: what the others downloaded or built is kept.
        let binaries = joined(build);
        let node = joined(node);
        let (installed, ports) = started?;
        node?;
        Ok((installed, ports, binaries?))
    })
}

fn build_note(binaries: &Binaries) -> String {
    match binaries.changed.len() {
        0 => "unchanged".to_owned(),
        changed => format!("built, {changed} changed"),
    }
}

/// What a thread returned.
fn joined<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread
        .join()
        .unwrap_or_else(|_| Err(anyhow!("a step of `up` panicked; its message is above")))
}
