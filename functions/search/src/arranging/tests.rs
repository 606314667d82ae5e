//! Lists, groups and counts.

use super::*;
use crate::tests::world::video;
use contracts::{api::VideoStatus, segments::Channel};

/// A moment of a video at this second.
fn moment(video: &str, at_s: u64) -> FoundMoment {
    FoundMoment {
        confidence: None,
        signs: None,
        video_id: video.into(),
        generation: 2,
        start_ms: at_s * 1000,
        end_ms: at_s * 1000 + 500,
        evidence_start_ms: at_s * 1000,
        evidence_end_ms: at_s * 1000 + 500,
        repeats: Vec::new(),
        score: 1.0,
        evidence: vec![crate::tests::world::hit(video, 2, at_s * 1000)],
        found_by: BTreeMap::new(),
    }
}

/// `new` is newer than `old`, which is as old as `old2`.
fn videos() -> VideosById {
    let known = |id: &str, created_at: &str, language: &str, tags: &[&str]| {
        let mut known = video(id, "w", VideoStatus::Ready, Some(2));
        created_at.clone_into(&mut known.created_at);
        known.found_language = Some(language.to_owned());
        known.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        known
    };
    crate::answer::by_id(vec![
        known("old", "2026-11-01T00:00:00.000Z", "pt-BR", &["a", "b"]),
        known("old2", "2026-11-01T00:00:00.000Z", "PT", &["b", "b"]),
        known("new", "2026-11-01T00:00:00.001Z", "en", &[]),
    ])
}

/// As the best come first: video and second.
fn found() -> Vec<FoundMoment> {
    [
        ("old", 9),
        ("new", 5),
        ("old", 1),
        ("old2", 3),
        ("new", 2),
        ("old", 4),
        ("old", 7),
    ]
    .map(|(video, at_s)| moment(video, at_s))
    .to_vec()
}

fn listed(page: &Page) -> Vec<(&str, u64)> {
    let moments = page.moments.iter();
    moments
        .map(|moment| (moment.video_id.as_str(), moment.start_ms / 1000))
        .collect()
}

#[track_caller]
fn check(arrangement: &Arrangement, expected: &[(&str, u64)]) {
    let page = page(found(), &videos(), arrangement, 0, 50);
    assert_eq!(listed(&page), expected, "{arrangement:?}");
    assert_eq!(page.next_offset, None);
}

fn ordered(order: Order) -> Arrangement {
    Arrangement {
        order,
        ..Arrangement::default()
    }
}

fn grouped(order: Order, per_video: Option<usize>) -> Arrangement {
    Arrangement {
        order,
        group: Some(Grouping::Video),
        per_video,
    }
}

#[test]
fn by_date_inside_a_video_in_order_of_time() {
    let in_old = [("old", 1), ("old", 4), ("old", 7), ("old", 9), ("old2", 3)];
    let in_new = [("new", 2), ("new", 5)];
    check(&ordered(Order::Newest), &[&in_new[..], &in_old].concat());
    check(&ordered(Order::Oldest), &[&in_old[..], &in_new].concat());
}

#[test]
fn a_bound_keeps_the_best_of_each_video() {
    let bounded = |order| Arrangement {
        per_video: Some(2),
        ..ordered(order)
    };
    let best_first = [("old", 9), ("new", 5), ("old", 1), ("old2", 3), ("new", 2)];
    check(&bounded(Order::Relevance), &best_first);
    let oldest_first = [("old", 1), ("old", 9), ("old2", 3), ("new", 2), ("new", 5)];
    check(&bounded(Order::Oldest), &oldest_first);
}

#[test]
fn groups_stand_together_and_count_what_they_leave_out() {
    let three_at_most = [
        ("old", 9),
        ("old", 1),
        ("old", 4),
        ("new", 5),
        ("new", 2),
        ("old2", 3),
    ];
    check(&grouped(Order::Relevance, None), &three_at_most);
    check(
        &grouped(Order::Newest, Some(1)),
        &[("new", 5), ("old", 9), ("old2", 3)],
    );
    let page = page(found(), &videos(), &grouped(Order::Relevance, None), 0, 2);
    let groups = page.groups.iter();
    let groups: Vec<_> = groups
        .map(|group| (group.video_id.as_str(), group.found))
        .collect();
    assert_eq!(groups, [("old", 4), ("new", 2)]);
    assert_eq!((page.moments.len(), page.next_offset), (5, Some(2)));
}

#[test]
fn pages_of_any_size_are_one_list() {
    for arrangement in [
        ordered(Order::Relevance),
        ordered(Order::Newest),
        grouped(Order::Relevance, Some(2)),
    ] {
        let from = |offset, limit| page(found(), &videos(), &arrangement, offset, limit);
        for limit in 1..8 {
            let mut joined = Vec::new();
            let mut next = Some(0);
            while let Some(offset) = next {
                let page = from(offset, limit);
                joined.extend(page.moments);
                next = page.next_offset;
            }
            assert_eq!(joined, from(0, 50).moments, "{arrangement:?} by {limit}");
        }
        let behind = from(99, 1);
        assert_eq!((behind.moments.len(), behind.next_offset), (0, None));
    }
}

#[test]
fn facets_count_moments_as_filters_would_find_them() {
    let mut found = found();
    found[0].evidence[0].channel = Channel::Speech;
    let facets = facets(&found, &videos());
    let check = |facets: &[FacetCount], expected: &[(&str, u32)]| {
        let counts = facets.iter();
        let counts: Vec<_> = counts
            .map(|facet| (facet.value.as_str(), facet.count))
            .collect();
        assert_eq!(counts, expected);
    };
    check(&facets.channels, &[("subtitle", 6), ("speech", 1)]);
    check(&facets.tags, &[("b", 5), ("a", 4)]);
    check(&facets.languages, &[("pt", 5), ("en", 2)]);
    check(&facets.videos, &[("old", 4), ("new", 2), ("old2", 1)]);
}
