//! Searches against a made-up world.

use crate::{
    answer_search, router,
    seams::{EmbedQuery, FindVideos, Retrieve, SignLinks},
};
use axum::{body::Body, http::Request};
use catalog::{CatalogError, VideoRecord};
use contracts::{
    VideoId, Workspace,
    api::{Origin, SearchRequest, SearchResponse, VideoStatus},
    segments::Channel,
    tasks::ObjectRef,
};
use embedding::EmbeddingError;
use lambda_http::{
    RequestExt,
    aws_lambda_events::apigw::{
        ApiGatewayRequestAuthorizer, ApiGatewayRequestAuthorizerJwtDescription,
        ApiGatewayV2httpRequestContext,
    },
    request::RequestContext,
};
use moments::{Hit, RankedHits, Retriever};
use search_index::{Answers, QueryPlan, SearchIndexError};
use tower::ServiceExt;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Model {
    #[default]
    Works,
    Fails,
    Hangs,
}

#[derive(Debug, Default)]
struct FakeWorld {
    model: Model,
    index_is_away: bool,
    words_fail: bool,
    hits: Vec<Hit>,
    videos: Vec<VideoRecord>,
}

impl EmbedQuery for FakeWorld {
    async fn embed(&self, _text: &str) -> Result<Vec<f32>, EmbeddingError> {
        match self.model {
            Model::Works => Ok(vec![1.0]),
            Model::Hangs => std::future::pending().await,
            Model::Fails => Err(EmbeddingError::Interface {
                name: "fake".into(),
                reason: "it fails".into(),
            }),
        }
    }
}

impl Retrieve for FakeWorld {
    async fn retrieve(&self, plan: &QueryPlan) -> Result<Answers, SearchIndexError> {
        let away = || SearchIndexError::Unavailable {
            reason: "away".into(),
            source: None,
        };
        if self.index_is_away {
            return Err(away());
        }
        let list = |retriever| RankedHits {
            retriever,
            hits: self.hits.clone(),
        };
        let mut answers = Answers {
            found: Vec::new(),
            failed: Vec::new(),
        };
        if plan.vector.is_some() {
            answers.found.push(list(Retriever::Meaning));
        }
        if self.words_fail {
            answers.failed.push((Retriever::Words, away()));
        } else {
            answers.found.push(list(Retriever::Words));
        }
        Ok(answers)
    }
}

impl FindVideos for FakeWorld {
    async fn find_videos(
        &self,
        workspace: &Workspace,
        video_ids: &[VideoId],
    ) -> Result<Vec<VideoRecord>, CatalogError> {
        let known = self
            .videos
            .iter()
            .filter(|video| video.workspace == *workspace && video_ids.contains(&video.video_id));
        Ok(known.cloned().collect())
    }
}

impl SignLinks for FakeWorld {
    async fn source_link(&self, source: &ObjectRef) -> Option<String> {
        Some(format!("https://media/{}?signed", source.key))
    }

    async fn thumbnail_link(&self, key: &str) -> Option<String> {
        Some(format!("https://derived/{key}?signed"))
    }
}

fn hit(video: &str, generation: u32, start_ms: u64) -> Hit {
    Hit {
        id: format!("{video}:{generation}:{start_ms}"),
        video_id: video.into(),
        generation,
        chunk: Some(0),
        channel: Channel::Subtitle,
        start_ms,
        end_ms: start_ms + 4000,
        text: "The dogs ran.".into(),
        highlights: vec![[4, 8]],
        thumbnail_key: Some("thumb.jpg".into()),
        score: 0.7,
    }
}

fn video(id: &str, workspace: &str, status: VideoStatus, serving: Option<u32>) -> VideoRecord {
    VideoRecord {
        workspace: workspace.into(),
        video_id: id.into(),
        title: format!("Title of {id}"),
        file_name: "a.mp4".into(),
        tags: Vec::new(),
        created_by: "s".into(),
        origin: Origin::Upload,
        status,
        generation: 2,
        attempt: 1,
        serving_generation: serving,
        source: Some(ObjectRef {
            bucket: "media".into(),
            key: format!("{id}/source"),
            version_id: None,
            etag: None,
        }),
        serving_source: None,
        sequencer: None,
        size_bytes: None,
        duration_ms: None,
        language: None,
        channels: std::iter::once(Channel::Subtitle).collect(),
        chunks_indexed: std::iter::once(0).collect(),
        chunks_total: 1,
        warnings: Vec::new(),
        dropped: None,
        found_language: None,
        error: None,
        created_at: String::new(),
        updated_at: String::new(),
        revision: 1,
    }
}

