//! What is the same content, and that no place of it is lost.

use super::*;
use crate::{
    find_moments,
    hit::{RankedHits, Retriever},
};
use proptest::prelude::*;

const PLEDGE: &str = "We choose to go to the Moon!";

fn hit(video: &str, start_ms: u64, channel: Channel, text: &str) -> Hit {
    Hit {
        id: format!("{video}:{channel:?}:{start_ms}"),
        video_id: video.into(),
        generation: 1,
        chunk: None,
        channel,
        start_ms,
        end_ms: start_ms + 4000,
        text: text.to_owned(),
        labels: Vec::new(),
        thumbnail_key: None,
        rank: 1,
        score: 0.3,
    }
}

fn said(video: &str, start_ms: u64, text: &str) -> Hit {
    hit(video, start_ms, Channel::Speech, text)
}

fn shown(video: &str, start_ms: u64, label: &str, score: f64) -> Hit {
    Hit {
        labels: vec![label.to_owned()],
        score,
        ..hit(video, start_ms, Channel::Visual, "")
    }
}

/// One moment for each hit, in their order.
fn moments(hits: &[Hit]) -> Vec<FoundMoment> {
    let of_hit = |hit: &Hit| {
        let list = RankedHits {
            retriever: Retriever::Meaning,
            relevance: None,
            hits: vec![hit.clone()],
        };
        find_moments(&[list]).remove(0)
    };
    hits.iter().map(of_hit).collect()
}

/// Each kept moment's place and those of its repeats.
fn check(hits: &[Hit], every_in_video: bool, expected: &[&[(&str, u64)]]) {
    let kept = collapse_repeats(moments(hits), every_in_video);
    let places: Vec<Vec<(&str, u64)>> = kept
        .iter()
        .map(|moment| {
            let repeats = moment.repeats.iter();
            let repeats = repeats.map(|place| (place.video_id.as_str(), place.start_ms));
            let first = (moment.video_id.as_str(), moment.start_ms);
            std::iter::once(first).chain(repeats).collect()
        })
        .collect();
    assert_eq!(places, expected);
}

#[test]
fn the_same_words_are_one_moment_that_lists_the_others() {
    let hits = [
        said("a", 0, PLEDGE),
        said("b", 9000, "we choose to go, to the moon"),
        said("c", 0, "We choose to go to the Moon today"),
        said("a", 50_000, PLEDGE),
    ];
    check(
        &hits,
        false,
        &[&[("a", 0), ("b", 9000), ("a", 50_000)], &[("c", 0)]],
    );
}

#[test]
fn every_place_of_a_phrase_in_one_video_counts() {
    let hits = [
        said("a", 0, PLEDGE),
        said("a", 50_000, PLEDGE),
        said("b", 0, PLEDGE),
    ];
    check(&hits, true, &[&[("a", 0), ("b", 0)], &[("a", 50_000)]]);
}

#[test]
fn few_words_are_said_everywhere() {
    let hits = [
        said("a", 0, "Thank you, Bob."),
        said("b", 0, "Thank you, Bob."),
    ];
    check(&hits, false, &[&[("a", 0)], &[("b", 0)]]);
}

#[test]
fn shots_are_the_same_where_labels_score_and_length_are() {
    let short = Hit {
        end_ms: 2000,
        ..shown("g", 0, "koala", 0.3)
    };
    let hits = [
        shown("a", 0, "koala", 0.3),
        shown("b", 0, "koala", 0.3005),
        shown("c", 0, "koala", 0.305),
        shown("d", 0, "bear", 0.3),
        Hit {
            labels: Vec::new(),
            ..shown("e", 0, "", 0.3)
        },
        Hit {
            labels: Vec::new(),
            ..shown("f", 0, "", 0.3)
        },
        short,
    ];
    let alone: [&[(&str, u64)]; 5] = [
        &[("c", 0)],
        &[("d", 0)],
        &[("e", 0)],
        &[("f", 0)],
        &[("g", 0)],
    ];
    let mut expected: Vec<&[(&str, u64)]> = vec![&[("a", 0), ("b", 0)]];
    expected.extend(alone);
    check(&hits, false, &expected);
}

#[test]
fn shots_with_words_are_compared_by_their_words() {
    let mut both = moments(&[shown("a", 0, "koala", 0.3), shown("b", 0, "koala", 0.3)]);
    both[0]
        .evidence
        .push(hit("a", 0, Channel::ScreenText, "Sale"));
    assert_eq!(collapse_repeats(both.clone(), false).len(), 2);
    both[0].evidence.pop();
    both[0].evidence.push(hit("a", 0, Channel::Title, "Koalas"));
    assert_eq!(collapse_repeats(both, false).len(), 1);
}

#[test]
fn a_video_has_its_first_moments_only() {
    let hits = [
        said("a", 0, "one"),
        said("b", 0, "two"),
        said("a", 9000, "three"),
        said("a", 20_000, "four"),
    ];
    let of_video = |most| {
        let kept = at_most_per_video(moments(&hits), most);
        kept.iter()
            .map(|moment| moment.evidence[0].text.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of_video(2), ["one", "two", "three"]);
    assert_eq!(of_video(1), ["one", "two"]);
    assert_eq!(of_video(0), Vec::<String>::new());
}

proptest! {
    #[test]
    fn no_place_is_lost(
        places in prop::collection::vec((0u8..3, 0u64..9, 0usize..4, any::<bool>()), 0..20),
        every_in_video in any::<bool>(),
    ) {
        let texts = [PLEDGE, "Ask not what your country can do", "Hello", ""];
        let hits: Vec<Hit> = places
            .iter()
            .map(|(video, at, text, is_shown)| {
                let (video, start_ms) = (format!("v{video}"), at * 10_000);
                if *is_shown {
                    shown(&video, start_ms, texts[*text], 0.3)
                } else {
                    said(&video, start_ms, texts[*text])
                }
            })
            .collect();
        let place = |video: &VideoId, start_ms| (video.to_string(), start_ms);
        let mut before: Vec<_> =
            hits.iter().map(|hit| place(&hit.video_id, hit.start_ms)).collect();
        let kept = collapse_repeats(moments(&hits), every_in_video);
        let mut after = Vec::new();
        for moment in &kept {
            after.push(place(&moment.video_id, moment.start_ms));
            after.extend(moment.repeats.iter().map(|found| place(&found.video_id, found.start_ms)));
        }
        before.sort();
        after.sort();
        prop_assert_eq!(before, after);
        // Nothing is left to collapse.
        prop_assert_eq!(collapse_repeats(kept.clone(), every_in_video).len(), kept.len());
    }
}
