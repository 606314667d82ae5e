//! The figures as tables of Markdown.

use super::asking::MODES;
use super::chance::{Interval, of_share};
use super::figures::{Figures, Gain, OVERLAPS};
use super::metrics::Measures;
use super::questions::{Half, Suite};
use crate::table::aligned;

const HALVES: [(&str, Half); 2] = [("a", Half::A), ("b", Half::B)];

/// Queries of each suite, and in which half they are.
pub fn asked(figures: &Figures) -> String {
    let mut rows = vec![head(["Suite", "Queries", "Half a", "Half b"])];
    for suite in Suite::ALL {
        let of_half = |half| {
            let picked = figures.picked(|asked| asked.suite == suite && asked.half == half);
            picked.len()
        };
        rows.push([
            suite.as_str().to_owned(),
            figures.of_suite(suite).len().to_string(),
            of_half(Half::A).to_string(),
            of_half(Half::B).to_string(),
        ]);
    }
    with_rule(rows)
}

/// Every ranking over all queries that have an answer.
pub fn rankings(figures: &Figures, overlap: usize) -> String {
    let title = format!("Overlap ≥ {}", OVERLAPS[overlap]);
    let mut rows = vec![head([
        &title,
        "Recall@1",
        "Recall@5",
        "Recall@10",
        "MRR",
        "nDCG@10",
    ])];
    let picked = figures.answerable();
    for (mode, about) in MODES.iter().enumerate() {
        let measures = figures.measures(mode, &picked, overlap);
        let intervals = figures.intervals(mode, &picked, overlap);
        rows.push(ranking(about.name, &measures, Some(intervals)));
    }
    for (name, measures) in &figures.baselines {
        rows.push(ranking(name, &measures[overlap], None));
    }
    with_rule(rows)
}

/// Fused search on each suite.
pub fn suites(figures: &Figures, overlap: usize) -> String {
    let title = format!("Overlap ≥ {}", OVERLAPS[overlap]);
    let mut rows = vec![head([
        &title,
        "Recall@1",
        "Recall@5",
        "Recall@10",
        "MRR",
        "nDCG@10",
        "Start off",
        "End off",
    ])];
    let all = [("all", figures.answerable())];
    for (name, picked) in answerable_suites(figures).chain(all) {
        let measures = figures.measures(0, &picked, overlap);
        let intervals = figures.intervals(0, &picked, overlap);
        let [start, end] = measures.off_by_ms.map_or_else(
            || ["–", "–"].map(str::to_owned),
            |off_by_ms| off_by_ms.map(|ms| format!("{:.1} s", ms / 1000.0)),
        );
        let [name, first, five, ten, mrr, ndcg] = ranking(name, &measures, Some(intervals));
        rows.push([name, first, five, ten, mrr, ndcg, start, end]);
    }
    with_rule(rows)
}

/// MRR and recall at 1 of each channel on each suite.
pub fn channels(figures: &Figures, overlap: usize) -> String {
    let title = format!("Overlap ≥ {}", OVERLAPS[overlap]);
    let mut rows = vec![head([
        title.as_str(),
        MODES[0].name,
        MODES[1].name,
        MODES[2].name,
        MODES[3].name,
        MODES[4].name,
    ])];
    for (name, picked) in answerable_suites(figures) {
        let cell = |mode| {
            let measures = figures.measures(mode, &picked, overlap);
            format!("{:.3}, {}", measures.mrr, percent(measures.recall[0]))
        };
        let cells = [cell(0), cell(1), cell(2), cell(3), cell(4)];
        let [fused, said, screen, visual, title] = cells;
        rows.push([name.to_owned(), fused, said, screen, visual, title]);
    }
    with_rule(rows)
}

/// Fused search beside the best channel of each suite.
pub fn leads(figures: &Figures) -> String {
    let mut rows = vec![head([
        "Suite",
        "Best channel alone",
        "Its MRR",
        "Fused MRR",
        "Fused is better by",
        "",
    ])];
    for (name, picked) in answerable_suites(figures) {
        let lead = figures.lead(&picked);
        let verdict = if is_below(&lead) {
            "**significantly below**"
        } else {
            "not significantly below"
        };
        rows.push([
            name.to_owned(),
            lead.channel.to_owned(),
            format!("{:.3}", lead.channel_mrr),
            format!("{:.3}", lead.fused_mrr),
            format!(
                "{:+.3} [{:+.3}, {:+.3}]",
                lead.value, lead.interval.low, lead.interval.high
            ),
            verdict.to_owned(),
        ]);
    }
    with_rule(rows)
}

/// What fused search gave no answer to, or a false one.
pub fn outcomes(figures: &Figures) -> String {
    let mut rows = vec![head(["Suite", "Lost", "Refused", "False answers"])];
    let all = [("all", figures.answerable())];
    for (name, picked) in answerable_suites(figures).chain(all) {
        let [lost, refused, _] = outcome_cells(figures, &picked);
        rows.push([name.to_owned(), lost, refused, String::new()]);
    }
    let [_, _, false_answers] = outcome_cells(figures, &figures.of_suite(Suite::None));
    let none = Suite::None.as_str().to_owned();
    rows.push([none, String::new(), String::new(), false_answers]);
    with_rule(rows)
}

