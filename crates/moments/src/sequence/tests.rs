//! What follows what, by example and by property.

use super::*;
use crate::{
    find_moments,
    hit::{RankedHits, Retriever},
};
use proptest::prelude::*;

/// A moment of the video from second to second.
fn moment(video: &str, from_s: u64, to_s: u64, score: f64) -> FoundMoment {
    let hit = Hit {
        id: format!("{video}:{from_s}:{to_s}"),
        video_id: video.into(),
        generation: 1,
        chunk: None,
        channel: Channel::Speech,
        start_ms: from_s * 1000,
        end_ms: to_s * 1000,
        text: String::new(),
        labels: Vec::new(),
        thumbnail_key: None,
        rank: 1,
        score: 0.5,
    };
    let list = RankedHits {
        retriever: Retriever::Meaning,
        relevance: None,
        hits: vec![hit],
    };
    FoundMoment {
        score,
        ..find_moments(&[list]).remove(0)
    }
}

/// Places in seconds of what is joined within ten seconds.
fn check(first: &[FoundMoment], second: &[FoundMoment], expected: &[(&str, u64, u64)]) {
    let joined = join_sequences(first, second, 10_000);
    let places: Vec<(&str, u64, u64)> = joined
        .iter()
        .map(|moment| {
            (
                moment.video_id.as_str(),
                moment.start_ms / 1000,
                moment.end_ms / 1000,
            )
        })
        .collect();
    assert_eq!(places, expected);
}

#[test]
fn the_second_starts_after_the_first_and_soon_after_its_end() {
    let first = [moment("a", 10, 20, 1.0)];
    for (from_s, to_s, expected) in [
        (21, 25, Some(25)),
        (30, 35, Some(35)),
        (31, 35, None),
        (11, 15, Some(20)),
        (10, 25, None),
        (5, 8, None),
    ] {
        let expected: Vec<_> = expected.map(|to_s| ("a", 10, to_s)).into_iter().collect();
        check(&first, &[moment("a", from_s, to_s, 1.0)], &expected);
    }
    check(&first, &[moment("b", 21, 25, 1.0)], &[]);
    check(&first, &[], &[]);
}

#[test]
fn each_first_is_joined_with_the_nearest_second() {
    let first = [moment("a", 0, 5, 1.0), moment("a", 20, 22, 0.9)];
    let second = [
        moment("a", 12, 14, 1.0),
        moment("a", 8, 9, 0.5),
        moment("a", 24, 30, 0.1),
    ];
    check(&first, &second, &[("a", 0, 9), ("a", 20, 30)]);
    let together = [moment("a", 8, 9, 0.5), moment("a", 8, 12, 0.6)];
    check(&first, &together, &[("a", 0, 12)]);
}

#[test]
fn a_pair_is_as_good_as_its_weaker_half_and_holds_both() {
    let first = [moment("a", 0, 5, 1.0), moment("b", 0, 5, 0.5)];
    let second = [moment("a", 6, 9, 0.2), moment("b", 6, 9, 0.4)];
    let joined = join_sequences(&first, &second, 0);
    assert_eq!(joined, []);
    let joined = join_sequences(&first, &second, 1000);
    let scores: Vec<f64> = joined.iter().map(|moment| moment.score).collect();
    assert_eq!(scores, [0.4, 0.2]);
    let best = &joined[0];
    let ids: Vec<&str> = best.evidence.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!(ids, ["b:0:5", "b:6:9"]);
    assert_eq!((best.evidence_start_ms, best.evidence_end_ms), (0, 9000));
}

#[test]
fn what_belongs_to_both_halves_is_evidence_once_and_titles_come_last() {
    let title = Hit {
        id: "title".into(),
        channel: Channel::Title,
        start_ms: 0,
        ..moment("a", 0, 60, 1.0).evidence.remove(0)
    };
    let mut first = moment("a", 1, 5, 1.0);
    let mut second = moment("a", 6, 9, 1.0);
    first.evidence.push(title.clone());
    second.evidence.push(title);
    let joined = join_sequences(&[first], &[second], 5000);
    let ids: Vec<&str> = joined[0]
        .evidence
        .iter()
        .map(|hit| hit.id.as_str())
        .collect();
    assert_eq!(ids, ["a:1:5", "a:6:9", "title"]);
}

fn any_moments() -> impl Strategy<Value = Vec<FoundMoment>> {
    let any = (0u8..2, 0u64..60, 1u64..20, 0.0f64..1.0);
    prop::collection::vec(any, 0..8).prop_map(|places| {
        let of = |(video, from_s, length_s, score): (u8, u64, u64, f64)| {
            moment(&format!("v{video}"), from_s, from_s + length_s, score)
        };
        places.into_iter().map(of).collect()
    })
}

proptest! {
    #[test]
    fn a_pair_starts_with_its_first_and_spans_a_second(
        first in any_moments(), second in any_moments(), within_ms in 0u64..30_000,
    ) {
        let joined = join_sequences(&first, &second, within_ms);
        prop_assert!(joined.len() <= first.len());
        prop_assert!(joined.windows(2).all(|pair| pair[0].score >= pair[1].score));
        for pair in &joined {
            let is_first = |moment: &&FoundMoment| {
                moment.video_id == pair.video_id && moment.start_ms == pair.start_ms
            };
            let has_second = first.iter().filter(is_first).any(|earlier| {
                second.iter().any(|later| {
                    later.video_id == pair.video_id
                        && later.start_ms > earlier.start_ms
                        && later.start_ms <= earlier.end_ms + within_ms
                        && pair.end_ms == earlier.end_ms.max(later.end_ms)
                })
            });
            prop_assert!(has_second);
        }
    }
}
