//! Weights of the signs of moments, fitted to the answers of a run.
//!
//! A query is a choice among its moments and the possibility that nothing answers it. The log-odds of a moment against
//! that possibility are a weighted sum of its signs (`moments::Signs`) and a bias; the fit makes the right choices of
//! half a as likely as can be (a conditional logit with an outside option), with a small penalty on large weights. One
//! fit gives the order of moments, their confidence, and when to answer nothing.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::questions::{Half, Stretch, Suite};
use crate::command::overlap::overlap;

/// A moment is right where its overlap with an answer is at least this.
const LEAST_OVERLAP: f64 = 0.3;
/// How strongly large weights are held down.
const PENALTY: f64 = 0.003;
const STEPS: usize = 20_000;
const STEP: f64 = 0.05;
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
struct Choice {
    suite: Suite,
    half: Half,
    /// For each moment its signs, and whether it is right.
    moments: Vec<(Vec<f64>, bool)>,
}

/// Fits to half a of the fused answers in a file; gives what to print.
///
/// # Errors
/// When the file can't be read, or its moments don't say what their confidence rests on.
pub fn fit(path: &Path) -> Result<String> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    let (signs, choices) = read(&text)?;
    let of_half = |half| choices.iter().filter(move |choice| choice.half == half);
    let weights = fitted(&of_half(Half::A).collect::<Vec<_>>(), signs.len());
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
        let of_half: Vec<&Choice> = of_half(half).collect();
        let _ = write!(shown, "\n{}", table(half, &of_half, &weights));
    }
    Ok(shown)
}

fn read(text: &str) -> Result<(Vec<String>, Vec<Choice>)> {
    let mut signs = Vec::new();
    let mut choices = Vec::new();
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
        choices.push(Choice {
            suite: line.suite,
            half: line.half,
            moments: moments.collect::<Result<_>>()?,
        });
    }
    ensure!(
        !signs.is_empty(),
        "no moment says what its confidence rests on"
    );
    Ok((signs, choices))
}

/// The weights of the signs, the bias last.
fn fitted(choices: &[&Choice], signs: usize) -> Vec<f64> {
    // A query whose answer was not found says nothing about how to tell it.
    let telling: Vec<&&Choice> = choices
        .iter()
        .filter(|choice| choice.suite == Suite::None || choice.has_right())
        .collect();
    let mut weights = vec![0.0; signs + 1];
    let (mut mean, mut square) = (weights.clone(), weights.clone());
    for step in 1..=STEPS {
        let mut slope = vec![0.0; weights.len()];
        for choice in &telling {
            choice.add_slope(&weights, &mut slope);
        }
        for (position, slope) in slope.iter_mut().enumerate() {
            *slope /= count(telling.len());
            if position < signs {
                *slope += 2.0 * PENALTY * weights[position];
            }
        }
        adam(&mut weights, &slope, &mut mean, &mut square, step);
    }
    weights
}

/// One step of Adam (Kingma and Ba 2015), its width falling to nothing.
fn adam(weights: &mut [f64], slope: &[f64], mean: &mut [f64], square: &mut [f64], step: usize) {
    let width = STEP * (1.0 - count(step) / count(STEPS + 1));
    for position in 0..weights.len() {
        mean[position] = 0.9 * mean[position] + 0.1 * slope[position];
        square[position] = 0.999 * square[position] + 0.001 * slope[position] * slope[position];
        let step = i32::try_from(step).unwrap_or(i32::MAX);
        let unbiased = mean[position] / (1.0 - 0.9_f64.powi(step));
        let spread = (square[position] / (1.0 - 0.999_f64.powi(step))).sqrt();
        weights[position] -= width * unbiased / (spread + 1e-8);
    }
}

impl Choice {
    fn has_right(&self) -> bool {
        self.moments.iter().any(|(_, is_right)| *is_right)
    }

    /// Adds the slope of the negative log-likelihood of the right choice.
    fn add_slope(&self, weights: &[f64], slope: &mut [f64]) {
        let odds: Vec<f64> = self
            .moments
            .iter()
            .map(|(signs, _)| log_odds(signs, weights).exp())
            .collect();
        let all = 1.0 + odds.iter().sum::<f64>();
        let right: f64 = odds
            .iter()
            .zip(&self.moments)
            .filter(|(_, (_, is_right))| *is_right)
            .map(|(odds, _)| odds)
            .sum();
        for (odds, (signs, is_right)) in odds.iter().zip(&self.moments) {
            let wanted = if *is_right { odds / right } else { 0.0 };
            let pull = odds / all - wanted;
            for (slope, sign) in slope.iter_mut().zip(signs.iter().chain([&1.0])) {
                *slope += pull * sign;
            }
        }
    }

    /// Log-odds of the moments, best first, with whether each is right.
    fn ranked(&self, weights: &[f64]) -> Vec<(f64, bool)> {
        let moments = self.moments.iter();
        let mut ranked: Vec<(f64, bool)> = moments
            .map(|(signs, is_right)| (log_odds(signs, weights), *is_right))
            .collect();
        ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
        ranked
    }
}

fn log_odds(signs: &[f64], weights: &[f64]) -> f64 {
    signs
        .iter()
        .chain([&1.0])
        .zip(weights)
        .map(|(sign, weight)| sign * weight)
        .sum()
}

/// What the weights do to a half: the order, and for each bar what it lets through and what it loses.
fn table(half: Half, choices: &[&Choice], weights: &[f64]) -> String {
    let ranked: Vec<(bool, Vec<(f64, bool)>)> = choices
        .iter()
        .map(|choice| (choice.suite == Suite::None, choice.ranked(weights)))
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

#[expect(clippy::cast_precision_loss, reason = "some hundreds of queries")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(suite: Suite, moments: &[(f64, bool)]) -> Choice {
        let moments = moments
            .iter()
            .map(|(sign, is_right)| (vec![*sign], *is_right));
        Choice {
            suite,
            half: Half::A,
            moments: moments.collect(),
        }
    }

    #[test]
    fn what_tells_right_from_wrong_gets_a_weight_and_nothing_a_bias() {
        let mut choices = Vec::new();
        for _ in 0..20 {
            choices.push(choice(
                Suite::Speech,
                &[(4.0, true), (1.0, false), (0.0, false)],
            ));
            choices.push(choice(Suite::None, &[(1.0, false), (0.5, false)]));
        }
        let weights = fitted(&choices.iter().collect::<Vec<_>>(), 1);
        assert!(weights[0] > 0.5 && weights[1] < -1.0, "{weights:?}");
        assert!(log_odds(&[4.0], &weights) > 0.0 && log_odds(&[1.0], &weights) < 0.0);
    }
}
