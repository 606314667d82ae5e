//! One thing soon after another.

use crate::{
    fusion::{FoundMoment, sort},
    hit::Hit,
};
use contracts::segments::Channel;

/// Moments of `first` that are followed by one of `second` in the same video: it starts after the first starts, and
/// at most `within_ms` after it ends. Each is joined with the nearest that follows, and spans both; best first.
///
/// A pair is as good as the weaker of the two: both were asked for, and a strong half must not carry one that was
/// found by chance.
#[must_use]
pub fn join_sequences(
    first: &[FoundMoment],
    second: &[FoundMoment],
    within_ms: u64,
) -> Vec<FoundMoment> {
    let mut joined: Vec<FoundMoment> = first
        .iter()
        .filter_map(|earlier| Some(join(earlier, nearest(earlier, second, within_ms)?)))
        .collect();
    sort(&mut joined);
    joined
}

/// The first moment that follows; of those that start together the better.
fn nearest<'a>(
    earlier: &FoundMoment,
    later: &'a [FoundMoment],
    within_ms: u64,
) -> Option<&'a FoundMoment> {
    let last_start_ms = earlier.end_ms.saturating_add(within_ms);
    let following = later.iter().filter(|moment| {
        moment.video_id == earlier.video_id
            && moment.generation == earlier.generation
            && moment.start_ms > earlier.start_ms
            && moment.start_ms <= last_start_ms
    });
    following.min_by(|left, right| {
        left.start_ms
            .cmp(&right.start_ms)
            .then_with(|| right.score.total_cmp(&left.score))
            .then_with(|| left.end_ms.cmp(&right.end_ms))
    })
}

fn join(earlier: &FoundMoment, later: &FoundMoment) -> FoundMoment {
    let mut evidence = earlier.evidence.clone();
    evidence.extend(later.evidence.iter().cloned());
    evidence.sort_by(|left, right| {
        let place = |hit: &Hit| (hit.channel == Channel::Title, hit.start_ms, hit.channel);
        place(left)
            .cmp(&place(right))
            .then_with(|| left.id.cmp(&right.id))
    });
    // What belongs to both halves is one document.
    evidence.dedup_by(|next, kept| next.id == kept.id);
    FoundMoment {
        end_ms: earlier.end_ms.max(later.end_ms),
        evidence_start_ms: earlier.evidence_start_ms.min(later.evidence_start_ms),
        evidence_end_ms: earlier.evidence_end_ms.max(later.evidence_end_ms),
        score: earlier.score.min(later.score),
        confidence: earlier
            .confidence
            .zip(later.confidence)
            .map(|(earlier, later)| earlier.min(later)),
        evidence,
        repeats: Vec::new(),
        ..earlier.clone()
    }
}

#[cfg(test)]
mod tests;
