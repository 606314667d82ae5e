//! What was measured of each index, as tables.

use super::figures::{IndexRun, Percentiles, Search, SearchFigures, Vectors};
use crate::table::{aligned, megabytes};

/// How long searches take.
pub fn times_table(figures: &SearchFigures) -> String {
    let mut rows = vec![
        [
            "Segments",
            "Milliseconds, float vectors",
            "1 client: p50",
            "p95",
            "p99",
            "8 clients: p50",
            "p95",
            "p99",
        ]
        .map(str::to_owned),
        [
            "---:", "---", "---:", "---:", "---:", "---:", "---:", "---:",
        ]
        .map(str::to_owned),
    ];
    for run in figures.of(Vectors::Float) {
        for search in &run.asked.searches {
            let [p50, p95, p99] = cells(search.one_client);
            let [p50_of_8, p95_of_8, p99_of_8] = cells(search.eight_clients);
            let (size, name) = (grouped(run.segments), search.name.clone());
            rows.push([size, name, p50, p95, p99, p50_of_8, p95_of_8, p99_of_8]);
        }
    }
    aligned(&rows)
}

/// How many of the nearest neighbours are found, and how quickly.
pub fn neighbours_table(figures: &SearchFigures) -> String {
    let mut rows = vec![
        [
            "Segments",
            "Nearest neighbours",
            "Vectors",
            "Recall@10",
            "p50",
            "Recall@10 among 1 %",
            "p50",
        ]
        .map(str::to_owned),
        ["---:", "---", "---", "---:", "---:", "---:", "---:"].map(str::to_owned),
    ];
    for run in ordered(figures) {
        let by_vectors = |search: &&Search| search.recall.is_some();
        for search in run.asked.searches.iter().filter(by_vectors) {
            let recall = |recall: Option<f64>| format!("{:.3}", recall.unwrap_or_default());
            let time = |times: Percentiles| format!("{:.1} ms", times.p50_ms);
            rows.push([
                grouped(run.segments),
                search.name.clone(),
                run.vectors.name().to_owned(),
                recall(search.recall),
                time(search.one_client),
                recall(search.recall_of_few),
                time(search.few_documents),
            ]);
        }
    }
    aligned(&rows)
}

/// How large the index is, and what writing it takes.
pub fn sizes_table(figures: &SearchFigures) -> String {
    let mut rows = vec![
        [
            "Segments",
            "Vectors",
            "On disk",
            "Resident",
            "… without files",
            "Documents/s",
            "At rest after",
            "Parts",
            "First search",
        ]
        .map(str::to_owned),
        [
            "---:", "---", "---:", "---:", "---:", "---:", "---:", "---:", "---:",
        ]
        .map(str::to_owned),
    ];
    for run in ordered(figures) {
        rows.push([
            grouped(run.segments),
            run.vectors.name().to_owned(),
            megabytes(run.filled.index_bytes),
            megabytes(run.memory.now_bytes),
            megabytes(run.memory.anonymous_bytes),
            format!("{:.0}", run.filled.documents_per_second()),
            format!("{:.0} s", run.filled.merge_s),
            run.filled.lucene_segments.to_string(),
            format!("{:.0} ms", run.asked.first_search_ms),
        ]);
    }
    aligned(&rows)
}

/// Sizes in their order, float vectors before bytes.
fn ordered(figures: &SearchFigures) -> Vec<&IndexRun> {
    let floats = figures.of(Vectors::Float);
    let runs = floats.flat_map(|float| {
        let bytes = figures.of(Vectors::Byte);
        let bytes = bytes.filter(move |bytes| bytes.segments == float.segments);
        std::iter::once(float).chain(bytes)
    });
    runs.collect()
}

fn cells(times: Percentiles) -> [String; 3] {
    [times.p50_ms, times.p95_ms, times.p99_ms].map(|time| format!("{time:.1}"))
}

/// A number with a comma before every third digit.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let check = |number: u32, expected: &str| assert_eq!(grouped(number), expected);
        check(7, "7");
        check(999, "999");
        check(10_000, "10,000");
        check(1_000_000, "1,000,000");
    }
}
