//! Which moments are answered, and in which order.

use super::world::{FakeWorld, hit, request, search, video};
use contracts::{
    api::{Grouping, Order, SearchRequest, SearchResponse, VideoStatus},
    segments::Channel,
};
use moments::Hit;

/// More moments than pages go through, in five videos; those of an even number are newer.
fn world() -> FakeWorld {
    let made = |number: u64| {
        let mut made = video(&format!("v{number}"), "w", VideoStatus::Ready, Some(2));
        made.created_at = format!("2026-11-{:02}T00:00:00.000Z", 10 + number % 2);
        made.tags = vec![format!("t{}", number % 2)];
        made
    };
    FakeWorld {
        hits: (0..230)
            .map(|at| hit(&format!("v{}", at % 5), 2, at * 60_000))
            .collect(),
        videos: (0..5).map(made).collect(),
        ..FakeWorld::default()
    }
}

/// Video and start of each moment.
fn places(response: &SearchResponse) -> Vec<(String, u64)> {
    let moments = response.moments.iter();
    moments
        .map(|moment| (moment.video_id.to_string(), moment.start_ms))
        .collect()
}

async fn all_pages(world: &FakeWorld, request: &SearchRequest, limit: u32) -> Vec<(String, u64)> {
    let mut all = Vec::new();
    let mut page = SearchRequest {
        limit: Some(limit),
        ..request.clone()
    };
    loop {
        let response = search(world, &page).await;
        all.extend(places(&response));
        match response.next_cursor {
            None => return all,
            cursor => page.cursor = cursor,
        }
    }
}

#[tokio::test]
async fn pages_of_any_size_are_one_list_of_two_hundred() {
    let world = world();
    let grouped = SearchRequest {
        group: Some(Grouping::Video),
        per_video: Some(50),
        ..request("dogs")
    };
    let newest = SearchRequest {
        order: Some(Order::Newest),
        ..request("dogs")
    };
    for asked in [request("dogs"), newest, grouped] {
        let all = all_pages(&world, &asked, 50).await;
        assert_eq!(all.len(), 200);
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), 200, "nothing comes twice");
        for limit in [1, 7] {
            assert_eq!(all_pages(&world, &asked, limit).await, all, "{limit}");
        }
    }
}

#[tokio::test]
async fn the_newest_come_first_where_asked_for() {
    let newest = SearchRequest {
        order: Some(Order::Newest),
        per_video: Some(1),
        ..request("dogs")
    };
    let response = search(&world(), &newest).await;
    let videos: Vec<&str> = response
        .moments
        .iter()
        .map(|moment| moment.video_id.as_str())
        .collect();
    assert_eq!(videos, ["v1", "v3", "v0", "v2", "v4"]);
}

#[tokio::test]
async fn groups_have_titles_and_facets_count_past_the_page() {
    let grouped = SearchRequest {
        group: Some(Grouping::Video),
        facets: Some(true),
        limit: Some(2),
        ..request("dogs")
    };
    let response = search(&world(), &grouped).await;
    assert_eq!(response.moments.len(), 6);
    let groups: Vec<_> = response
        .groups
        .iter()
        .map(|group| (group.title.as_str(), group.found))
        .collect();
    assert_eq!(groups, [("Title of v0", 40), ("Title of v1", 40)]);
    let tags = response.facets.unwrap().tags;
    let tags: Vec<_> = tags
        .iter()
        .map(|tag| (tag.value.as_str(), tag.count))
        .collect();
    assert_eq!(tags, [("t0", 120), ("t1", 80)]);
    let plain = search(&world(), &request("dogs")).await;
    assert!(plain.groups.is_empty() && plain.facets.is_none());
}

#[tokio::test]
async fn an_explanation_is_given_where_asked_for() {
    let explained = SearchRequest {
        explain: Some(true),
        ..request("dogs")
    };
    let response = search(&world(), &explained).await;
    let explanation = response.moments[0].explanation.as_ref().unwrap();
    let retrievers: Vec<_> = explanation
        .found_by
        .iter()
        .map(|found| (found.retriever.as_str(), found.rank))
        .collect();
    assert_eq!(retrievers, [("words", 1), ("meaning", 1)]);
    let plain = search(&world(), &request("dogs")).await;
    assert_eq!(plain.moments[0].explanation, None);
}

#[tokio::test]
async fn filters_and_operators_reach_the_index() {
    let world = world();
    let asked = SearchRequest {
        tags: Some("a".to_owned()),
        max_duration_s: Some(60),
        ..request("\"the dogs\" -cats channel:speech")
    };
    search(&world, &asked).await;
    let plan = world.plans.lock().unwrap().remove(0);
    assert_eq!(plan.text, "the dogs");
    assert_eq!(plan.phrases, ["the dogs"]);
    assert_eq!(plan.excluded, ["cats"]);
    assert_eq!(plan.filters.tags, ["a"]);
    assert_eq!(plan.filters.channels, [Channel::Speech]);
    assert_eq!(plan.filters.max_duration_ms, Some(60_000));
    assert_eq!(plan.candidates, 200);
}

#[tokio::test]
async fn one_thing_soon_after_another_is_one_moment() {
    let said = |at_s: u64, text: &str| Hit {
        text: text.to_owned(),
        ..hit("v0", 2, at_s * 1000)
    };
    let world = FakeWorld {
        reads: true,
        hits: vec![
            said(0, "dogs"),
            said(60, "cats"),
            said(100, "dogs"),
            said(110, "cats"),
        ],
        ..world()
    };
    let response = search(&world, &request("dogs then cats within 30 s")).await;
    assert_eq!(places(&response), [("v0".to_owned(), 100_000)]);
    let moment = &response.moments[0];
    assert_eq!((moment.end_ms, moment.evidence.len()), (114_000, 2));
}
