//! The demo's table: each query, what came first, which words matched, and whether that is right.

use super::judging::Verdict;
use crate::command::sample_videos::samples::{Query, Sample, Samples};
use crate::command::sample_videos::vindex_cli::{Evidence, Moment};

/// Longest list of words shown, in characters.
const MOST_WORDS: usize = 44;

/// One query's line.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    query: String,
    first: String,
    words: String,
    verdict: String,
}

impl Row {
    /// The line of a query and the first moment of its answer.
    pub fn new(query: &Query, first: Option<&Moment>, verdict: Verdict, samples: &Samples) -> Self {
        let expected = || {
            let video = query.video.as_deref().and_then(|name| samples.video(name));
            let title = video.map_or("nothing", Sample::title);
            format!("{title} {}", span(query.start_ms, query.end_ms))
        };
        let verdict = match verdict {
            Verdict::Right => "right".to_owned(),
            Verdict::OtherPassage => format!("WRONG passage, expected {}", expected()),
            Verdict::OtherVideo => format!("WRONG video, expected {}", expected()),
            Verdict::Nothing => format!("NOTHING found, expected {}", expected()),
        };
        Self {
            query: query.query.clone(),
            first: first.map_or_else(String::new, |moment| {
                format!("{} {}", moment.title, span(moment.start_ms, moment.end_ms))
            }),
            words: first.map_or_else(String::new, |moment| words(&moment.evidence)),
            verdict,
        }
    }
}

/// The rows below a head, in columns.
pub fn text(rows: &[Row]) -> String {
    let head = ["query", "first answer", "words that matched", "verdict"].map(str::to_owned);
    let body = rows.iter().map(|row| {
        [&row.query, &row.first, &row.words, &row.verdict].map(|cell| cell.as_str().to_owned())
    });
    let lines: Vec<[String; 4]> = std::iter::once(head).chain(body).collect();
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2), 0];
    let mut text = String::new();
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// The words that matched, each once; else what the picture shows; where meaning alone matched, the passage's
/// beginning in quotes.
fn words(evidence: &[Evidence]) -> String {
    let mut found: Vec<String> = Vec::new();
    for part in evidence {
        for word in highlighted(part) {
            let word = word.to_lowercase();
            if !found.contains(&word) {
                found.push(word);
            }
        }
    }
    if !found.is_empty() {
        return cut(&found.join(", "), MOST_WORDS);
    }
    let labels: Vec<&str> = evidence
        .iter()
        .flat_map(|part| part.labels.iter().map(String::as_str))
        .collect();
    if !labels.is_empty() {
        return cut(&format!("shows: {}", labels.join(", ")), MOST_WORDS);
    }
    let text = evidence.iter().find(|part| !part.text.is_empty());
    text.map_or_else(String::new, |part| {
        format!("\"{}\"", cut(&part.text, MOST_WORDS - 2))
    })
}

/// The highlighted stretches of a text, whose offsets count UTF-16 code units.
fn highlighted(evidence: &Evidence) -> Vec<String> {
    let units: Vec<u16> = evidence.text.encode_utf16().collect();
    evidence
        .highlights
        .iter()
        .filter_map(|[from, to]| units.get(*from..*to))
        .map(String::from_utf16_lossy)
        .collect()
}

fn cut(text: &str, most_characters: usize) -> String {
    if text.chars().count() <= most_characters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most_characters - 1).collect();
    format!("{}…", kept.trim_end())
}

/// `0:05–0:12`
fn span(start_ms: u64, end_ms: u64) -> String {
    format!("{}–{}", clock(start_ms), clock(end_ms))
}

fn clock(time_ms: u64) -> String {
    let seconds = time_ms / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(text: &str, highlights: &[[usize; 2]]) -> Evidence {
        Evidence {
            text: text.to_owned(),
            labels: Vec::new(),
            highlights: highlights.to_vec(),
        }
    }

    #[test]
    fn words_are_cut_out_by_utf16_offsets() {
        let parts = [
            evidence("🐄 Milk for the cow", &[[3, 7], [16, 19]]),
            evidence("milk", &[[0, 4]]),
        ];
        assert_eq!(words(&parts), "milk, cow");
    }

    #[test]
    fn offsets_beyond_the_text_are_left_out() {
        assert_eq!(words(&[evidence("cow", &[[2, 9], [0, 3]])]), "cow");
        assert_eq!(words(&[evidence("cow", &[[2, 1]])]), "\"cow\"");
    }

    #[test]
    fn where_meaning_matched_the_passage_is_shown() {
        let long = "The dog believes that the lane belongs to him and to nobody else";
        let shown = words(&[evidence("", &[]), evidence(long, &[])]);
        assert!(
            shown.starts_with("\"The dog") && shown.ends_with("…\""),
            "{shown}"
        );
        assert!(shown.chars().count() <= MOST_WORDS);
        assert_eq!(words(&[]), "");
    }

    #[test]
    fn times_are_minutes_and_seconds() {
        assert_eq!(span(5_333, 72_000), "0:05–1:12");
    }

    #[test]
    fn columns_are_aligned() {
        let row = |query: &str, words: &str| Row {
            query: query.to_owned(),
            first: "A 0:00–0:05".to_owned(),
            words: words.to_owned(),
            verdict: "right".to_owned(),
        };
        let text = text(&[row("a", "b"), row("longer", "bücher, …")]);
        let column = |line: &str| line.find("right").map(|byte| line[..byte].chars().count());
        let columns: Vec<_> = text.lines().skip(1).map(column).collect();
        assert!(columns[0].is_some() && columns[0] == columns[1], "{text}");
    }
}
