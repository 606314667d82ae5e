//! `docs/evaluation.md`, and the tables that a terminal shows.

use super::asking::MODES;
use super::baselines::Length;
use super::figures::{Figures, GAIN_WANTED};
use super::tables;
use crate::table::machine;

const METHOD: &str = include_str!("method.md");
const WORST: usize = 15;

/// What was asked, beside the queries.
pub struct Run {
    /// The day.
    pub date: String,
    /// The videos, in the order of upload.
    pub lengths: Vec<Length>,
    /// The model that pictures were searched with, if any was.
    pub visual_model: Option<String>,
}

/// The tables that a terminal shows.
pub fn summary(figures: &Figures) -> String {
    format!(
        "{}\n{}\n\n{}",
        tables::rankings(figures, 0),
        gain(figures),
        tables::outcomes(figures)
    )
}

/// The whole document.
pub fn document(figures: &Figures, run: &Run) -> String {
    let sections = [
        heading(figures, run),
        tables::asked(figures),
        format!(
            "## All queries that have an answer\n\n{}\n{}",
            tables::rankings(figures, 0),
            tables::rankings(figures, 1)
        ),
        format!(
            "## By suite\n\n{}\n{}",
            tables::suites(figures, 0),
            tables::suites(figures, 1)
        ),
        format!(
            "## By channel\n\nMRR and Recall@1 of each channel alone.\n\n{}\n{}",
            tables::channels(figures, 0),
            tables::channels(figures, 1)
        ),
        format!(
            "## Is fused search better than one channel?\n\nOverlap ≥ 0.3. {}\n\n{}",
            gain(figures),
            tables::leads(figures)
        ),
        format!(
            "## Answers that are missing or false\n\n{}",
            tables::outcomes(figures)
        ),
        format!(
            "## Both halves\n\nOverlap ≥ 0.3.\n\n{}\n{}",
            tables::halves(figures),
            tables::halves_of_suites(figures)
        ),
        format!(
            "## Worst misses\n\nThe rank of the first right moment (overlap ≥ 0.3).\n\n{}",
            tables::misses(figures, WORST)
        ),
    ];
    format!("{}\n{METHOD}", sections.join("\n"))
}

fn heading(figures: &Figures, run: &Run) -> String {
    let seconds: f64 = run.lengths.iter().map(|(_, ms)| *ms as f64 / 1000.0).sum();
    let pictures = run.visual_model.as_deref().unwrap_or("nothing");
    format!(
        "<!-- Written by `cargo xtask eval`; edit that, not this. -->\n\
         # How well search finds\n\n\
         Measured on {date} on {machine}: {queries} queries about {videos} videos of {minutes:.0} minutes together\n\
         (`samples/`, whose narration is heard, and `samples/evaluation/`, which have subtitles), asked over HTTP in\n\
         {modes} modes. Pictures were searched with {pictures}.\n",
        date = run.date,
        machine = machine(),
        queries = figures.questions.len(),
        videos = run.lengths.len(),
        minutes = seconds / 60.0,
        modes = MODES.len(),
    )
}

fn gain(figures: &Figures) -> String {
    let gain = figures.gain(&figures.answerable());
    let verdict = if gain.value >= GAIN_WANTED {
        "which holds"
    } else {
        "which **does not hold**"
    };
    format!(
        "Fused MRR is {:.3}, that of the best channel alone ({}) {:.3}: {:.3} times as much [{:.3}, {:.3}]; \
         at least {GAIN_WANTED} is wanted, {verdict}.",
        gain.fused_mrr,
        gain.channel,
        gain.channel_mrr,
        gain.value,
        gain.interval.low,
        gain.interval.high
    )
}
