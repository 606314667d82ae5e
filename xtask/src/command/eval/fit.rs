//! Weights of the signs of moments, fitted to the answers of a run.
//!
//! A query is a choice among its moments and the possibility that nothing answers it. One fit (`logit.rs`) to half a
//! gives the order of moments, their confidence, and when to answer nothing.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::logit::{Choice, Expected, Outside, count, fitted};
use super::questions::{Half, Stretch, Suite};
use crate::command::overlap::overlap;

/// A moment is right where its overlap with an answer is at least this.
pub const LEAST_OVERLAP: f64 = 0.3;
/// How strongly large weights are held down.
const PENALTY: f64 = 0.003;
/// The bar that answers are held against (`moments::LEAST_CONFIDENCE`), as a probability.
const BARS: [f64; 7] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

#[derive(Deserialize)]
struct Line {
    mode: String,
    suite: Suite,
    half: Half,
    answers: Vec<Vec<Stretch>>,
    answer: Found,
}

#[derive(Deserialize)]
struct Found {
    moments: Vec<Moment>,
    #[serde(default)]
    nearest: Vec<Moment>,
}

#[derive(Deserialize)]
struct Moment {
    video: String,
    start_ms: u64,
    end_ms: u64,
    explanation: Option<Explanation>,
}

#[derive(Deserialize)]
struct Explanation {
    signs: BTreeMap<String, f64>,
}

/// A query with the signs of its moments.
struct Asked {
    suite: Suite,
    half: Half,
    choice: Choice,
}

/// Fits to half a of the fused answers in a file; gives what to print.
///
/// # Errors
/// When the file can't be read, or its moments don't say what their confidence rests on.
pub fn fit(path: &Path) -> Result<String> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    let (signs, queries) = read(&text)?;
    let of_half = |half| queries.iter().filter(move |asked| asked.half == half);
    // A query whose answer was not found says nothing about how to tell it.
    let telling = of_half(Half::A)
        .filter(|asked| asked.suite == Suite::None || asked.choice.has_right())
        .map(|asked| &asked.choice);
    let expected = Expected {
        weights: vec![0.0; signs.len()],
        penalty: PENALTY,
    };
    let weights = fitted(&telling.collect::<Vec<_>>(), &expected, Outside::Nothing);
    let mut shown = String::from("\nFitted to half a:\n\n");
    for (name, weight) in signs
        .iter()
        .map(String::as_str)
        .chain(["bias"])
        .zip(&weights)
    {
        let _ = writeln!(shown, "  {name:18}{weight:8.3}");
    }
    for half in [Half::A, Half::B] {
        let of_half: Vec<&Asked> = of_half(half).collect();
        let _ = write!(shown, "\n{}", table(half, &of_half, &weights));
    }
    Ok(shown)
}

fn read(text: &str) -> Result<(Vec<String>, Vec<Asked>)> {
    let mut signs = Vec::new();
    let mut queries = Vec::new();
    for line in text.lines() {
        let line: Line =
            serde_json::from_str(line).context("a line of the answers is no answer")?;
        if line.mode != "fused" {
            continue;
        }
        let all = line.answer.moments.iter().chain(&line.answer.nearest);
        let moments = all.map(|moment| {
            let found = moment
                .explanation
                .as_ref()
                .context("an answer without explanations")?;
            if signs.is_empty() {
                signs = found.signs.keys().cloned().collect();
            }
            let is_right = line.answers.iter().flatten().any(|place| {
                moment.video == place.video
                    && overlap(
                        (moment.start_ms, moment.end_ms),
                        (place.start_ms, place.end_ms),
                    ) >= LEAST_OVERLAP
            });
            Ok((found.signs.values().copied().collect(), is_right))
        });
        queries.push(Asked {
            suite: line.suite,
            half: line.half,
            choice: Choice {
                moments: moments.collect::<Result<_>>()?,
            },
        });
    }
    ensure!(
        !signs.is_empty(),
        "no moment says what its confidence rests on"
    );
    Ok((signs, queries))
}

/// What the weights do to a half: the order, and for each bar what it lets through and what it loses.
fn table(half: Half, queries: &[&Asked], weights: &[f64]) -> String {
    let ranked: Vec<(bool, Vec<(f64, bool)>)> = queries
        .iter()
        .map(|asked| (asked.suite == Suite::None, asked.choice.ranked(weights)))
        .collect();
    let none: Vec<_> = ranked.iter().filter(|(is_none, _)| *is_none).collect();
    let some: Vec<_> = ranked.iter().filter(|(is_none, _)| !is_none).collect();
    let first_right = |moments: &[(f64, bool)]| moments.iter().position(|(_, is_right)| *is_right);
    let ranks = some.iter().filter_map(|(_, moments)| first_right(moments));
    let mrr = ranks.map(|rank| 1.0 / count(rank + 1)).sum::<f64>() / count(some.len());
    let found: Vec<f64> = some
        .iter()
        .filter_map(|(_, moments)| {
            let rank = first_right(moments).filter(|rank| *rank < 10)?;
            Some(moments[rank].0)
        })
        .collect();
    let mut shown = format!(
        "Half {half:?}: MRR {mrr:.3}; right among the first ten: {} of {}\n",
        found.len(),
        some.len()
    );
    for bar in BARS {
        let least = (bar / (1.0 - bar)).ln();
        let false_answers = none
            .iter()
            .filter(|(_, moments)| moments.first().is_some_and(|(odds, _)| *odds >= least));
        let lost = found.iter().filter(|odds| **odds < least).count();
        let _ = writeln!(
            shown,
            "  bar {bar:.1}: {} of {} unanswerable queries answered, {lost} of {} right moments lost",
            false_answers.count(),
            none.len(),
            found.len()
        );
    }
    shown
}
