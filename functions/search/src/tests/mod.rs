//! Searches against a made-up world.

use crate::{Worlds, answer_search, router};
use axum::{body::Body, http::Request};
use contracts::{
    api::{SearchRequest, VideoStatus},
    segments::Channel,
};
use lambda_http::{
    RequestExt,
    aws_lambda_events::apigw::{
        ApiGatewayRequestAuthorizer, ApiGatewayRequestAuthorizerJwtDescription,
        ApiGatewayV2httpRequestContext,
    },
    request::RequestContext,
};
use std::sync::Arc;
use tower::ServiceExt;

mod degraded;
mod listing;
pub(crate) mod world;
use world::{Always, FakeWorld, hit, request, search, shot, shown, video};

#[tokio::test]
async fn a_moment_has_title_links_and_evidence() {
    let world = FakeWorld {
        hits: vec![hit("v", 2, 12_300)],
        videos: vec![video("v", "w", VideoStatus::Ready, Some(2))],
        ..FakeWorld::default()
    };
    let response = search(&world, &request("dogs")).await;
    let moment = &response.moments[0];
    assert_eq!(moment.title, "Title of v");
    assert_eq!(
        moment.play_url.as_deref(),
        Some("https://media/v/source?signed#t=12.3,16.3")
    );
    assert_eq!(
        moment.thumbnail_url.as_deref(),
        Some("https://derived/thumb.jpg?signed")
    );
    assert_eq!(moment.evidence[0].highlights, [[4, 8]]);
    assert_eq!(moment.confidence, None);
    assert!(!response.no_confident_match && response.degraded.is_empty());
    assert_eq!(response.next_cursor, None);
}

#[tokio::test]
async fn what_is_not_served_is_never_answered() {
    let world = FakeWorld {
        hits: vec![
            hit("old", 1, 0),
            hit("never-served", 2, 0),
            hit("deleted", 2, 0),
            hit("unknown", 2, 0),
            hit("foreign", 2, 0),
        ],
        videos: vec![
            video("old", "w", VideoStatus::Ready, Some(2)),
            video("never-served", "w", VideoStatus::Processing, None),
            video("deleted", "w", VideoStatus::Deleting, Some(2)),
            video("foreign", "another", VideoStatus::Ready, Some(2)),
        ],
        ..FakeWorld::default()
    };
    let response = search(&world, &request("dogs")).await;
    assert_eq!(response.moments, []);
    assert!(response.no_confident_match);
}

#[tokio::test]
async fn a_video_that_is_indexed_again_answers_from_what_it_serves() {
    let world = FakeWorld {
        hits: vec![hit("v", 2, 0), hit("v", 1, 0)],
        videos: vec![video("v", "w", VideoStatus::Processing, Some(1))],
        ..FakeWorld::default()
    };
    assert_eq!(search(&world, &request("dogs")).await.moments.len(), 1);
}

#[tokio::test]
async fn a_shot_is_found_by_words_where_the_model_is_sure_enough_and_says_why() {
    let world = shown(vec![shot(60, 0.95), shot(0, 0.7)]);
    let response = search(&world, &request("a parrot")).await;
    assert_eq!(response.moments.len(), 1);
    let evidence = &response.moments[0].evidence[0];
    assert_eq!(evidence.channel, Channel::Visual);
    assert_eq!(evidence.labels, ["macaw"]);
    assert_eq!(
        response.visual_model.map(|model| model.stand_in),
        Some(true)
    );
}

/// A JPEG of one pixel would do; this is a PNG of one.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[tokio::test]
async fn a_picture_finds_shots_that_look_like_it() {
    let world = shown(vec![shot(60, 0.7)]);
    let picture = |image: &str| SearchRequest {
        image: Some(image.to_owned()),
        ..SearchRequest::default()
    };
    assert_eq!(search(&world, &picture(PIXEL)).await.moments.len(), 1);
    let refused = answer_search(&world, &"w".into(), &picture("AAAA")).await;
    let problem = refused.unwrap_err();
    assert_eq!(problem.status.as_u16(), 400);
    assert!(
        problem.detail.contains("no JPEG, PNG or WebP"),
        "{}",
        problem.detail
    );
}