/// Fused search on each half.
pub fn halves(figures: &Figures) -> String {
    let mut rows = vec![head([
        "Half",
        "Recall@1",
        "MRR",
        "nDCG@10",
        "Lost",
        "Refused",
        "False answers",
    ])];
    for (name, half) in HALVES {
        let picked = figures.of_half(half, true);
        let measures = figures.measures(0, &picked, 0);
        let intervals = figures.intervals(0, &picked, 0);
        let [lost, refused, _] = outcome_cells(figures, &picked);
        let [_, _, false_answers] = outcome_cells(figures, &figures.of_half(half, false));
        rows.push([
            name.to_owned(),
            with_interval(measures.recall[0], intervals[0]),
            with_interval(measures.mrr, intervals[1]),
            format!("{:.3}", measures.ndcg),
            lost,
            refused,
            false_answers,
        ]);
    }
    with_rule(rows)
}

/// MRR of fused search on each suite, by half.
pub fn halves_of_suites(figures: &Figures) -> String {
    let mut rows = vec![head(["Suite", "MRR, half a", "MRR, half b"])];
    for suite in Suite::ALL {
        if suite == Suite::None {
            continue;
        }
        let [a, b] = HALVES.map(|(_, half)| {
            let picked = figures.picked(|asked| asked.suite == suite && asked.half == half);
            let mrr = figures.measures(0, &picked, 0).mrr;
            with_interval(mrr, figures.intervals(0, &picked, 0)[1])
        });
        rows.push([suite.as_str().to_owned(), a, b]);
    }
    with_rule(rows)
}

/// The queries that fused search ranks worst.
pub fn misses(figures: &Figures, most: usize) -> String {
    let mut rows = vec![head([
        "Query",
        "Suite",
        "Words",
        "Fused",
        "Best channel alone",
    ])];
    for index in figures.worst(most) {
        let question = &figures.questions[index];
        let alone = figures.best_rank_alone(index);
        let rank = figures.score(0, index, 0).first_right;
        rows.push([
            question.id.clone(),
            question.suite.as_str().to_owned(),
            question.query.replace('|', "\\|"),
            rank.map_or("not found".to_owned(), |rank| rank.to_string()),
            alone.map_or("not found".to_owned(), |(rank, name)| {
                format!("{rank}, {name}")
            }),
        ]);
    }
    with_rule(rows)
}

/// Whether fused search is worse than the channel with 95 % confidence.
fn is_below(lead: &Gain) -> bool {
    lead.interval.high < 0.0
}

fn answerable_suites(figures: &Figures) -> impl Iterator<Item = (&'static str, Vec<usize>)> {
    let suites = Suite::ALL.into_iter().filter(|suite| *suite != Suite::None);
    suites.map(|suite| (suite.as_str(), figures.of_suite(suite)))
}

/// Lost, refused and answered.
fn outcome_cells(figures: &Figures, picked: &[usize]) -> [String; 3] {
    let of = picked.len();
    [
        share(figures.count(picked, |outcome| outcome.lost), of),
        share(figures.count(picked, |outcome| !outcome.answered), of),
        share(figures.count(picked, |outcome| outcome.answered), of),
    ]
}

fn ranking(name: &str, measures: &Measures, intervals: Option<[Interval; 2]>) -> [String; 6] {
    let cell = |value: f64, which: usize| {
        intervals.map_or_else(
            || format!("{value:.3}"),
            |intervals| with_interval(value, intervals[which]),
        )
    };
    [
        name.to_owned(),
        cell(measures.recall[0], 0),
        format!("{:.3}", measures.recall[1]),
        format!("{:.3}", measures.recall[2]),
        cell(measures.mrr, 1),
        format!("{:.3}", measures.ndcg),
    ]
}

/// A figure with its interval.
pub fn with_interval(value: f64, interval: Interval) -> String {
    format!("{value:.3} [{:.3}, {:.3}]", interval.low, interval.high)
}

/// `3 of 40: 8 % [3, 20]`
fn share(count: usize, of: usize) -> String {
    let interval = of_share(count, of);
    format!(
        "{count} of {of}: {} [{:.0}, {:.0}]",
        percent(count as f64 / of.max(1) as f64),
        interval.low * 100.0,
        interval.high * 100.0
    )
}

fn percent(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

fn head<const COLUMNS: usize>(names: [&str; COLUMNS]) -> [String; COLUMNS] {
    names.map(str::to_owned)
}

/// The table with the line under its head.
fn with_rule<const COLUMNS: usize>(mut rows: Vec<[String; COLUMNS]>) -> String {
    rows.insert(1, [const { "---" }; COLUMNS].map(str::to_owned));
    aligned(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_carry_their_interval() {
        assert_eq!(share(1, 100), "1 of 100: 1 % [0, 5]");
        assert_eq!(share(0, 0), "0 of 0: 0 % [0, 100]");
    }

    #[test]
    fn a_table_has_its_rule_below_the_head() {
        let rows = vec![head(["A", "B"]), head(["long", "x"])];
        assert_eq!(
            with_rule(rows),
            "| A    | B   |\n| ---- | --- |\n| long | x   |\n"
        );
    }
}
