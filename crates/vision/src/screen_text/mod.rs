//! From the lines of each shot to passages for the index. Pure: no frame and no model.
//!
//! A line that stays over several shots is followed as one *run*. The runs that begin and end with the same shots are
//! one passage: usually the whole text of one shot, or a caption that is held while the picture behind it changes.
//! What stands in the same place in most shots, a logo or a clock, is a passage by itself.

mod alike;
mod runs;

use crate::text::TextLine;
use runs::{Run, follow};
use std::collections::BTreeMap;

/// From so many shots on it says something that most of them show a line; of fewer, a caption may well be held in most.
const MIN_SHOTS_FOR_STATIC: usize = 5;

/// The text of one shot.
#[derive(Clone, Debug, PartialEq)]
pub struct ShotText {
    /// When the shot begins.
    pub start_ms: u64,
    /// When it ends.
    pub end_ms: u64,
    /// The lines of its representative frame in reading order. All frames of one call are of one size.
    pub lines: Vec<TextLine>,
}

/// A passage of text that was on screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenText {
    /// Beginning of the first shot that shows it.
    pub start_ms: u64,
    /// End of the last shot that shows it.
    pub end_ms: u64,
    /// Its lines in reading order, a line feed between two.
    pub text: String,
}

/// The passages of consecutive shots, which come in order of time; passages are ordered by start, then end.
///
/// Every line of the shots is in exactly one passage. Lines that are the same but for recognition's mistakes are in it
/// once, in their most certain reading, and so is a clock. A line that is missing from one shot and back in the next
/// is taken as held.
#[must_use]
pub fn screen_text(shots: &[ShotText]) -> Vec<ScreenText> {
    let (fixed, passing) = split_static(follow(shots), shots.len());
    let mut passages: Vec<ScreenText> = fixed
        .iter()
        .map(|run| passage(shots, std::slice::from_ref(run)))
        .collect();
    passages.extend(by_shots(passing).values().map(|runs| passage(shots, runs)));
    passages.sort_by_key(|passage| (passage.start_ms, passage.end_ms));
    passages
}

/// The runs that share a place and a text, a clock's digits aside, through most of the shots, each group of them as
/// one run; and the others.
fn split_static(runs: Vec<Run<'_>>, shots: usize) -> (Vec<Run<'_>>, Vec<Run<'_>>) {
    let mut groups: Vec<Vec<Run<'_>>> = Vec::new();
    for run in runs {
        let group = groups
            .iter_mut()
            .find(|group| alike::same_static(group[0].best, run.best));
        match group {
            Some(group) => group.push(run),
            None => groups.push(vec![run]),
        }
    }
    let (mut fixed, mut passing) = (Vec::new(), Vec::new());
    for group in groups {
        let seen: usize = group.iter().map(|run| run.seen).sum();
        let texts: Vec<&str> = group.iter().map(|run| run.best.text.as_str()).collect();
        if shots >= MIN_SHOTS_FOR_STATIC && 2 * seen > shots && alike::is_one_line(&texts) {
            fixed.extend(group.into_iter().reduce(Run::with));
        } else {
            passing.extend(group);
        }
    }
    (fixed, passing)
}

/// The runs by the first and the last shot of each, in reading order.
fn by_shots(runs: Vec<Run<'_>>) -> BTreeMap<(usize, usize), Vec<Run<'_>>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for run in runs {
        groups.entry((run.first, run.last)).or_default().push(run);
    }
    for group in groups.values_mut() {
        group.sort_by_key(|run| run.position);
    }
    groups
}

/// Of runs that begin and end with the same shots; there is at least one.
fn passage(shots: &[ShotText], runs: &[Run<'_>]) -> ScreenText {
    let texts: Vec<&str> = runs.iter().map(|run| run.best.text.as_str()).collect();
    ScreenText {
        start_ms: shots[runs[0].first].start_ms,
        end_ms: shots[runs[0].last].end_ms,
        text: texts.join("\n"),
    }
}

#[cfg(test)]
mod tests;
