//! Where the moments that were opened stand by the present weights and by others.

use std::fmt::Write;

use contracts::api::{Moment, SearchResponse};
use contracts::feedback::Opened;
use moments::Signs;

use crate::command::eval::chance::{of_mean, of_share};
use crate::command::eval::fit::LEAST_OVERLAP;
use crate::command::eval::logit::{Choice, Expected, Outside, count, fitted, log_odds};
use crate::command::eval::metrics::mean;
use crate::command::eval::questions::Half;
use crate::command::eval::tables::with_interval;
use crate::command::overlap::overlap;
use crate::table::aligned;

/// Fewer queries than this in either half say nothing of other weights.
const LEAST_OF_HALF: usize = 10;
/// Kinds of signs, each tried without the others.
const KINDS: [(&str, &[&str]); 3] = [
    (
        "words alone",
        &[
            "said_words",
            "said_strength",
            "written_words",
            "written_strength",
        ],
    ),
    ("meaning alone", &["said_meaning", "written_meaning"]),
    ("pictures alone", &["looks", "seen_words"]),
];

/// A query that was asked again; what was opened is what is right.
pub struct Asked {
    half: Half,
    choice: Choice,
}

/// How some weights fare, query by query.
struct Outcome {
    name: &'static str,
    reciprocal_ranks: Vec<f64>,
}

impl Asked {
    /// None where the answer does not say what its moments rest on: pictures alone have no signs.
    pub fn new(query: &str, answer: &SearchResponse, opened: &[&Opened]) -> Option<Self> {
        let moments = answer.moments.iter().chain(&answer.nearest);
        let moments = moments.map(|moment| {
            let is_right = opened.iter().any(|opened| is_same(moment, opened));
            Some((signs(moment)?, is_right))
        });
        Some(Self {
            half: Half::of(query),
            choice: Choice {
                moments: moments.collect::<Option<_>>()?,
            },
        })
    }

    /// Rank of the first moment that was opened, from 1. Of equal ones it is the last: an order that tells nothing
    /// gets no credit. None where it was not found, or where the weights say nothing of it.
    fn rank(&self, weights: &[f64]) -> Option<usize> {
        let moments = &self.choice.moments;
        let speaks = |signs: &[f64]| {
            let mut terms = signs.iter().zip(weights);
            terms.any(|(sign, weight)| sign * weight != 0.0)
        };
        let opened = moments
            .iter()
            .filter(|(signs, is_right)| *is_right && speaks(signs));
        let best = opened
            .map(|(signs, _)| log_odds(signs, weights))
            .max_by(f64::total_cmp)?;
        let before = moments
            .iter()
            .filter(|(signs, is_right)| !is_right && log_odds(signs, weights) >= best);
        Some(before.count() + 1)
    }
}

fn is_same(moment: &Moment, opened: &Opened) -> bool {
    let shared = overlap(
        (moment.start_ms, moment.end_ms),
        (opened.start_ms, opened.end_ms),
    );
    moment.video_id == opened.video_id && shared >= LEAST_OVERLAP
}

fn signs(moment: &Moment) -> Option<Vec<f64>> {
    let signs = &moment.explanation.as_ref()?.signs;
    let names = Signs::weights().into_iter();
    names.map(|(name, _)| signs.get(name).copied()).collect()
}

/// What to print.
pub fn report(asked: &[Asked]) -> String {
    let present: Vec<f64> = Signs::weights().map(|(_, weight)| weight).to_vec();
    let mut outcomes = vec![outcome("present", asked, |_| &present)];
    for (name, signs) in KINDS {
        let weights: Vec<f64> = Signs::weights()
            .map(|(sign, weight)| f64::from(u8::from(signs.contains(&sign))) * weight)
            .to_vec();
        outcomes.push(outcome(name, asked, |_| &weights));
    }
    let found: Vec<&Asked> = asked
        .iter()
        .filter(|asked| asked.choice.has_right())
        .collect();
    let [of_a, of_b] = [Half::A, Half::B].map(|half| weights_for(&found, half));
    let fits = of_a.zip(of_b);
    if let Some((of_a, of_b)) = &fits {
        let by_the_other = |asked: &Asked| match asked.half {
            Half::A => of_b.as_slice(),
            Half::B => of_a.as_slice(),
        };
        outcomes.push(outcome("fitted to the other half", asked, by_the_other));
    }
    let mut text = table(&outcomes);
    let _ = writeln!(
        text,
        "\nWhat was opened is among the moments of {} of {} answers; other weights can only put those in another order.",
        found.len(),
        asked.len()
    );
    text.push_str(&match fits {
        Some((of_a, of_b)) => weights_table(&present, &of_a, &of_b),
        None => format!(
            "Too few for a fit: {LEAST_OF_HALF} queries in each half whose opened moment is found again are the least.\n"
        ),
    });
    text
}

