//! What is read, by example and by property.

use super::*;
use contracts::{artifacts::TimeRange, segments::Channel, tasks::VideoRef};
use proptest::prelude::*;

fn list(retriever: Retriever, found: &[(u64, f64)]) -> RankedDocuments {
    let document = |(number, score): &(u64, f64)| RankedDocument {
        number: *number,
        video_id: "v".into(),
        generation: 1,
        score: *score,
    };
    RankedDocuments {
        retriever,
        relevance: None,
        documents: found.iter().map(document).collect(),
    }
}

fn document(start_ms: u64) -> SegmentDocument {
    let video = VideoRef {
        workspace: "w".into(),
        video_id: "v".into(),
        generation: 1,
        attempt: 1,
    };
    let range = TimeRange {
        start_ms,
        end_ms: start_ms + 1000,
    };
    SegmentDocument::empty(&video, Channel::Speech, range)
}

#[test]
fn the_first_of_each_list_come_before_the_last_of_any() {
    let long: Vec<(u64, f64)> = (0..100).map(|number| (number, 0.9)).collect();
    let lists = [
        list(Retriever::Meaning, &long),
        list(Retriever::TitleWords, &[(500, 3.0)]),
        list(Retriever::Words, &[(70, 9.0), (0, 8.0)]),
    ];
    let read = shortlist(&lists, 30);
    assert_eq!(read[..3], [0, 1, 2]);
    assert!(read[..21].contains(&70));
    assert_eq!(read.iter().position(|number| *number == 500), Some(21));
    assert_eq!(read[22..], (20..28).collect::<Vec<u64>>());
}

#[test]
fn what_a_model_finds_by_chance_is_not_read() {
    let looks = RankedDocuments {
        relevance: Some(Relevance {
            floor: 0.5,
            sure: 0.7,
            chance: None,
        }),
        ..list(Retriever::Looks, &[(1, 0.8), (2, 0.5), (3, 0.4)])
    };
    assert_eq!(shortlist(&[looks], 10), [1]);
}

#[test]
fn a_hit_keeps_its_rank_where_others_are_not_read() {
    let found = list(Retriever::Words, &[(7, 3.0), (8, 2.0), (9, 1.0)]);
    let read = Documents::from([(9, ("nine".to_owned(), document(4000)))]);
    let hits = found.hits(&read).hits;
    let hits: Vec<_> = hits
        .iter()
        .map(|hit| (hit.id.as_str(), hit.rank, hit.score, hit.start_ms))
        .collect();
    assert_eq!(hits, [("nine", 3, 1.0, 4000)]);
}

proptest! {
    #[test]
    fn the_best_are_the_same_whatever_the_count_and_none_twice(
        lists in prop::collection::vec(prop::collection::hash_set(0u64..50, 0..40), 0..4), count in 0usize..60,
    ) {
        let lists: Vec<RankedDocuments> = lists
            .into_iter()
            .zip(Retriever::ALL)
            .map(|(numbers, retriever)| {
                let found: Vec<(u64, f64)> = numbers.into_iter().map(|number| (number, 1.0)).collect();
                list(*retriever, &found)
            })
            .collect();
        let all = shortlist(&lists, usize::MAX);
        let best = shortlist(&lists, count);
        prop_assert_eq!(&best[..], &all[..count.min(all.len())]);
        let distinct: std::collections::HashSet<&u64> = all.iter().collect();
        prop_assert_eq!(distinct.len(), all.len());
    }
}
