//! What is answered where something fails or is late.

use super::{
    get, send, send_to,
    world::{FakeWorld, State, hit, request, search, shown, video},
};
use crate::{Worlds, answer_search};
use contracts::api::{SearchRequest, VideoStatus};
use moments::Retriever;
use search_index::SearchIndexError;
use std::{sync::Arc, time::Duration};

fn world() -> FakeWorld {
    FakeWorld {
        hits: vec![hit("v", 2, 0)],
        videos: vec![video("v", "w", VideoStatus::Ready, Some(2))],
        ..FakeWorld::default()
    }
}

/// An index that was removed after another took its place.
struct Replaced {
    before: Arc<FakeWorld>,
    now: Arc<FakeWorld>,
}

impl Worlds for Replaced {
    type World = FakeWorld;

    async fn now(&self, age: Duration) -> Result<Arc<FakeWorld>, SearchIndexError> {
        let world = if age.is_zero() {
            &self.now
        } else {
            &self.before
        };
        Ok(Arc::clone(world))
    }
}

#[tokio::test]
async fn where_the_index_was_replaced_and_removed_the_new_one_answers() {
    let removed = Arc::new(FakeWorld {
        index: State::Fails,
        ..world()
    });
    let replaced = |now| Replaced {
        before: Arc::clone(&removed),
        now,
    };
    let answered = |worlds| send_to(worlds, get("/search?q=dogs"));
    let (status, answer) = answered(replaced(Arc::new(world()))).await;
    assert_eq!(status, 200, "{answer}");
    let (status, _) = answered(replaced(Arc::clone(&removed))).await;
    assert_eq!(status, 503);
}

fn in_channel(channel: &str) -> SearchRequest {
    SearchRequest {
        channels: Some(channel.to_owned()),
        ..request("dogs")
    }
}

#[tokio::test(start_paused = true)]
async fn without_vectors_words_answer_and_the_channels_are_named() {
    for models in [State::Fails, State::Hangs] {
        let world = FakeWorld { models, ..world() };
        let response = search(&world, &request("dogs")).await;
        assert_eq!(response.moments.len(), 1, "{models:?}");
        let degraded = ["speech", "subtitle", "visual", "screen-text"];
        assert_eq!(response.degraded, degraded);
        let narrowed = search(&world, &in_channel("subtitle")).await;
        assert_eq!(narrowed.degraded, ["subtitle"]);
        assert_eq!(narrowed.visual_model, None);
    }
}

#[tokio::test]
async fn a_retriever_that_fails_leaves_the_others() {
    for (silent, degraded) in [
        (vec![Retriever::Words], &["speech", "subtitle"][..]),
        (vec![Retriever::Meaning], &["speech", "subtitle"]),
        (vec![Retriever::Looks], &["visual"]),
        (
            vec![Retriever::Looks, Retriever::Meaning],
            &["speech", "subtitle", "visual"],
        ),
    ] {
        let world = FakeWorld { silent, ..world() };
        let response = search(&world, &request("dogs")).await;
        assert_eq!(response.moments.len(), 1, "{:?}", world.silent);
        assert_eq!(response.degraded, degraded);
    }
}

#[tokio::test(start_paused = true)]
async fn what_nothing_can_answer_is_no_defect() {
    let all = vec![Retriever::Words, Retriever::Meaning, Retriever::Looks];
    for (world, what) in [
        (
            FakeWorld {
                index: State::Fails,
                ..world()
            },
            "the search index",
        ),
        (
            FakeWorld {
                index: State::Hangs,
                ..world()
            },
            "the search index",
        ),
        (
            FakeWorld {
                reading: State::Fails,
                ..world()
            },
            "the search index",
        ),
        (
            FakeWorld {
                reading: State::Hangs,
                ..world()
            },
            "the search index",
        ),
        (
            FakeWorld {
                catalog: State::Fails,
                ..world()
            },
            "the catalog",
        ),
        (
            FakeWorld {
                catalog: State::Hangs,
                ..world()
            },
            "the catalog",
        ),
        (
            FakeWorld {
                silent: all,
                ..world()
            },
            "the search index",
        ),
    ] {
        let (status, problem) = send(world, get("/search?q=dogs")).await;
        assert_eq!(status, 503, "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(what), "{detail}");
    }
}

#[tokio::test(start_paused = true)]
async fn pictures_alone_without_their_model_are_no_empty_answer() {
    for models in [State::Fails, State::Hangs] {
        let world = FakeWorld {
            models,
            ..shown(Vec::new())
        };
        let picture = SearchRequest {
            image: Some(super::PIXEL.to_owned()),
            ..SearchRequest::default()
        };
        for request in [in_channel("visual"), picture] {
            let refused = answer_search(&world, &"w".into(), &request).await;
            assert_eq!(refused.unwrap_err().status.as_u16(), 503, "{models:?}");
        }
    }
}

#[tokio::test]
async fn a_picture_in_a_channel_without_pictures_finds_nothing() {
    let picture = SearchRequest {
        image: Some(super::PIXEL.to_owned()),
        channels: Some("speech".to_owned()),
        ..SearchRequest::default()
    };
    let response = search(&world(), &picture).await;
    assert!(response.no_confident_match && response.degraded.is_empty());
}
