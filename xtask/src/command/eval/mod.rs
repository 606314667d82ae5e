//! `cargo xtask eval`: how well search finds, on a stack of its own, by queries whose answers are known.

mod asking;
mod baselines;
mod chance;
mod document;
mod feedback;
mod figures;
mod fit;
mod lectures;
mod logit;
mod metrics;
mod questions;
mod reading;
mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;

use self::asking::{MODES, Searcher};
use self::baselines::Length;
use self::document::Run;
use self::figures::Figures;
use self::lectures::Lecture;
use self::questions::Question;
use crate::aws::loopback_agent;
use crate::cache::lock_file;
use crate::checkout::Checkout;
use crate::command::private_stack::PrivateStack;
use crate::command::sample_videos::samples::Samples;
use crate::command::sample_videos::vindex_cli::VindexCli;
use crate::command::sample_videos::{uploading, without_text};
use crate::progress::Progress;
use crate::table::today;

const NAME: &str = "eval";
const DOCUMENT: &str = "docs/evaluation.md";
/// Lectures of a quick run.
const QUICK_LECTURES: usize = 2;

/// Arguments of `eval`.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct EvalArguments {
    /// The samples and two lectures, and nothing written: to try the evaluation itself
    #[arg(long)]
    quick: bool,
    /// Leave the stack running, to ask again
    #[arg(long)]
    keep: bool,
    /// Ask on the stack that `--keep` left, brought up to date with the code; upload nothing
    #[arg(long)]
    only_ask: bool,
    /// Ask nothing: fit the weights of `moments::Signs` to the answers of the last run, and print them
    #[arg(long, conflicts_with_all = ["quick", "keep", "only_ask"])]
    fit: bool,
    /// Ask the running stack again what was asked of it, and show where the moments that were opened stand by the
    /// weights of `moments::Signs` and by others; write nothing
    #[arg(long, conflicts_with_all = ["quick", "keep", "only_ask", "fit"])]
    feedback: bool,
}

/// What is uploaded and asked about.
struct Material {
    samples: Samples,
    lectures: Vec<Lecture>,
    /// Where the lectures' videos lie.
    folder: PathBuf,
    questions: Vec<Question>,
}

/// Uploads samples and lectures, asks every query, prints the tables and writes `docs/evaluation.md`.
///
/// # Errors
/// When a step fails. A poor result is no error: the tables say so.
pub fn eval(checkout: &Checkout, arguments: &EvalArguments) -> Result<()> {
    let _lock = lock_file(&checkout.home.join("eval.lock"))?;
    if arguments.fit {
        print!("{}", fit::fit(&answers_path(checkout))?);
        return Ok(());
    }
    if arguments.feedback {
        print!("{}", feedback::feedback(checkout)?);
        return Ok(());
    }
    let mut stack = if arguments.only_ask {
        PrivateStack::of_earlier_run(checkout, NAME)?
    } else {
        PrivateStack::new(checkout, NAME, Vec::new())?
    };
    if arguments.keep {
        stack.keep();
    }
    let material = prepare(checkout, &stack, arguments.quick)?;
    if !arguments.only_ask {
        upload(&stack, &material)?;
    }
    let (figures, run) = ask(checkout, &stack, material)?;
    print!("\n{}", document::summary(&figures));
    if arguments.quick {
        println!("\nquick: nothing was written to {DOCUMENT}");
        return Ok(());
    }
    let path = checkout.root.join(DOCUMENT);
    fs::write(&path, document::document(&figures, &run))
        .with_context(|| format!("{} can't be written", path.display()))?;
    println!("\nwritten to {}", checkout.shown(&path));
    Ok(())
}

/// Brings the stack up, makes the lectures and reads all queries.
fn prepare(checkout: &Checkout, stack: &PrivateStack, quick: bool) -> Result<Material> {
    let progress = Progress::new(2);
    let folder = progress.watch(|| {
        progress.step("Stack", || Ok((stack.up()?, "up".to_owned())))?;
        progress.step("Lectures", || {
            let ffmpeg = stack.setting("VINDEX_FFMPEG")?;
            let (folder, made) = lectures::make(checkout, Path::new(&ffmpeg))?;
            let note = if made { "made" } else { "already there" };
            Ok((folder, note.to_owned()))
        })
    })?;
    let samples = Samples::read(&checkout.root.join("samples"))?;
    let mut lectures = lectures::read(&folder)?;
    if quick {
        lectures.truncate(QUICK_LECTURES);
    }
    let queries = checkout.root.join("samples/evaluation/queries");
    let questions = reading::read(&samples, &lectures, &queries)?;
    Ok(Material {
        samples,
        lectures,
        folder,
        questions,
    })
}

