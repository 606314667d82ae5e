//! Follows lines from shot to shot.

use super::{ShotText, alike};
use crate::text::TextLine;

/// How many shots a line may be missing from without having gone.
const MAX_MISSED: usize = 1;
/// A line that was missing for longer has gone.
const MAX_GAP_MS: u64 = 10_000;

/// One line, over one shot or several.
#[derive(Clone, Debug)]
pub(super) struct Run<'a> {
    /// The first shot that shows it.
    pub(super) first: usize,
    /// The last one.
    pub(super) last: usize,
    /// In how many shots it was read.
    pub(super) seen: usize,
    /// Its place among the lines of the first shot.
    pub(super) position: usize,
    /// The most certain reading.
    pub(super) best: &'a TextLine,
    /// The latest reading.
    latest: &'a TextLine,
}

impl<'a> Run<'a> {
    /// Both as one, from the first shot of either to the last.
    pub(super) fn with(self, other: Run<'a>) -> Run<'a> {
        let better = if other.best.confidence > self.best.confidence {
            other.best
        } else {
            self.best
        };
        Run {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            seen: self.seen + other.seen,
            best: better,
            ..self
        }
    }
}

/// The lines of all shots as runs, by first shot and position in it.
pub(super) fn follow(shots: &[ShotText]) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    // Those that the next shot may go on with.
    let mut live: Vec<usize> = Vec::new();
    for (index, shot) in shots.iter().enumerate() {
        live.retain(|run| {
            let last = runs[*run].last;
            let gap_ms = shot.start_ms.saturating_sub(shots[last].end_ms);
            index - last <= 1 + MAX_MISSED && gap_ms <= MAX_GAP_MS
        });
        let continued = pairs(&runs, &live, shot);
        for (position, line) in shot.lines.iter().enumerate() {
            if let Some(run) = continued[position] {
                let run = &mut runs[run];
                run.last = index;
                run.seen += 1;
                run.latest = line;
                if line.confidence > run.best.confidence {
                    run.best = line;
                }
            } else {
                live.push(runs.len());
                runs.push(Run {
                    first: index,
                    last: index,
                    seen: 1,
                    position,
                    best: line,
                    latest: line,
                });
            }
        }
    }
    runs
}

/// For each line of the shot the run that it goes on with; the most alike are paired first.
fn pairs(runs: &[Run<'_>], live: &[usize], shot: &ShotText) -> Vec<Option<usize>> {
    let mut candidates = Vec::new();
    for (position, line) in shot.lines.iter().enumerate() {
        for &run in live {
            if let Some(likeness) = alike::same(runs[run].best, runs[run].latest, line) {
                candidates.push((likeness, position, run));
            }
        }
    }
    candidates.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
    let mut paired = vec![None; shot.lines.len()];
    for (_, position, run) in candidates {
        if paired[position].is_none() && !paired.contains(&Some(run)) {
            paired[position] = Some(run);
        }
    }
    paired
}
