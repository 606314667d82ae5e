//! `cargo xtask demo`: uploads the sample videos, asks what is known to be in them, and says how much was found.

mod judging;
mod samples;
mod table;
mod uploading;
mod vindex_cli;
mod without_text;

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use self::judging::{Measure, Verdict};
use self::samples::{Query, Samples};
use self::table::Row;
use self::vindex_cli::{Answer, VindexCli};
use crate::checkout::Checkout;
use crate::command::up::{UpArguments, up};
use crate::progress::Progress;
use crate::service::Service;

/// Of the queries asked, at least so many in ten must have the right passage first.
const NEEDED_IN_TEN: usize = 9;

/// Brings the stack up, uploads the samples that are not there yet, and asks the spoken queries.
///
/// # Errors
/// When a step fails, or fewer than 9 in 10 queries are answered right.
pub fn demo(checkout: &Checkout, arguments: &UpArguments) -> Result<()> {
    up(checkout, arguments)?;
    let samples = Samples::read(&checkout.root.join("samples"))?;
    let cli = VindexCli::of(checkout);

    println!("\nuploading the sample videos, without their subtitles");
    let progress = Progress::new(samples.videos.len());
    let folder = without_text::make(checkout, &samples.videos)?;
    let uploaded =
        progress.watch(|| uploading::upload(&cli, &samples.videos, folder.path(), &progress))?;

    let asked = samples.spoken_queries();
    println!("\nasking {} queries about what is said", asked.len());
    let (rows, measure) = ask(&cli, &samples, &asked, &uploaded)?;
    print!("{}", table::text(&rows));
    println!("\n{}", measure.sentence());
    if let Some(sentence) = not_asked(&samples) {
        println!("{sentence}");
    }
    println!("\n{}", what_now(checkout));
    if !measure.is_enough(NEEDED_IN_TEN) {
        bail!(
            "fewer than {NEEDED_IN_TEN} in 10 queries have the right passage first: {}",
            measure.sentence()
        );
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
        let first = answer.moments.first();
        let verdict = judging::judge(query, first, uploaded);
        measure.add(verdict == Verdict::Right);
        rows.push(Row::new(query, first, verdict, samples));
    }
    Ok((rows, measure))
}

/// What the samples hold and this release does not find yet, said plainly.
fn not_asked(samples: &Samples) -> Option<String> {
    let parts: Vec<String> = [
        ("visual", "what pictures show"),
        ("screen-text", "words on the screen"),
    ]
    .map(|(channel, what)| (samples.count(|query| query.needs(channel)), what))
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} about {what}"))
    .collect();
    (!parts.is_empty()).then(|| {
        format!(
            "not asked, because they can't be answered yet: {}",
            parts.join("; ")
        )
    })
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
    format!(
        "still running: {}; the Lambda functions run as MiniStack's children\n\
         your own videos:  {program} upload my.mp4 --wait\n\
         \x20                 {program} search \"what somebody said\"\n\
         stop everything:  cargo xtask down",
        running.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn what_is_not_asked_is_counted_and_named() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
        let samples = Samples::read(&folder).unwrap();
        assert_eq!(
            not_asked(&samples).unwrap(),
            "not asked, because they can't be answered yet: 12 about what pictures show; 8 about words on the screen"
        );
    }
}
