//! `cargo xtask demo`: uploads the sample videos, asks what is known to be in them, and says how much was found.

mod judging;
mod table;

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use self::judging::{Measure, Verdict};
use self::table::Row;
use crate::checkout::Checkout;
use crate::command::sample_videos::samples::{Query, Samples};
use crate::command::sample_videos::vindex_cli::{Answer, VindexCli};
use crate::command::sample_videos::{uploading, without_text};
use crate::command::up::{UpArguments, up};
use crate::env_file;
use crate::progress::Progress;
use crate::service::Service;

/// Queries that are judged together.
struct Questions {
    /// What a query of the samples needs.
    needs: &'static str,
    /// What they ask about, in a sentence.
    about: &'static str,
    /// So many must have the right passage first …
    right: usize,
    /// … of so many.
    of: usize,
}

const QUESTIONS: [Questions; 3] = [
    Questions {
        needs: "speech",
        about: "what is said",
        right: 9,
        of: 10,
    },
    Questions {
        needs: "visual",
        about: "what pictures show",
        right: 8,
        of: 12,
    },
    Questions {
        needs: "screen-text",
        about: "words on the screen",
        right: 1,
        of: 1,
    },
];

/// Brings the stack up, uploads the samples that are not there yet, and asks their queries.
///
/// # Errors
/// When a step fails, or fewer queries are answered right than must be.
pub fn demo(checkout: &Checkout, arguments: &UpArguments) -> Result<()> {
    up(checkout, arguments)?;
    let samples = Samples::read(&checkout.root.join("samples"))?;
    let cli = VindexCli::of(checkout);

    println!("\nuploading the sample videos, without their subtitles");
    let progress = Progress::new(samples.videos.len());
    let folder = without_text::make(checkout, &samples.videos)?;
    let uploaded =
        progress.watch(|| uploading::upload(&cli, &samples.videos, folder.path(), &progress))?;

    let mut missed = Vec::new();
    for questions in QUESTIONS {
        let asked = samples.queries_that_need(questions.needs);
        println!("\nasking {} queries about {}", asked.len(), questions.about);
        let (rows, measure) = ask(&cli, &samples, &asked, &uploaded)?;
        print!("{}", table::text(&rows));
        println!("\n{}", measure.sentence());
        if !measure.is_enough(questions.right, questions.of) {
            missed.push(format!(
                "about {}: {}, and {} in {} should",
                questions.about,
                measure.sentence(),
                questions.right,
                questions.of
            ));
        }
    }
    println!("\n{}", what_now(checkout));
    if !missed.is_empty() {
        bail!("{}", missed.join("; "));
    }
    Ok(())
}

/// Asks each query; `uploaded` gives the sample that a video id stands for.
fn ask(
    cli: &VindexCli,
    samples: &Samples,
    queries: &[&Query],
    uploaded: &BTreeMap<String, String>,
) -> Result<(Vec<Row>, Measure)> {
    let mut rows = Vec::new();
    let mut measure = Measure::default();
    for query in queries {
        let answer: Answer = cli.search(&query.query, uploading::TAG)?;
        if rows.is_empty() && answer.visual_model.is_some_and(|model| model.stand_in) {
            println!("pictures are searched by a stand-in, which knows 1,000 nouns and no more");
        }
        // The order is judged here, and `cargo xtask eval` judges what is answered with.
        let first = answer.moments.first().or(answer.nearest.first());
        let verdict = judging::judge(query, first, uploaded);
        measure.add(verdict == Verdict::Right);
        rows.push(Row::new(query, first, verdict, samples));
    }
    Ok((rows, measure))
}

/// How to go on, and what was left running.
fn what_now(checkout: &Checkout) -> String {
    let running: Vec<String> = Service::ALL
        .into_iter()
        .filter_map(|service| {
            let process = service.pid_file(checkout).running()?;
            Some(format!(
                "{} (process {}, port {})",
                service.name(),
                process.pid,
                process.port
            ))
        })
        .collect();
    let program = checkout.shown(&checkout.home.join("bin/vindex"));
    let page = env_file::read(&checkout.home)
        .remove("VINDEX_PAGE_URL")
        .unwrap_or_default();
    format!(
        "still running: {}; the Lambda functions run as MiniStack's children\n\
         in the browser:   {page}\n\
         your own videos:  {program} upload my.mp4 --wait\n\
         \x20                 {program} search \"what somebody said, or what was shown\"\n\
         stop everything:  cargo xtask down",
        running.join(" and ")
    )
}
