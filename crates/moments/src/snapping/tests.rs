//! Bounds of moments, by example and by property.

use super::*;
use proptest::prelude::*;

fn hit(channel: Channel, start_ms: u64, end_ms: u64) -> Hit {
    Hit {
        id: format!("{channel:?}:{start_ms}"),
        video_id: "v".into(),
        generation: 1,
        chunk: None,
        channel,
        start_ms,
        end_ms,
        text: String::new(),
        labels: Vec::new(),
        thumbnail_key: None,
        rank: 1,
        score: 1.0,
    }
}

fn range(start_ms: u64, end_ms: u64) -> TimeRange {
    TimeRange { start_ms, end_ms }
}

/// Members that start from the bounds of the first.
fn check(members: &[(Channel, u64, u64)], expected: (u64, u64)) {
    let hits: Vec<Hit> = members
        .iter()
        .map(|(channel, start_ms, end_ms)| hit(*channel, *start_ms, *end_ms))
        .collect();
    let hits: Vec<&Hit> = hits.iter().collect();
    let bounds = range(hits[0].start_ms, hits[0].end_ms);
    assert_eq!(
        snap(bounds, &hits),
        range(expected.0, expected.1),
        "{members:?}"
    );
}

use Channel::{ScreenText, Speech, Subtitle, Title, Visual};

#[test]
fn a_sentence_keeps_its_bounds() {
    check(&[(Speech, 1000, 5000)], (1000, 5000));
    check(&[(Speech, 1000, 5000), (Visual, 1200, 6000)], (1000, 5000));
    check(&[(Speech, 1000, 5000), (Subtitle, 200, 7000)], (1000, 5000));
}

#[test]
fn a_shot_beside_a_sentence_takes_its_bounds() {
    check(&[(Visual, 1000, 9000), (Speech, 3000, 8500)], (3000, 8500));
    check(
        &[
            (ScreenText, 1000, 9000),
            (Speech, 2000, 5000),
            (Speech, 5500, 8000),
        ],
        (2000, 8000),
    );
    // Unless the sentence is longer than what was found.
    check(&[(Visual, 1000, 5000), (Speech, 400, 6000)], (1000, 5000));
}

#[test]
fn a_shot_alone_keeps_its_bounds() {
    check(&[(Visual, 1000, 5000)], (1000, 5000));
    check(
        &[(Visual, 1000, 5000), (ScreenText, 800, 5000)],
        (1000, 5000),
    );
    check(&[(Visual, 1000, 5000), (Title, 800, 60_000)], (1000, 5000));
}

#[test]
fn a_start_just_after_that_of_a_shot_or_sentence_moves_there() {
    check(&[(Speech, 1400, 5000), (Visual, 900, 6000)], (900, 5000));
    check(&[(Speech, 1401, 5000), (Visual, 900, 6000)], (1401, 5000));
    check(&[(Visual, 1400, 5000), (Speech, 1000, 6000)], (1000, 5000));
    check(
        &[
            (Speech, 1400, 5000),
            (Visual, 900, 6000),
            (Subtitle, 1000, 5000),
        ],
        (900, 5000),
    );
}

#[test]
fn a_hull_holds_everything_that_has_a_time() {
    let hits = [
        hit(Visual, 1000, 9000),
        hit(Speech, 500, 4000),
        hit(Title, 0, 60_000),
    ];
    let all: Vec<&Hit> = hits.iter().collect();
    assert_eq!(hull(range(1000, 9000), &all), range(500, 9000));
    assert_eq!(hull(range(0, 30_000), &all[2..]), range(0, 30_000));
}

prop_compose! {
    fn any_hit()(
        start_ms in 0u64..5000, length_ms in 1u64..5000,
        channel in prop::sample::select(vec![Speech, Subtitle, Visual, ScreenText, Title]),
    ) -> Hit {
        hit(channel, start_ms, start_ms + length_ms)
    }
}

proptest! {
    #[test]
    fn bounds_stay_within_what_matched_and_hardly_grow(hits in prop::collection::vec(any_hit(), 1..6)) {
        let bounds = range(hits[0].start_ms, hits[0].end_ms);
        let members: Vec<&Hit> = hits.iter().collect();
        let snapped = snap(bounds, &members);
        prop_assert!(snapped.start_ms < snapped.end_ms);
        let (length_ms, before_ms) = (snapped.end_ms - snapped.start_ms, bounds.end_ms - bounds.start_ms);
        prop_assert!(length_ms <= before_ms + MAX_START_SHIFT_MS);
        if hits[0].channel != Title {
            let hull = hull(bounds, &members);
            prop_assert!(hull.start_ms <= snapped.start_ms && snapped.end_ms <= hull.end_ms);
        }
        // Each bound is one that something has.
        prop_assert!(hits.iter().any(|hit| hit.start_ms == snapped.start_ms));
        prop_assert!(hits.iter().any(|hit| hit.end_ms == snapped.end_ms));
    }
}