/// Uploads the samples as the demo does, so that they are listened to, and the lectures with their subtitles.
fn upload(stack: &PrivateStack, material: &Material) -> Result<()> {
    println!("\nuploading the videos");
    let cli = VindexCli::of(stack.checkout());
    let samples = &material.samples.videos;
    let progress = Progress::new(samples.len() + material.lectures.len());
    let folder = without_text::make(stack.checkout(), samples)?;
    progress.watch(|| {
        uploading::upload(&cli, samples, folder.path(), &progress)?;
        for lecture in &material.lectures {
            progress.step(&lecture.title, || {
                let file = material.folder.join(format!("{}.mp4", lecture.id));
                let tags: Vec<&str> = lecture.tags.iter().map(String::as_str).collect();
                let video = cli.upload(&file, &lecture.title, &tags)?;
                Ok(((), uploading::note("ready", &video)))
            })?;
        }
        Ok(())
    })
}

/// Asks every query in every mode.
fn ask(checkout: &Checkout, stack: &PrivateStack, material: Material) -> Result<(Figures, Run)> {
    refresh(&stack.setting("VINDEX_OPENSEARCH_URL")?)?;
    let searcher = Searcher {
        api_url: stack.setting("VINDEX_API_URL")?,
        token: stack.setting("VINDEX_TOKEN")?,
        names: names(&VindexCli::of(stack.checkout()), &material)?,
    };
    let path = answers_path(checkout);
    let mut lines = asking::answers_file(&path)?;
    println!("\nasking {} queries", material.questions.len());
    let progress = Progress::new(MODES.len());
    let mut replies = Vec::new();
    let mut visual_model = None;
    progress.watch(|| {
        for mode in &MODES {
            let (of_mode, model) = progress.step(mode.name, || {
                let outcome = searcher.ask_all(&material.questions, mode, &mut lines)?;
                Ok((outcome, "asked".to_owned()))
            })?;
            replies.push(of_mode);
            visual_model = visual_model.take().or(model);
        }
        anyhow::Ok(())
    })?;
    lines.flush()?;
    println!("\nraw answers in {}", checkout.shown(&path));
    let lengths = material.lengths();
    let figures = Figures::new(material.questions, &replies, &lengths);
    let run = Run {
        date: today()?,
        lengths,
        visual_model,
    };
    Ok((figures, run))
}

/// Where the raw answers of the last run lie.
fn answers_path(checkout: &Checkout) -> PathBuf {
    checkout.home.join(NAME).join("answers.jsonl")
}

impl Material {
    /// The videos with their lengths, in the order of upload.
    fn lengths(&self) -> Vec<Length> {
        let samples = self.samples.videos.iter();
        let samples = samples.map(|sample| (sample.name().to_owned(), sample.duration_ms()));
        let lectures = self.lectures.iter();
        let lectures = lectures.map(|lecture| (lecture.id.clone(), lecture.duration_ms));
        samples.chain(lectures).collect()
    }
}

/// The name of each video on the stack, by its id.
fn names(cli: &VindexCli, material: &Material) -> Result<BTreeMap<String, String>> {
    let ready = cli.videos()?.into_iter();
    let names: BTreeMap<String, String> = ready
        .filter(|video| video.status == "READY")
        .map(|video| {
            let name = video.file_name.trim_end_matches(".mp4").to_owned();
            (video.video_id, name)
        })
        .collect();
    for (name, _) in material.lengths() {
        ensure!(
            names.values().any(|known| *known == name),
            "the stack has no video {name} that is ready: run `cargo xtask eval --keep` first"
        );
    }
    Ok(names)
}

/// Makes everything that was indexed visible to searches.
fn refresh(opensearch_url: &str) -> Result<()> {
    let response = loopback_agent(Duration::from_secs(60))
        .post(format!("{opensearch_url}/_refresh"))
        .send_empty()
        .context("the index can't be refreshed")?;
    let status = response.status().as_u16();
    ensure!(status == 200, "refreshing the index gave {status}");
    Ok(())
}
