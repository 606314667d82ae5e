//! Order and bounds of moments, by example and by property.

use super::*;
use crate::hit::Relevance;
use proptest::prelude::*;

fn hit(video: &str, start_ms: u64, end_ms: u64, score: f64) -> Hit {
    Hit {
        id: format!("{video}:{start_ms}:{end_ms}"),
        video_id: video.into(),
        generation: 1,
        chunk: Some(0),
        channel: Channel::Speech,
        start_ms,
        end_ms,
        text: "Words.".into(),
        labels: Vec::new(),
        thumbnail_key: None,
        rank: 0,
        score,
    }
}

/// A list of these hits in their order.
fn list(retriever: Retriever, mut hits: Vec<Hit>) -> RankedHits {
    for (position, hit) in hits.iter_mut().enumerate() {
        hit.rank = position + 1;
    }
    RankedHits {
        retriever,
        relevance: None,
        hits,
    }
}

fn spans(moments: &[FoundMoment]) -> Vec<(&str, u64, u64)> {
    moments
        .iter()
        .map(|moment| (moment.video_id.as_str(), moment.start_ms, moment.end_ms))
        .collect()
}

#[test]
fn what_both_retrievers_find_comes_before_what_one_finds() {
    let meaning = list(
        Retriever::Meaning,
        vec![hit("a", 0, 5000, 0.7), hit("b", 0, 5000, 0.69)],
    );
    let words = list(
        Retriever::Words,
        vec![hit("c", 0, 5000, 3.0), hit("b", 0, 5000, 2.0)],
    );
    let moments = find_moments(&[meaning, words]);
    assert_eq!(spans(&moments)[0], ("b", 0, 5000));
    assert_eq!(moments.len(), 3);
}