/// Fitted to a half, from the present weights on: the fewer the queries, the less it takes from them (as a normal
/// distribution around each, of deviation 1, would have it). None where there are too few.
fn weights_for(found: &[&Asked], half: Half) -> Option<Vec<f64>> {
    let of_half = found.iter().filter(|asked| asked.half == half);
    let choices: Vec<&Choice> = of_half.map(|asked| &asked.choice).collect();
    // Nothing is known of queries that nothing answers, so when to answer nothing is left as it is.
    (choices.len() >= LEAST_OF_HALF).then(|| {
        let expected = Expected {
            weights: Signs::weights().map(|(_, weight)| weight).to_vec(),
            penalty: 0.5 / count(choices.len()),
        };
        fitted(&choices, &expected, Outside::Never)
    })
}

fn outcome<'a>(
    name: &'static str,
    asked: &[Asked],
    weights_of: impl Fn(&Asked) -> &'a [f64],
) -> Outcome {
    let ranks = asked.iter().map(|asked| asked.rank(weights_of(asked)));
    let reciprocal_ranks = ranks
        .map(|rank| rank.map_or(0.0, |rank| 1.0 / rank as f64))
        .collect();
    Outcome {
        name,
        reciprocal_ranks,
    }
}

/// MRR, the share that is first, and what a query gains on average over the present weights, each with the interval
/// that it lies in with 95 % confidence.
fn table(outcomes: &[Outcome]) -> String {
    let head = ["weights", "queries", "MRR", "first", "MRR gained"];
    let mut rows = vec![head.map(str::to_owned), ["---"; 5].map(str::to_owned)];
    let present = &outcomes[0].reciprocal_ranks;
    for (
        position,
        Outcome {
            name,
            reciprocal_ranks,
        },
    ) in outcomes.iter().enumerate()
    {
        let first = reciprocal_ranks.iter().filter(|rank| **rank >= 1.0).count();
        let of = reciprocal_ranks.len();
        let pairs = reciprocal_ranks.iter().zip(present);
        let gained: Vec<f64> = pairs.map(|(rank, before)| rank - before).collect();
        let of_mean = |values: &[f64]| with_interval(mean(values), of_mean(values));
        rows.push([
            (*name).to_owned(),
            of.to_string(),
            of_mean(reciprocal_ranks),
            with_interval(first as f64 / of.max(1) as f64, of_share(first, of)),
            if position == 0 {
                String::new()
            } else {
                of_mean(&gained)
            },
        ]);
    }
    aligned(&rows)
}

fn weights_table(present: &[f64], of_a: &[f64], of_b: &[f64]) -> String {
    let head = ["sign", "present", "fitted to half a", "fitted to half b"];
    let mut rows = vec![head.map(str::to_owned), ["---"; 4].map(str::to_owned)];
    for (position, (name, _)) in Signs::weights().into_iter().enumerate() {
        let cells = [present, of_a, of_b].map(|weights| format!("{:.2}", weights[position]));
        let [present, of_a, of_b] = cells;
        rows.push([name.to_owned(), present, of_a, of_b]);
    }
    format!(
        "\n{}\nBoth start from the present weights. A sign whose two fits are far apart is not settled. Only the order is fitted, not when to answer nothing.\n",
        aligned(&rows)
    )
}

#[cfg(test)]
mod tests;