#[tokio::test]
async fn an_answer_to_words_says_where_feedback_is_recorded() {
    for records_feedback in [false, true] {
        let world = FakeWorld {
            records_feedback,
            ..shown(vec![shot(60, 0.95)])
        };
        let by_words = search(&world, &request("a parrot")).await;
        assert_eq!(by_words.records_feedback, records_feedback);
        let by_picture = SearchRequest {
            image: Some(PIXEL.to_owned()),
            ..SearchRequest::default()
        };
        assert!(!search(&world, &by_picture).await.records_feedback);
    }
}

#[tokio::test]
async fn what_is_like_a_segment_is_found_and_the_segment_itself_is_not() {
    let world = shown(vec![shot(60, 1.0), shot(0, 0.8)]);
    let like = |id: String| SearchRequest {
        like: Some(id),
        ..SearchRequest::default()
    };
    let first = search(&world, &request("a parrot")).await;
    let id = first.moments[0].evidence[0].segment_id.clone();
    let response = search(&world, &like(id)).await;
    let starts: Vec<u64> = response
        .moments
        .iter()
        .map(|moment| moment.start_ms)
        .collect();
    assert_eq!(starts, [0]);
    let unknown = answer_search(&world, &"w".into(), &like("x".into())).await;
    assert_eq!(unknown.unwrap_err().status.as_u16(), 404);
}

async fn send(world: FakeWorld, request: Request<Body>) -> (u16, serde_json::Value) {
    send_to(Always(Arc::new(world)), request).await
}

/// Sends a request as API Gateway would, with the claims of a verified token.
async fn send_to(worlds: impl Worlds, request: Request<Body>) -> (u16, serde_json::Value) {
    let mut jwt = ApiGatewayRequestAuthorizerJwtDescription::default();
    for (name, value) in [("sub", "s"), ("custom:workspace", "w")] {
        jwt.claims.insert(name.to_owned(), value.to_owned());
    }
    let mut authorizer = ApiGatewayRequestAuthorizer::default();
    authorizer.jwt = Some(jwt);
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.authorizer = Some(authorizer);
    let request = request.with_request_context(RequestContext::ApiGatewayV2(context));
    let response = router(worlds).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn post(body: &str) -> Request<Body> {
    Request::post("/search")
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

#[tokio::test]
async fn both_methods_answer_the_same() {
    let world = || FakeWorld {
        hits: vec![hit("v", 2, 0)],
        videos: vec![video("v", "w", VideoStatus::Ready, Some(2))],
        ..FakeWorld::default()
    };
    let (status, by_parameters) =
        send(world(), get("/search?q=dogs&limit=5&channels=subtitle")).await;
    assert_eq!(status, 200, "{by_parameters}");
    let body = r#"{"q":"dogs","limit":5,"channels":"subtitle"}"#;
    assert_eq!(
        send(world(), post(body)).await,
        (200, by_parameters.clone())
    );
    assert_eq!(by_parameters["moments"][0]["video_id"], "v");
    assert!(by_parameters["moments"][0]["confidence"].is_null());
}

#[tokio::test]
async fn bad_requests_are_problem_documents() {
    let long = format!("/search?q={}", "x".repeat(1001));
    for (request, expected) in [
        (get("/search"), 400),
        (get("/search?q=%20"), 400),
        (get(&long), 400),
        (get("/search?q=x&limit=many"), 400),
        (get("/search?q=x&colour=red"), 400),
        (get("/search?q=channel:speech"), 400),
        (get("/search?q=x&order=best"), 400),
        (get("/search?q=x&after=yesterday"), 400),
        (get("/search?q=x&per_video=0"), 400),
        (post("{\"q\":"), 400),
        (post("{\"q\":\"x\",\"unknown\":1}"), 400),
        (
            post(&format!("{{\"q\":\"{}\"}}", "x".repeat(6_000_000))),
            413,
        ),
        (post("{\"q\":\"x\",\"like\":\"y\"}"), 400),
        (get("/elsewhere"), 404),
    ] {
        let path = request.uri().path().to_owned();
        let (status, problem) = send(FakeWorld::default(), request).await;
        assert_eq!(status, expected, "{path} {problem}");
        assert_eq!(problem["status"], expected);
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_answered() {
    let response = router(Always(Arc::new(FakeWorld::default())))
        .oneshot(get("/search?q=dogs"))
        .await;
    assert_eq!(response.unwrap().status().as_u16(), 401);
}