#[test]
fn a_first_rank_by_chance_counts_for_nothing() {
    let looks = |score| RankedHits {
        relevance: Some(Relevance {
            floor: 0.5,
            sure: 0.7,
            chance: None,
        }),
        ..list(Retriever::Looks, vec![hit("shown", 0, 5000, score)])
    };
    let words = || list(Retriever::Words, vec![hit("said", 0, 5000, 3.0)]);
    let videos = |score| {
        let moments = find_moments(&[looks(score), words()]);
        let ids = moments.iter().map(|moment| moment.video_id.to_string());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(videos(0.5), ["said"]);
    assert_eq!(videos(0.52), ["said", "shown"]);
    assert_eq!(videos(0.8), ["shown", "said"]);
}

#[test]
fn a_strong_hit_keeps_its_bounds_beside_a_weak_neighbour() {
    let strong = || hit("a", 5000, 10_000, 0.75);
    let weak = || hit("a", 11_000, 15_000, 0.60);
    let moments = find_moments(&[
        list(Retriever::Meaning, vec![strong(), weak()]),
        list(Retriever::Words, vec![strong()]),
    ]);
    assert_eq!(
        spans(&moments),
        [("a", 5000, 10_000), ("a", 11_000, 15_000)]
    );
}

#[test]
fn meaning_alone_merges_no_neighbours() {
    let both = vec![hit("a", 0, 4000, 0.583), hit("a", 5000, 9000, 0.581)];
    assert_eq!(find_moments(&[list(Retriever::Meaning, both)]).len(), 2);
}

#[test]
fn neighbours_of_equal_strength_are_one_moment() {
    let both = |score| vec![hit("a", 0, 4000, score), hit("a", 5000, 9000, score)];
    let lists = |score| {
        [
            list(Retriever::Meaning, both(0.7)),
            list(Retriever::Words, both(score)),
        ]
    };
    let moments = find_moments(&lists(2.0));
    assert_eq!(spans(&moments), [("a", 0, 9000)]);
    assert_eq!(moments[0].evidence.len(), 2);
}

#[test]
fn every_occurrence_in_a_long_video_is_a_moment_of_its_own() {
    let said = |minute: u64| hit("a", minute * 60_000, minute * 60_000 + 4000, 0.7);
    let hits: Vec<Hit> = (0..60).map(said).collect();
    let moments = find_moments(&[
        list(Retriever::Meaning, hits.clone()),
        list(Retriever::Words, hits),
    ]);
    let mut starts: Vec<u64> = moments
        .iter()
        .map(|moment| moment.start_ms / 60_000)
        .collect();
    starts.sort_unstable();
    assert_eq!(starts, (0..60).collect::<Vec<_>>());
}

#[test]
fn neighbours_never_make_a_moment_longer_than_thirty_seconds() {
    let many: Vec<Hit> = (0..10)
        .map(|at| hit("a", at * 5000, at * 5000 + 4500, 1.0))
        .collect();
    let moments = find_moments(&[
        list(Retriever::Meaning, many.clone()),
        list(Retriever::Words, many),
    ]);
    assert!(moments.len() > 1);
    assert!(
        moments
            .iter()
            .all(|moment| moment.end_ms - moment.start_ms <= 30_000)
    );
}

#[test]
fn a_sentence_cut_between_chunks_is_one_moment() {
    let first = Hit {
        text: "and then we".into(),
        ..hit("a", 295_000, 299_900, 0.7)
    };
    let second = Hit {
        chunk: Some(1),
        text: "went home.".into(),
        ..hit("a", 300_000, 303_000, 0.5)
    };
    let cut = |first: &Hit| {
        find_moments(&[list(
            Retriever::Meaning,
            vec![first.clone(), second.clone()],
        )])
    };
    assert_eq!(spans(&cut(&first)), [("a", 295_000, 303_000)]);
    let whole = Hit {
        text: "And then we stopped.".into(),
        ..first
    };
    assert_eq!(cut(&whole).len(), 2);
}

#[test]
fn one_passage_in_two_channels_is_one_moment_with_both_as_evidence() {
    let speech = hit("a", 1000, 5000, 0.7);
    let screen = Hit {
        id: "screen".into(),
        channel: Channel::ScreenText,
        ..hit("a", 500, 5200, 0.4)
    };
    let moments = find_moments(&[list(Retriever::Meaning, vec![speech, screen])]);
    assert_eq!(spans(&moments), [("a", 1000, 5000)]);
    let evidence = (moments[0].evidence_start_ms, moments[0].evidence_end_ms);
    assert_eq!(evidence, (500, 5200));
    assert_eq!(
        moments[0].channels(),
        [Channel::Speech, Channel::ScreenText]
    );
}

#[test]
fn generations_never_mix() {
    let old = Hit {
        id: "old".into(),
        generation: 1,
        ..hit("a", 0, 4000, 0.7)
    };
    let new = Hit {
        id: "new".into(),
        generation: 2,
        ..hit("a", 0, 4000, 0.7)
    };
    assert_eq!(
        find_moments(&[list(Retriever::Meaning, vec![old, new])]).len(),
        2
    );
}

#[test]
fn a_title_lifts_the_best_moment_of_its_video_and_keeps_its_bounds() {
    let title = Hit {
        id: "title".into(),
        channel: Channel::Title,
        ..hit("b", 0, 60_000, 2.0)
    };
    let meaning = vec![
        hit("a", 0, 5000, 0.7),
        hit("b", 10_000, 15_000, 0.69),
        hit("b", 20_000, 25_000, 0.68),
    ];
    let moments = find_moments(&[
        list(Retriever::Meaning, meaning),
        list(Retriever::TitleWords, vec![title.clone()]),
    ]);
    assert_eq!(spans(&moments)[0], ("b", 10_000, 15_000));
    assert_eq!(moments[0].channels(), [Channel::Title, Channel::Speech]);
    let alone = find_moments(&[list(Retriever::TitleWords, vec![title])]);
    assert_eq!(spans(&alone), [("b", 0, 30_000)]);
}

#[test]
fn a_moment_says_what_each_retriever_says_of_it() {
    let title = Hit {
        channel: Channel::Title,
        ..hit("a", 0, 60_000, 1.5)
    };
    let moments = find_moments(&[
        list(
            Retriever::Meaning,
            vec![hit("b", 0, 4000, 0.9), hit("a", 0, 4000, 0.7)],
        ),
        list(Retriever::Words, vec![hit("a", 0, 4000, 2.0)]),
        list(Retriever::TitleWords, vec![title]),
    ]);
    let found_by = moments[0].found_by.iter();
    let found_by: Vec<_> = found_by
        .map(|(retriever, found)| (retriever.as_str(), found.rank, found.score, found.relevance))
        .collect();
    assert_eq!(
        found_by,
        [
            ("title-words", 1, 1.5, 1.0),
            ("words", 1, 2.0, 1.0),
            ("meaning", 2, 0.7, 1.0)
        ]
    );
}

prop_compose! {
    fn any_hit()(
        video in 0u8..3, start_s in 0u64..60, length_s in 1u64..20, chunk in prop::option::of(0u32..3),
        channel in prop::sample::select(vec![Channel::Title, Channel::Speech, Channel::Subtitle]),
        ended in any::<bool>(), score in 0.0f64..5.0,
    ) -> Hit {
        let (start_ms, end_ms) = (start_s * 1000, (start_s + length_s) * 1000);
        Hit {
            id: format!("{video}:{start_ms}:{end_ms}:{channel:?}:{chunk:?}:{ended}"),
            video_id: format!("v{video}").as_str().into(), generation: 1, chunk, channel, start_ms, end_ms,
            text: if ended { "Words.".into() } else { "words".into() }, labels: Vec::new(), thumbnail_key: None,
            rank: 0, score,
        }
    }
}

fn any_lists() -> impl Strategy<Value = Vec<RankedHits>> {
    prop::collection::vec((any_hit(), any::<bool>(), any::<bool>()), 0..25).prop_map(|hits| {
        let chosen = |title: bool, choose: fn(&(Hit, bool, bool)) -> bool| -> Vec<Hit> {
            let of_kind = hits
                .iter()
                .filter(|(hit, ..)| (hit.channel == Channel::Title) == title);
            of_kind
                .filter(|entry| choose(entry))
                .map(|(hit, ..)| hit.clone())
                .collect()
        };
        vec![
            list(
                Retriever::Meaning,
                chosen(false, |(_, by_meaning, _)| *by_meaning),
            ),
            list(
                Retriever::Words,
                chosen(false, |(_, _, by_words)| *by_words),
            ),
            list(Retriever::TitleWords, chosen(true, |_| true)),
        ]
    })
}

proptest! {
    #[test]
    fn the_order_of_the_lists_does_not_matter(lists in any_lists()) {
        let mut turned = lists.clone();
        turned.reverse();
        prop_assert_eq!(find_moments(&lists), find_moments(&turned));
    }

    #[test]
    fn every_document_is_evidence_exactly_once(lists in any_lists()) {
        let documents: BTreeSet<&str> =
            lists.iter().flat_map(|list| &list.hits).map(|hit| hit.id.as_str()).collect();
        let moments = find_moments(&lists);
        let mut evidence: Vec<&str> =
            moments.iter().flat_map(|moment| &moment.evidence).map(|hit| hit.id.as_str()).collect();
        evidence.sort_unstable();
        prop_assert_eq!(evidence, documents.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn moments_are_sorted_and_bounded(lists in any_lists()) {
        let moments = find_moments(&lists);
        prop_assert!(moments.windows(2).all(|pair| pair[0].score >= pair[1].score));
        for moment in &moments {
            prop_assert!(moment.start_ms < moment.end_ms);
            prop_assert!(moment.end_ms - moment.start_ms <= 30_000);
            prop_assert!(moment.evidence.iter().all(|hit| hit.video_id == moment.video_id));
        }
    }
}
