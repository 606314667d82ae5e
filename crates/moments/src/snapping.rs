//! Where a moment starts and ends, out of what matched.

use crate::hit::Hit;
use contracts::{artifacts::TimeRange, segments::Channel};

/// A moment that starts at most this long after a sentence or a shot starts, in milliseconds, starts with it: less is
/// hardly seen, and a first word or picture that is cut off is. Half of a second is also what the times of words and
/// shots are unsure by.
const MAX_START_SHIFT_MS: u64 = 500;

/// Moves the bounds of a moment to those of its sentences, and its start to that of a sentence or shot that starts
/// just before. `members` are what matched, the strongest first; `bounds` are those of the strongest and the neighbours
/// that go on with it.
///
/// What was said counts more than what was shown: a sentence that is cut makes no sense, a shot that is cut does. A
/// moment never gets longer by more than half a second.
pub(crate) fn snap(bounds: TimeRange, members: &[&Hit]) -> TimeRange {
    let bounds = to_sentences(bounds, members);
    let starts = members
        .iter()
        .filter(|hit| hit.is_spoken() || hit.channel == Channel::Visual)
        .map(|hit| hit.start_ms);
    let just_before = |start_ms: &u64| {
        *start_ms <= bounds.start_ms && bounds.start_ms - *start_ms <= MAX_START_SHIFT_MS
    };
    TimeRange {
        start_ms: starts.filter(just_before).min().unwrap_or(bounds.start_ms),
        ..bounds
    }
}

/// From the first to the last millisecond of what matched; `bounds` where nothing did that has a time.
pub(crate) fn hull(bounds: TimeRange, members: &[&Hit]) -> TimeRange {
    let timed = || members.iter().filter(|hit| hit.channel != Channel::Title);
    TimeRange {
        start_ms: timed()
            .map(|hit| hit.start_ms)
            .min()
            .unwrap_or(bounds.start_ms),
        end_ms: timed().map(|hit| hit.end_ms).max().unwrap_or(bounds.end_ms),
    }
}

/// The bounds of the sentences that were found beside a shot or a sign, unless that makes the moment longer.
fn to_sentences(bounds: TimeRange, members: &[&Hit]) -> TimeRange {
    if members
        .first()
        .is_some_and(|strongest| strongest.is_spoken())
    {
        return bounds;
    }
    let spoken: Vec<&Hit> = members
        .iter()
        .copied()
        .filter(|hit| hit.is_spoken())
        .collect();
    let sentences = hull(bounds, &spoken);
    if sentences.end_ms - sentences.start_ms <= bounds.end_ms - bounds.start_ms {
        sentences
    } else {
        bounds
    }
}

#[cfg(test)]
mod tests;
