//! The figures of the search index as tables, and as a section of `docs/benchmarks.md`.

use std::time::Duration;

use super::cold_start::ColdStart;
use super::figures::{
    FUSED_LIMIT, IndexRun, RECALL_LIMIT, SearchFigures, Vectors, eight_clients, one_client,
};
use super::tables::{grouped, neighbours_table, sizes_table, times_table};
use crate::command::bench::sections::kept;
use crate::table::{aligned, limited, machine, row};

/// First line of the section.
pub const HEAD: &str = "## Search index\n";
const METHOD: &str = include_str!("method.md");

/// All tables.
pub fn table(figures: &SearchFigures) -> String {
    [
        promises_table(figures),
        times_table(figures),
        neighbours_table(figures),
        sizes_table(figures),
    ]
    .join("\n")
}

/// The section; `date` is the day of the measurement.
pub fn section(figures: &SearchFigures, date: &str) -> String {
    format!(
        "{HEAD}\nMeasured on {date} by `cargo xtask bench --only search` on {}.\n\n{}\n{}\n\n{METHOD}{}",
        machine(),
        table(figures),
        kept(&figures.broken()),
        remarks(figures),
    )
}

fn promises_table(figures: &SearchFigures) -> String {
    let mut rows = vec![
        row("Figure", "Measured", "Promised", ""),
        ["---", "---:", "---:", "---"].map(str::to_owned),
    ];
    for run in figures.of(Vectors::Float) {
        let mut of_bytes = figures.of(Vectors::Byte);
        let bytes = of_bytes.find(|bytes| bytes.segments == run.segments);
        rows.extend(index_rows(run, bytes));
    }
    let median = |of: fn(&ColdStart) -> Duration| {
        let mut times: Vec<Duration> = figures.cold_starts.iter().map(of).collect();
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().unwrap_or_default();
        format!("{:.0} ms", middle.as_secs_f64() * 1000.0)
    };
    let answered = median(|start| start.ready + start.answer);
    let what = "Function `search`: from its start to the first answer";
    rows.push(row(what, &answered, "", ""));
    let ready = median(|start| start.ready);
    rows.push(row("… until it is ready", &ready, "", ""));
    aligned(&rows)
}

fn index_rows(run: &IndexRun, bytes: Option<&IndexRun>) -> Vec<[String; 4]> {
    let size = grouped(run.segments);
    let what = format!("{size} segments: fused ÷ slowest retriever, p50, 1 client");
    let ratio = run.asked.fused_ratio(one_client);
    let (measured, promised) = (format!("{ratio:.2}"), format!("≤ {FUSED_LIMIT:.2}"));
    let of_eight = format!("{:.2}", run.asked.fused_ratio(eight_clients));
    let mut rows = vec![
        limited(&what, &measured, &promised, ratio <= FUSED_LIMIT),
        row("… 8 clients", &of_eight, "", ""),
    ];
    let mut recall = |what: &str, recall: f64| {
        let (measured, promised) = (format!("{recall:.3}"), format!("≥ {RECALL_LIMIT:.2}"));
        rows.push(limited(what, &measured, &promised, recall >= RECALL_LIMIT));
    };
    let (all, few) = (run.asked.least_recall(), run.asked.least_recall_of_few());
    recall("… least recall@10", all);
    recall("… least recall@10 among 1 % of documents", few);
    if let Some(bytes) = bytes {
        let all = bytes.asked.least_recall();
        recall("… least recall@10, byte vectors", all);
    }
    rows
}

/// What the method can't know.
fn remarks(figures: &SearchFigures) -> String {
    let Some(run) = figures.runs.last() else {
        return String::new();
    };
    let java = if figures.has_vector_instructions {
        "computes scalar products with vector instructions"
    } else {
        "lacks the module of vector instructions, with which scalar products take less time"
    };
    let [least, most] = run.asked.cosines.of_others;
    let [least_of_one, most_of_one] = run.asked.cosines.of_one_video;
    let shares = figures.of(Vectors::Float).map(|run| {
        let share = run.asked.fused_share(one_client);
        format!("{share:.2} ({})", grouped(run.segments))
    });
    let shares = shares.collect::<Vec<_>>().join(", ");
    format!(
        "- **Cores.** With one client a fused search takes {shares} of what its retrievers take one after another. \
         With two cores, one of which the client needs too, about half is the least; on more cores a search comes \
         nearer to its slowest retriever.\n\
         - **Here** cosines of passages of two videos lie between {least:.2} and {most:.2} (nine of ten), of one \
         video between {least_of_one:.2} and {most_of_one:.2}. The Java of this machine {java}.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::bench::proc_files::Memory;
    use crate::command::bench::search::figures::{
        Asked, Cosines, Filled, IndexRun, Percentiles, Search,
    };
    use crate::table::FAILS;

    fn search(name: &str, p50_ms: f64, recall: Option<f64>) -> Search {
        let times = |p50_ms| Percentiles {
            p50_ms,
            p95_ms: p50_ms * 2.0,
            p99_ms: p50_ms * 3.0,
        };
        Search {
            name: name.to_owned(),
            is_fused: name == "fused",
            one_client: times(p50_ms),
            eight_clients: times(p50_ms * 4.0),
            few_documents: times(p50_ms / 2.0),
            recall,
            recall_of_few: recall,
        }
    }

    fn run(vectors: Vectors, fused_ms: f64, recall: f64) -> IndexRun {
        IndexRun {
            segments: 10_000,
            vectors,
            filled: Filled {
                documents: 10_000,
                write_s: 10.0,
                merge_s: 3.0,
                lucene_segments: 7,
                index_bytes: 30 << 20,
            },
            asked: Asked {
                first_search_ms: 321.0,
                searches: vec![
                    search("fused", fused_ms, None),
                    search("speech, words", 4.0, None),
                    search("speech, meaning", 5.0, Some(recall)),
                ],
                cosines: Cosines {
                    of_one_video: [0.7, 0.8],
                    of_others: [0.5, 0.6],
                },
            },
            memory: Memory {
                now_bytes: 700 << 20,
                peak_bytes: 800 << 20,
                anonymous_bytes: 600 << 20,
            },
        }
    }

    fn figures(fused_ms: f64, recall: f64) -> SearchFigures {
        let start = |milliseconds| ColdStart {
            ready: Duration::from_millis(milliseconds),
            answer: Duration::from_millis(100),
        };
        SearchFigures {
            runs: vec![
                run(Vectors::Byte, fused_ms, recall),
                run(Vectors::Float, fused_ms, 0.99),
            ],
            cold_starts: vec![start(30), start(900), start(40)],
            has_vector_instructions: false,
        }
    }

    #[test]
    fn what_holds_is_said_to_hold() {
        let text = section(&figures(6.0, 0.975), "2026-01-01");
        assert!(
            text.starts_with(HEAD)
                && text.contains("Every promise holds.")
                && !text.contains(FAILS),
            "{text}"
        );
        for expected in [
            "| 1.20 ",
            "| 0.975 ",
            "| 140 ms ",
            "| 40 ms ",
            "| 6.0           | 12.0 | 18.0 | 24.0           | 48.0 | 72.0 |",
            "| 10,000   | float   | 30 MB   | 700 MB   | 600 MB          | 1000 ",
            "| 321 ms ",
            "between 0.50 and 0.60",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let text = section(&figures(7.0, 0.96), "2026-01-01");
        let expected = "Not kept: a fused search takes too long beside its slowest retriever; too few of the nearest \
                        neighbours are found with bytes.";
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.matches(FAILS).count(), 2, "{text}");
    }
}
