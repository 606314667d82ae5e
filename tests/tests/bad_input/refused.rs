//! What is refused before anything is made: a problem document from the API, exit code 2 from the command.

use crate::recipes::{Recipe, SHORT};
use contracts::{
    VideoId,
    api::{Problem, VideoList},
};
use end_to_end::{Answer, Source, Stack, Tenant};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use uuid::Uuid;

/// Every route that names a video, with a body that it accepts.
fn routes(video_id: &VideoId) -> Vec<(Method, String, Option<Value>)> {
    let parts = json!({ "upload_id": "u", "parts": [{ "part_number": 1, "etag": "e" }] });
    [
        (Method::GET, format!("/videos/{video_id}"), None),
        (
            Method::PATCH,
            format!("/videos/{video_id}"),
            Some(json!({ "title": "mine" })),
        ),
        (Method::DELETE, format!("/videos/{video_id}"), None),
        (Method::POST, format!("/videos/{video_id}/retry"), None),
        (Method::GET, format!("/videos/{video_id}/timeline"), None),
        (Method::GET, format!("/videos/{video_id}/transcript"), None),
        (
            Method::GET,
            format!("/videos/{video_id}/captions.vtt"),
            None,
        ),
        (
            Method::GET,
            format!("/videos/{video_id}/captions.srt"),
            None,
        ),
        (
            Method::GET,
            format!("/uploads/{video_id}/parts?upload_id=u"),
            None,
        ),
        (
            Method::POST,
            format!("/uploads/{video_id}/complete"),
            Some(parts),
        ),
    ]
    .into()
}

/// The refusal with the id left out: all that a caller may learn.
fn without_id(answer: &Answer, video_id: &VideoId) -> Problem {
    let mut problem = answer.problem();
    problem.detail = problem.detail.replace(video_id.as_str(), "ID");
    problem
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_video_of_another_tenant_looks_like_one_that_does_not_exist() {
    let stack = Stack::from_env().await;
    let owner = stack.new_tenant("owner").await;
    let stranger = stack.new_tenant("stranger").await;
    let foreign = owner
        .upload(&Source::new(
            "talk.mp4",
            Recipe::made(&[SHORT]).make().await,
        ))
        .await;
    let before = owner.wait_until_settled(&foreign).await;
    let unknown = VideoId(Uuid::now_v7().to_string());

    for ((method, path, body), (_, unknown_path, _)) in
        routes(&foreign).into_iter().zip(routes(&unknown))
    {
        let of_foreign = stranger.call(method.clone(), &path, body.as_ref()).await;
        let of_unknown = stranger
            .call(method.clone(), &unknown_path, body.as_ref())
            .await;
        assert_eq!(of_unknown.status, 404, "{method} {path}: {of_unknown:?}");
        let problem = without_id(&of_foreign, &foreign);
        assert_eq!(
            problem,
            without_id(&of_unknown, &unknown),
            "{method} {path}"
        );
        assert!(
            problem.detail.contains("ID"),
            "{method} {path} names no video: {problem:?}"
        );
    }
    for command in [
        "show",
        "delete",
        "retry",
        "timeline",
        "transcript",
        "captions",
    ] {
        for video_id in [&foreign, &unknown] {
            let finished = stranger
                .command_line()
                .run([command, video_id.as_str()])
                .await;
            assert_eq!(finished.code, 2, "{command}: {finished:?}");
            assert!(
                finished.errors.contains(video_id.as_str()),
                "{command}: {finished:?}"
            );
        }
    }
    let after = owner.video(&foreign).await;
    assert_eq!(
        (after.status, after.title, after.updated_at),
        (before.status, before.title, before.updated_at)
    );
    assert_nothing_made(&stranger).await;
}

#[tokio::test]
async fn ids_that_are_none_are_refused_as_unknown() {
    let tenant = Stack::from_env().await.new_tenant("ids").await;
    let long = "v".repeat(2000);
    for text in [
        "v",
        "a%20b",
        "%F0%9F%8E%AC",
        "x%23y",
        "%00",
        "..%5c..%5cetc",
        &long,
    ] {
        let answer = tenant.get(&format!("/videos/{text}")).await;
        assert_eq!(answer.problem().status, 404, "{text}: {answer:?}");
    }
    let upwards = tenant.get("/videos/..%2f..%2fetc").await;
    assert_eq!(upwards.status, 404, "{upwards:?}");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_and_named() {
    let tenant = Stack::from_env().await.new_tenant("bodies").await;
    let upload = r#"{"file_name":"a.mp4","size_bytes":1"#;
    for (path, body, says) in [
        ("/uploads", "{".to_owned(), "EOF"),
        ("/uploads", String::new(), "EOF"),
        ("/uploads", "[]".to_owned(), "expected a map"),
        ("/uploads", r#"{"size_bytes":1}"#.to_owned(), "file_name"),
        ("/uploads", format!("{upload},\"colour\":1}}"), "colour"),
        (
            "/uploads",
            r#"{"file_name":"a.mp4","size_bytes":-1}"#.to_owned(),
            "size_bytes",
        ),
        (
            "/uploads",
            r#"{"file_name":7,"size_bytes":1}"#.to_owned(),
            "file_name",
        ),
        (
            "/uploads",
            format!("{upload},\"workspace\":\"another\"}}"),
            "workspace",
        ),
        ("/imports", "nonsense".to_owned(), "expected"),
        (
            "/imports",
            r#"{"url":"s3://b/k","prefix":true}"#.to_owned(),
            "prefix",
        ),
        ("/search", "{\"q\":".to_owned(), "EOF"),
        ("/search", r#"{"q":"a","query":"b"}"#.to_owned(), "query"),
        (
            "/search",
            r#"{"q":"a","workspace":"another"}"#.to_owned(),
            "workspace",
        ),
    ] {
        let request = tenant
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/json");
        let answer = Answer::of(request.body(body.clone())).await;
        let problem = answer.problem();
        assert!(
            [400, 422].contains(&problem.status),
            "{path} {body}: {problem:?}"
        );
        assert!(problem.detail.contains(says), "{path} {body}: {problem:?}");
    }
    let request = tenant.request(Method::POST, "/uploads").body("{}");
    assert_eq!(
        Answer::of(request).await.problem().status,
        400,
        "without a content type"
    );
    assert_eq!(
        tenant.get("/search?q=a&colour=1").await.problem().status,
        400
    );
    assert_eq!(tenant.get("/nowhere").await.status, 404);
    assert_nothing_made(&tenant).await;
}

/// Nothing stands in the tenant's list.
pub async fn assert_nothing_made(tenant: &Tenant) {
    let list: VideoList = tenant.get("/videos").await.json();
    assert_eq!(list.videos, [], "something was made");
}
