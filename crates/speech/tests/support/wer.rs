//! The word error rate: how much of what was said was written down wrongly.

#![allow(dead_code, reason = "each test program uses a part of this")]

use crate::normaliser::normalise;

/// The share of the reference's words that are missing, extra or wrong in the hypothesis, both normalised: 0 where
/// they say the same, above 1 where more is wrong than was said. Without a word in the reference it is the number of
/// extra words.
pub fn word_error_rate(reference: &str, hypothesis: &str) -> f64 {
    let (edits, words) = errors(reference, hypothesis);
    edits as f64 / words.max(1) as f64
}

/// How many words must be put in, left out or changed to get from one normalised text to the other, and how many
/// words the reference has. Sums of both over several texts give the rate of all.
pub fn errors(reference: &str, hypothesis: &str) -> (usize, usize) {
    let (reference, hypothesis) = (normalise(reference), normalise(hypothesis));
    let said: Vec<&str> = reference.split_whitespace().collect();
    let written: Vec<&str> = hypothesis.split_whitespace().collect();
    (edits(&said, &written), said.len())
}

/// Levenshtein's distance, row by row.
fn edits(said: &[&str], written: &[&str]) -> usize {
    let mut distances: Vec<usize> = (0..=written.len()).collect();
    for (row, word) in said.iter().enumerate() {
        let mut diagonal = row;
        distances[0] = row + 1;
        for (column, other) in written.iter().enumerate() {
            let changed = diagonal + usize::from(word != other);
            diagonal = distances[column + 1];
            distances[column + 1] = changed.min(diagonal + 1).min(distances[column] + 1);
        }
    }
    distances[written.len()]
}
