//! Against a server on loopback that stands for DynamoDB and S3.

use crate::{Config, Dependencies, router};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use contracts::api::{Origin, VideoStatus};
use lambda_http::{
    RequestExt,
    aws_lambda_events::apigw::{
        ApiGatewayRequestAuthorizer, ApiGatewayRequestAuthorizerJwtDescription,
        ApiGatewayV2httpRequestContext,
    },
    request::RequestContext,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

const VIDEO: &str = "0193a0c4-0000-7000-8000-000000000000";
const DELETED: &str = "0193a0c4-0000-7000-8000-000000000001";

/// What was put, by path.
type Puts = Arc<Mutex<Vec<(String, Value)>>>;

/// Two videos of the tenant `w`, one of them on its way out, and a bucket.
async fn aws(State(puts): State<Puts>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let is_put = request.method() == "PUT";
    let body = to_bytes(request.into_body(), usize::MAX).await.unwrap();
    if is_put {
        // The SDK sends a body in chunks with a checksum behind it.
        let text = String::from_utf8(body.to_vec()).unwrap();
        let (from, to) = (text.find('{').unwrap(), text.rfind('}').unwrap());
        let document = serde_json::from_str(&text[from..=to]).unwrap();
        puts.lock().unwrap().push((path, document));
        return ().into_response();
    }
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let is_of = |video: &str| asked["Key"]["sk"]["S"] == format!("video#{video}");
    let status = match () {
        () if asked["Key"]["pk"]["S"] != "w" => None,
        () if is_of(VIDEO) => Some(VideoStatus::Ready),
        () if is_of(DELETED) => Some(VideoStatus::Deleting),
        () => None,
    };
    let text = |text: &str| json!({"S": text});
    let item = status.map(|status| {
        json!({
            "pk": text("w"), "video_id": text(VIDEO), "title": text("t"), "file_name": text("f"),
            "created_by": text("s"), "origin": {"S": Origin::Upload}, "status": {"S": status},
            "created_at": text(""), "updated_at": text(""), "revision": {"N": "1"},
        })
    });
    axum::Json(item.map_or_else(|| json!({}), |item| json!({"Item": item}))).into_response()
}

struct Answered {
    status: u16,
    detail: String,
    puts: Vec<(String, Value)>,
}

async fn post(record_feedback: bool, caller: [&str; 2], body: &Value) -> Answered {
    let puts = Puts::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = Router::new().fallback(aws).with_state(Arc::clone(&puts));
    tokio::spawn(async move { axum::serve(listener, server).await });
    let response = router(dependencies(url, record_feedback))
        .oneshot(request(caller, body))
        .await
        .unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
    let puts = puts.lock().unwrap().clone();
    Answered {
        status,
        detail: problem["detail"].as_str().unwrap_or_default().to_owned(),
        puts,
    }
}

fn dependencies(url: String, record_feedback: bool) -> Dependencies {
    let credentials = Credentials::new("AKID", "secret", None, None, "test");
    let aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .build();
    let config = Config {
        table: "table".into(),
        media_bucket: "media".into(),
        derived_bucket: "derived".into(),
        index_state_machine_arn: "index".into(),
        delete_state_machine_arn: "delete".into(),
        reindex_state_machine_arn: "reindex".into(),
        opensearch_url: "http://127.0.0.1:1".into(),
        import_sources: "".parse().unwrap(),
        record_feedback,
    };
    Dependencies::new(config, &aws).unwrap()
}

/// As API Gateway would send it, with the claims of a verified token.
fn request([workspace, subject]: [&str; 2], body: &Value) -> Request {
    let mut jwt = ApiGatewayRequestAuthorizerJwtDescription::default();
    for (name, value) in [("sub", subject), ("custom:workspace", workspace)] {
        jwt.claims.insert(name.to_owned(), value.to_owned());
    }
    let mut authorizer = ApiGatewayRequestAuthorizer::default();
    authorizer.jwt = Some(jwt);
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.authorizer = Some(authorizer);
    Request::post("/feedback")
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
        .with_request_context(RequestContext::ApiGatewayV2(context))
}

fn opened() -> Value {
    json!({"query": "ice", "video_id": VIDEO, "start_ms": 1, "end_ms": 5, "position": 2})
}

fn opened_with(name: &str, value: Value) -> Value {
    let mut opened = opened();
    opened[name] = value;
    opened
}

async fn key_of(caller: [&str; 2], body: &Value) -> String {
    let answered = post(true, caller, body).await;
    assert_eq!(answered.status, 204, "{}", answered.detail);
    let [(key, document)] = &answered.puts[..] else {
        panic!("one object: {:?}", answered.puts);
    };
    assert_eq!(document, body, "and no more than was sent");
    key.clone()
}

#[tokio::test]
async fn what_is_opened_is_kept_below_tenant_and_video_once_for_each_person() {
    let key = key_of(["w", "me"], &opened()).await;
    let folder = format!("/derived/feedback/w/{VIDEO}/");
    assert!(key.starts_with(&folder) && key.ends_with(".json"), "{key}");
    assert!(!key.contains("me") && !key.contains("ice"), "{key}");
    let again = key_of(["w", "me"], &opened_with("position", json!(1))).await;
    assert_eq!(again, key);
    assert_ne!(key_of(["w", "you"], &opened()).await, key);
    for (name, value) in [
        ("query", json!("fire")),
        ("start_ms", json!(2)),
        ("end_ms", json!(6)),
    ] {
        assert_ne!(key_of(["w", "me"], &opened_with(name, value)).await, key);
    }
}

async fn check_refused(on: bool, caller: [&str; 2], body: &Value, status: u16, detail: &str) {
    let answered = post(on, caller, body).await;
    assert_eq!(answered.status, status, "{body}: {}", answered.detail);
    assert!(answered.detail.contains(detail), "{}", answered.detail);
    assert_eq!(answered.puts, [], "{body}");
}

#[tokio::test]
async fn nothing_is_kept_where_the_setting_is_off() {
    let named = "the setting recordFeedback";
    check_refused(false, ["w", "me"], &opened(), 403, named).await;
}

#[tokio::test]
async fn a_stranger_s_video_and_one_that_is_being_deleted_do_not_exist() {
    check_refused(true, ["other", "me"], &opened(), 404, "no video").await;
    let deleted = opened_with("video_id", json!(DELETED));
    check_refused(true, ["w", "me"], &deleted, 404, "no video").await;
    let no_id = opened_with("video_id", json!("../x"));
    check_refused(true, ["w", "me"], &no_id, 404, "no video").await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_limit() {
    for (name, value, detail) in [
        ("query", json!(" "), "query is empty"),
        ("query", json!("x".repeat(1001)), "more than the 1000"),
        ("end_ms", json!(1), "ends at 1 ms, not after"),
        ("position", json!(0), "1 to 200"),
        ("position", json!(201), "1 to 200"),
        ("workspace", json!("w"), "unknown field"),
    ] {
        let body = opened_with(name, value);
        check_refused(true, ["w", "me"], &body, 400, detail).await;
    }
}
