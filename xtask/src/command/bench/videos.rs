//! What a video costs from its upload until it can be searched, and how long `up` takes, on a stack of its own.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use super::figures::{Figures, Run, UpTimes};
use super::media::Studio;
use super::requests::{self, Buckets};
use super::transitions::StatePath;
use super::{sampling, source_reads};
use crate::checkout::Checkout;
use crate::command::private_stack::PrivateStack;
use crate::progress::Progress;
use crate::run::run_captured;

/// Lengths of the two videos in seconds, whose memory is compared.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    short_seconds: u32,
    long_seconds: u32,
}

/// Measures in `folder`, which is there; `quick` takes short videos and nothing cold.
///
/// # Errors
/// When a step fails.
pub fn measure(checkout: &Checkout, folder: &Path, quick: bool) -> Result<Figures> {
    let lengths = if quick {
        Lengths {
            short_seconds: 120,
            long_seconds: 600,
        }
    } else {
        Lengths {
            short_seconds: 600,
            long_seconds: 3600,
        }
    };
    let path = StatePath::read(&checkout.root)?;
    // The local AWS then writes a line for each request, which are counted.
    let mut variables = vec![("LOG_LEVEL", "DEBUG".to_owned())];
    if !quick {
        variables.extend(cold_variables(&folder.join("cache")));
    }
    let stack = PrivateStack::new(checkout, "bench", variables)?;
    let progress = Progress::new(8);
    progress.watch(|| {
        let (cold, running) = start(&stack, quick, &progress)?;
        let ffmpeg = stack.setting("VINDEX_FFMPEG")?;
        let studio = Studio {
            ffmpeg: Path::new(&ffmpeg),
            root: &checkout.root,
            folder: &folder.join("videos"),
            log: &checkout.log("bench-ffmpeg"),
        };
        let (short_file, long_file) = progress.step("Videos", || {
            let stretch = studio.encode_stretch()?;
            let short = studio.repeat(&stretch, lengths.short_seconds)?;
            let long = studio.repeat(&stretch, lengths.long_seconds)?;
            Ok(((short, long), "made".to_owned()))
        })?;
        let functions = function_names(&checkout.root)?;
        let run = |file: &Path, seconds: u32| {
            let name = format!("Video of {} minutes", seconds / 60);
            progress.step(&name, || {
                let run = index(&stack, file, seconds, &functions)?;
                let note = format!("{} chunks", run.chunks);
                Ok((run, note))
            })
        };
        let short = run(&short_file, lengths.short_seconds)?;
        let stopped = progress.step("Up after down", || {
            // Memory that the short video left behind must not count for the long one either.
            stack.stop()?;
            Ok((stack.up()?, "new sandboxes".to_owned()))
        })?;
        let long = run(&long_file, lengths.long_seconds)?;
        let decoding_cpu_seconds = progress.step("ffmpeg alone on the same video", || {
            Ok((
                studio.decoding_cpu_seconds(&long_file)?,
                "decoded".to_owned(),
            ))
        })?;
        Ok(Figures {
            up: UpTimes {
                cold,
                running,
                stopped,
            },
            path,
            short,
            long,
            decoding_cpu_seconds,
        })
    })
}

/// Brings the stack up, cold where nothing was downloaded before, and once more while it runs; gives both times.
fn start(
    stack: &PrivateStack,
    quick: bool,
    progress: &Progress,
) -> Result<(Option<Duration>, Duration)> {
    progress.step("Functions and command line", || {
        stack.build()?;
        Ok(((), "built".to_owned()))
    })?;
    let name = if quick { "First up" } else { "Cold up" };
    let first = progress.step(name, || Ok((stack.up()?, "up".to_owned())))?;
    let running = progress.step("Up while it runs", || Ok((stack.up()?, "up".to_owned())))?;
    Ok(((!quick).then_some(first), running))
}

/// Leads every tool that downloads to a cache that is empty.
fn cold_variables(cache: &Path) -> Vec<(&'static str, String)> {
    let maven = format!("-Dmaven.repo.local={}", cache.join("maven").display());
    vec![
        (
            "VINDEX_CACHE_DIR",
            cache.join("vindex").display().to_string(),
        ),
        ("PIP_NO_CACHE_DIR", "1".to_owned()),
        ("MAVEN_OPTS", maven),
    ]
}

/// Uploads `file`, waits until it can be searched, and adds up what that took.
fn index(stack: &PrivateStack, file: &Path, seconds: u32, functions: &[String]) -> Result<Run> {
    let buckets = Buckets {
        media: stack.setting("VINDEX_MEDIA_BUCKET")?,
        derived: stack.setting("VINDEX_DERIVED_BUCKET")?,
    };
    let log_start = requests::position(&stack.request_log())?;
    let started = Instant::now();
    let ticks_per_second = ticks_per_second()?;
    let (video, samples) = sampling::watch(stack.home(), ticks_per_second, || stack.upload(file));
    let wall_seconds = started.elapsed().as_secs_f64();
    let video = video?;
    let text = |name: &str| video[name].as_str().map(str::to_owned);
    let video_id = text("video_id").context("the video has no id")?;
    let chunks = video["chunks_total"].as_u64();
    Ok(Run {
        video_seconds: f64::from(seconds),
        size_bytes: fs::metadata(file)?.len(),
        wall_seconds,
        chunks: chunks.context("the video has no chunks")?,
        warnings: video["warnings"].as_array().map_or(0, Vec::len) as u64,
        channels: texts(&video["channels"]),
        usage: samples.usage(functions),
        reads: source_reads::of_video(&stack.aws()?, &video_id)?,
        requests: requests::since(&stack.request_log(), log_start, &buckets)?,
    })
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn function_names(root: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(root.join("infra/functions.json"))?;
    let settings: Value = serde_json::from_str(&text)?;
    let functions = settings["functions"].as_object();
    let functions = functions.context("infra/functions.json names no functions")?;
    Ok(functions.keys().cloned().collect())
}

fn ticks_per_second() -> Result<f64> {
    let mut command = std::process::Command::new("getconf");
    command.arg("CLK_TCK");
    let text = run_captured(command, "getconf CLK_TCK")?;
    text.trim().parse().context("getconf told no number")
}
