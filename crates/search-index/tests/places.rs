//! A change of index on a real OpenSearch. Every test has aliases of its own and removes its indices.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use contracts::{
    artifacts::TimeRange,
    segments::{Channel, SegmentDocument},
    tasks::VideoRef,
};
use futures::FutureExt;
use search_index::{
    Place::{self, Next, Previous, Serving},
    SearchIndex, SearchIndexError, VectorField, VectorSpace, VectorSpaces,
};
use std::{future::Future, panic::AssertUnwindSafe};

fn vectors(text_model: &str, dimensions: usize) -> VectorSpaces {
    let space = |model: &str, dimensions| VectorSpace {
        model: model.to_owned(),
        dimensions,
    };
    VectorSpaces {
        text: space(text_model, dimensions),
        image: space("i", 2),
    }
}

fn connect(name: &str) -> SearchIndex {
    let url = std::env::var("VINDEX_OPENSEARCH_URL")
        .expect("VINDEX_OPENSEARCH_URL is not set: run through `cargo xtask test`");
    let config = aws_config::SdkConfig::builder().build();
    SearchIndex::new(&url, &config)
        .unwrap()
        .with_alias(format!("places-{name}-{}", std::process::id()))
}

/// Runs a test beside an index of the model `m`; everything goes also when the test fails.
async fn with_index<Test: Future<Output = ()>>(name: &str, test: impl FnOnce(SearchIndex) -> Test) {
    let index = connect(name);
    index.prepare(&vectors("m", 2), 0).await.unwrap();
    let outcome = AssertUnwindSafe(test(index.clone())).catch_unwind().await;
    index.remove().await.unwrap();
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

fn document(video: &str, model: &str, vector: &[f32]) -> (String, SegmentDocument) {
    let video = VideoRef {
        workspace: "w".into(),
        video_id: video.into(),
        generation: 1,
        attempt: 1,
    };
    let range = TimeRange {
        start_ms: 0,
        end_ms: 1000,
    };
    let document = SegmentDocument {
        text: Some("words".to_owned()),
        text_vector: Some(vector.to_vec()),
        text_model: Some(model.to_owned()),
        ..SegmentDocument::empty(&video, Channel::Speech, range)
    };
    (document.id(0), document)
}

/// Which index stands where, by the last digit of its name.
async fn standing(index: &SearchIndex) -> Vec<(Place, char)> {
    let indices = index.indices().await.unwrap();
    let standing = indices.iter();
    standing
        .map(|one| (one.place, one.index.chars().next_back().unwrap()))
        .collect()
}

async fn count(index: &SearchIndex, place: Place, video: &str) -> u64 {
    let index = index.at(place);
    index.refresh().await.unwrap();
    let count = index.count(&"w".into(), &video.into(), 1).await;
    count.unwrap()
}

#[track_caller]
fn check_out_of_place<T: std::fmt::Debug>(result: Result<T, SearchIndexError>, part: &str) {
    let error = result.unwrap_err();
    assert!(
        matches!(error, SearchIndexError::OutOfPlace { .. }),
        "{error}"
    );
    assert!(error.to_string().contains(part), "{error}");
}

#[tokio::test]
async fn lucene_passes_and_an_engine_without_its_library_is_refused() {
    let index = connect("engine");
    index.require_engine("lucene").await.unwrap();
    let error = index.require_engine("faiss").await.unwrap_err();
    assert!(
        matches!(error, SearchIndexError::Incompatible { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("faiss"), "{error}");
    assert_eq!(index.indices().await.unwrap(), []);
}

#[tokio::test]
async fn a_filled_index_takes_the_place_and_gives_it_back() {
    with_index("switch", |index| async move {
        check_out_of_place(index.switch().await, "start a reindex");
        check_out_of_place(index.switch_back().await, "no previous index");
        let next = vectors("n", 4);
        let made = index.begin_next(&next, 0).await.unwrap();
        assert!(made.created && made.index.ends_with("-000002"), "{made:?}");
        assert!(!index.begin_next(&next, 0).await.unwrap().created);
        check_out_of_place(index.begin_next(&vectors("o", 4), 0).await, "text_model");
        assert_eq!(standing(&index).await, [(Serving, '1'), (Next, '2')]);
        check_out_of_place(index.switch().await, "not filled");

        let old = document("old", "m", &[1.0, 0.0]);
        let new = document("new", "n", &[1.0, 0.0, 0.0, 0.0]);
        index.write(&[old]).await.unwrap();
        index.at(Next).write(&[new]).await.unwrap();
        index.mark_filled().await.unwrap();
        assert!(index.switch().await.unwrap().ends_with("-000002"));
        assert_eq!(standing(&index).await, [(Serving, '2'), (Previous, '1')]);
        assert_eq!(index.indices().await.unwrap()[0].vectors, next);
        assert_eq!(count(&index, Serving, "new").await, 1);
        assert_eq!(count(&index, Serving, "old").await, 0);

        assert!(index.switch_back().await.unwrap().ends_with("-000001"));
        assert_eq!(standing(&index).await, [(Serving, '1'), (Next, '2')]);
        assert_eq!(count(&index, Serving, "old").await, 1);
        index.switch().await.unwrap();
        assert_eq!(standing(&index).await, [(Serving, '2'), (Previous, '1')]);
    })
    .await;
}

#[tokio::test]
async fn of_two_requests_that_change_places_one_is_refused() {
    with_index("races", |index| async move {
        index.begin_next(&vectors("m", 2), 0).await.unwrap();
        index.mark_filled().await.unwrap();
        let both = tokio::join!(index.switch(), index.switch());
        let moved = [&both.0, &both.1].iter().filter(|one| one.is_ok()).count();
        assert_eq!(moved, 1, "{both:?}");
        assert_eq!(standing(&index).await, [(Serving, '2'), (Previous, '1')]);
        let both = tokio::join!(index.switch_back(), index.drop_index(Previous));
        assert!(
            both.0.is_ok() != matches!(both.1, Ok(Some(_))),
            "served and dropped: {both:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn an_index_that_serves_is_not_dropped_and_names_are_not_used_again() {
    with_index("drop", |index| async move {
        check_out_of_place(index.drop_index(Serving).await, "not dropped");
        assert_eq!(index.drop_index(Next).await.unwrap(), None);
        index.begin_next(&vectors("m", 2), 0).await.unwrap();
        index.mark_filled().await.unwrap();
        index.switch().await.unwrap();
        let dropped = index.drop_index(Previous).await.unwrap().unwrap();
        assert!(dropped.ends_with("-000001"));
        let made = index.begin_next(&vectors("m", 2), 0).await.unwrap();
        assert!(made.index.ends_with("-000003"), "{made:?}");
        index.drop_index(Next).await.unwrap();
        assert_eq!(standing(&index).await, [(Serving, '2')]);
    })
    .await;
}

#[tokio::test]
async fn an_index_that_was_left_without_a_place_goes_with_the_next_that_is_dropped() {
    with_index("stray", |index| async move {
        let left = index.begin_next(&vectors("m", 2), 0).await.unwrap().index;
        let url = std::env::var("VINDEX_OPENSEARCH_URL").unwrap();
        let request = reqwest::Client::new().delete(format!("{url}/{left}/_alias/*"));
        request.send().await.unwrap().error_for_status().unwrap();
        assert_eq!(standing(&index).await, [(Serving, '1')]);
        assert_eq!(index.drop_index(Next).await.unwrap(), None);
        let found = reqwest::get(format!("{url}/{left}")).await.unwrap();
        assert_eq!(found.status(), 404);
        assert_eq!(standing(&index).await, [(Serving, '1')]);
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_or_renamed_is_so_in_every_place() {
    with_index("everywhere", |index| async move {
        index.begin_next(&vectors("m", 2), 0).await.unwrap();
        let documents = ["kept", "gone"].map(|video| document(video, "m", &[1.0, 0.0]));
        for place in [Serving, Next] {
            index.at(place).write(&documents).await.unwrap();
        }
        let (workspace, tags) = ("w".into(), ["new".to_owned()]);
        // No refresh: what was written a moment ago is meant all the same.
        let changed = index
            .update_video_fields(&workspace, &"kept".into(), Some(&tags), None)
            .await;
        assert_eq!(changed.unwrap(), 2);
        let deleted = index.delete_video(&workspace, &"gone".into()).await;
        assert_eq!(deleted.unwrap(), 2);
        for place in [Serving, Next] {
            assert_eq!(count(&index, place, "kept").await, 1, "{place:?}");
            assert_eq!(count(&index, place, "gone").await, 0, "{place:?}");
        }
        assert_eq!(index.at(Next).documents().await.unwrap(), 1);
        let near = async |workspace: &str| {
            let workspace = workspace.into();
            let near = index.nearest(&workspace, VectorField::Text, &[1.0, 0.0], 10);
            near.await.unwrap()
        };
        let [kept] = near("w").await.try_into().unwrap();
        assert_eq!(kept.id, "kept:1:speech:whole:00000");
        assert_eq!((kept.video_id.as_str(), kept.generation), ("kept", 1));
        assert!(near("x").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn documents_are_counted_by_chunk() {
    with_index("chunks", |index| async move {
        let (_, document) = document("v", "m", &[1.0, 0.0]);
        let of_chunk = |chunk, position: usize| {
            let document = SegmentDocument {
                chunk,
                ..document.clone()
            };
            (document.id(position), document)
        };
        let documents = [
            of_chunk(None, 0),
            of_chunk(Some(0), 0),
            of_chunk(Some(7), 0),
            of_chunk(Some(7), 1),
        ];
        index.write(&documents).await.unwrap();
        index.refresh().await.unwrap();
        let counts = async |generation| {
            let (workspace, video_id) = ("w".into(), "v".into());
            let counts = index.count_by_chunk(&workspace, &video_id, generation);
            counts.await.unwrap().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(counts(1).await, [(None, 1), (Some(0), 1), (Some(7), 2)]);
        assert_eq!(counts(2).await, [(None, 0)]);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_deleted_where_no_index_stands() {
    let index = connect("nowhere");
    let error = index.delete_video(&"w".into(), &"v".into()).await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, SearchIndexError::Incompatible { .. }),
        "{error}"
    );
    let error = index.write(&[document("v", "m", &[1.0, 0.0])]).await;
    assert!(error.is_err());
    assert_eq!(index.indices().await.unwrap(), []);
}