fn request(text: &str) -> SearchRequest {
    SearchRequest {
        q: text.into(),
        ..SearchRequest::default()
    }
}

async fn search(world: &FakeWorld, request: &SearchRequest) -> SearchResponse {
    answer_search(world, &"w".into(), request).await.unwrap()
}

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

#[tokio::test(start_paused = true)]
async fn without_a_vector_words_answer_and_the_channels_are_named() {
    for model in [Model::Fails, Model::Hangs] {
        let world = FakeWorld {
            model,
            hits: vec![hit("v", 2, 0)],
            videos: vec![video("v", "w", VideoStatus::Ready, Some(2))],
            ..FakeWorld::default()
        };
        let response = search(&world, &request("dogs")).await;
        assert_eq!(response.moments.len(), 1, "{model:?}");
        assert_eq!(response.degraded, ["speech", "subtitle", "screen-text"]);
        let narrowed = SearchRequest {
            channels: Some("subtitle".into()),
            ..request("dogs")
        };
        assert_eq!(search(&world, &narrowed).await.degraded, ["subtitle"]);
    }
}

#[tokio::test]
async fn a_retriever_that_fails_leaves_the_others() {
    let world = FakeWorld {
        words_fail: true,
        hits: vec![hit("v", 2, 0)],
        videos: vec![video("v", "w", VideoStatus::Ready, Some(2))],
        ..FakeWorld::default()
    };
    let response = search(&world, &request("dogs")).await;
    assert_eq!(response.moments.len(), 1);
    assert_eq!(response.degraded, ["speech", "subtitle", "screen-text"]);
}

#[tokio::test]
async fn pages_show_every_moment_once() {
    let world = FakeWorld {
        hits: (0..7).map(|at| hit("v", 2, at * 60_000)).collect(),
        videos: vec![video("v", "w", VideoStatus::Ready, Some(2))],
        ..FakeWorld::default()
    };
    let mut starts = Vec::new();
    let mut page = SearchRequest {
        limit: Some(3),
        ..request("dogs")
    };
    loop {
        let response = search(&world, &page).await;
        starts.extend(response.moments.iter().map(|moment| moment.start_ms));
        match response.next_cursor {
            None => break,
            cursor => page.cursor = cursor,
        }
    }
    starts.sort_unstable();
    assert_eq!(starts, (0..7).map(|at| at * 60_000).collect::<Vec<_>>());
}

/// Sends a request as API Gateway would, with the claims of a verified token.
async fn send(world: FakeWorld, request: Request<Body>) -> (u16, serde_json::Value) {
    let mut jwt = ApiGatewayRequestAuthorizerJwtDescription::default();
    for (name, value) in [("sub", "s"), ("custom:workspace", "w")] {
        jwt.claims.insert(name.to_owned(), value.to_owned());
    }
    let mut authorizer = ApiGatewayRequestAuthorizer::default();
    authorizer.jwt = Some(jwt);
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.authorizer = Some(authorizer);
    let request = request.with_request_context(RequestContext::ApiGatewayV2(context));
    let response = router(world).oneshot(request).await.unwrap();
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
        (post("{\"q\":"), 400),
        (post("{\"q\":\"x\",\"unknown\":1}"), 400),
        (post(&format!("{{\"q\":\"{}\"}}", "x".repeat(70_000))), 413),
        (get("/elsewhere"), 404),
    ] {
        let path = request.uri().path().to_owned();
        let (status, problem) = send(FakeWorld::default(), request).await;
        assert_eq!(status, expected, "{path} {problem}");
        assert_eq!(problem["status"], expected);
    }
}

#[tokio::test]
async fn an_index_that_is_away_is_no_defect() {
    let world = FakeWorld {
        index_is_away: true,
        ..FakeWorld::default()
    };
    let (status, problem) = send(world, get("/search?q=dogs")).await;
    assert_eq!(status, 503, "{problem}");
}

#[tokio::test]
async fn without_a_token_nothing_is_answered() {
    let response = router(FakeWorld::default())
        .oneshot(get("/search?q=dogs"))
        .await;
    assert_eq!(response.unwrap().status().as_u16(), 401);
}
