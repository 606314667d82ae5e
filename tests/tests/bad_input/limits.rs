//! Limits: each is named in the message that refuses what exceeds it, and nothing is made.

use crate::refused::assert_nothing_made;
use contracts::{
    api::UploadRequest,
    limits::{
        MAX_BODY_BYTES, MAX_FILE_NAME_CHARS, MAX_PAGE_MOMENTS, MAX_PAGE_VIDEOS, MAX_QUERY_CHARS,
        MAX_SOURCE_BYTES, MAX_SUBTITLE_BYTES, MAX_TAG_CHARS, MAX_TAGS, MAX_TITLE_CHARS,
    },
};
use end_to_end::{Source, Stack, Tenant, scratch};
use serde_json::{Value, json};

async fn check(tenant: &Tenant, path: &str, body: &Value, says: &[&str]) {
    let answer = match body {
        Value::Null => tenant.get(path).await,
        body => tenant.post(path, body).await,
    };
    let problem = answer.problem();
    assert_eq!(problem.status, 400, "{path}: {problem:?}");
    for words in says {
        assert!(
            problem.detail.contains(words),
            "{path}: {words:?} is not in {problem:?}"
        );
    }
}

#[tokio::test]
async fn what_an_upload_says_of_itself_is_limited() {
    let tenant = Stack::from_env().await.new_tenant("limits").await;
    let refused = async |change: &dyn Fn(&mut UploadRequest), says: &[&str]| {
        let mut request = Source::new("talk.mp4", "x").request();
        change(&mut request);
        let body = serde_json::to_value(request).unwrap();
        check(&tenant, "/uploads", &body, says).await;
    };
    let long = |limit: usize| "é".repeat(limit + 1);
    let limit = MAX_FILE_NAME_CHARS.to_string();
    refused(
        &|request| request.file_name = long(MAX_FILE_NAME_CHARS),
        &["file_name", &limit],
    )
    .await;
    refused(
        &|request| request.file_name = String::new(),
        &["file_name", "empty"],
    )
    .await;
    let limit = MAX_TITLE_CHARS.to_string();
    refused(
        &|request| request.title = Some(long(MAX_TITLE_CHARS)),
        &["title", &limit],
    )
    .await;
    let limit = MAX_TAGS.to_string();
    refused(
        &|request| request.tags = vec!["t".to_owned(); MAX_TAGS + 1],
        &["tags", &limit],
    )
    .await;
    let limit = MAX_TAG_CHARS.to_string();
    refused(
        &|request| request.tags = vec![long(MAX_TAG_CHARS)],
        &["tag", &limit],
    )
    .await;
    let limit = MAX_SOURCE_BYTES.to_string();
    refused(
        &|request| request.size_bytes = MAX_SOURCE_BYTES + 1,
        &["the file has", &limit],
    )
    .await;
    let limit = MAX_SUBTITLE_BYTES.to_string();
    let too_many =
        |request: &mut UploadRequest| request.subtitles_size_bytes = Some(MAX_SUBTITLE_BYTES + 1);
    refused(&too_many, &["subtitle file", &limit]).await;
    refused(
        &|request| request.language = Some("English, mostly".to_owned()),
        &["language", "BCP 47"],
    )
    .await;
    refused(
        &|request| request.content_type = "video".to_owned(),
        &["content_type", "video/mp4"],
    )
    .await;

    let padding = " ".repeat(MAX_BODY_BYTES);
    let answer = tenant
        .post(
            "/uploads",
            &json!({ "file_name": padding, "size_bytes": 1 }),
        )
        .await;
    let problem = answer.problem();
    assert_eq!(problem.status, 413, "{problem:?}");
    assert!(
        problem.detail.contains(&MAX_BODY_BYTES.to_string()),
        "{problem:?}"
    );
    assert_nothing_made(&tenant).await;
}

#[tokio::test]
async fn queries_and_pages_are_limited() {
    let tenant = Stack::from_env().await.new_tenant("queries").await;
    let limit = MAX_QUERY_CHARS.to_string();
    let long = "x".repeat(10_000);
    for empty in ["", "   "] {
        check(&tenant, "/search", &json!({ "q": empty }), &["q is empty"]).await;
        let finished = tenant.command_line().run(["search", empty]).await;
        assert_eq!(finished.code, 2, "{finished:?}");
    }
    check(&tenant, "/search?q=", &Value::Null, &["q is empty"]).await;
    check(
        &tenant,
        "/search",
        &json!({ "q": long }),
        &["10000", &limit],
    )
    .await;
    check(
        &tenant,
        &format!("/search?q={long}"),
        &Value::Null,
        &["10000", &limit],
    )
    .await;
    let one_more = "é".repeat(MAX_QUERY_CHARS + 1);
    check(&tenant, "/search", &json!({ "q": one_more }), &[&limit]).await;
    let longest = json!({ "q": "é".repeat(MAX_QUERY_CHARS) });
    assert_eq!(tenant.post("/search", &longest).await.status, 200);
    let finished = tenant.command_line().run(["search", &long]).await;
    assert_eq!(finished.code, 2, "{finished:?}");
    assert!(finished.errors.contains(&limit), "{finished:?}");

    let limit = MAX_PAGE_MOMENTS.to_string();
    check(
        &tenant,
        "/search",
        &json!({ "q": "a", "limit": MAX_PAGE_MOMENTS + 1 }),
        &[&limit],
    )
    .await;
    check(
        &tenant,
        "/search",
        &json!({ "q": "a", "channels": "smell" }),
        &["smell", "subtitle"],
    )
    .await;
    check(
        &tenant,
        "/search",
        &json!({ "q": "a", "cursor": "nonsense" }),
        &["cursor"],
    )
    .await;
    let limit = MAX_PAGE_VIDEOS.to_string();
    check(
        &tenant,
        &format!("/videos?limit={}", MAX_PAGE_VIDEOS + 1),
        &Value::Null,
        &[&limit],
    )
    .await;
    check(
        &tenant,
        "/videos?cursor=nonsense",
        &Value::Null,
        &["cursor"],
    )
    .await;
}

#[tokio::test]
async fn imports_come_from_allowed_places_and_of_objects_that_exist() {
    let tenant = Stack::from_env().await.new_tenant("imports").await;
    let import = async |url: &str| {
        tenant
            .post("/imports", &json!({ "url": url }))
            .await
            .problem()
    };
    let problem = import("s3://someone-elses-bucket/talk.mp4").await;
    assert_eq!(problem.status, 403, "{problem:?}");
    assert!(
        problem
            .detail
            .contains("s3://someone-elses-bucket/talk.mp4"),
        "{problem:?}"
    );
    assert!(problem.detail.contains("importSources"), "{problem:?}");
    let problem = import("s3://vindex-import-test/another-tenant/talk.mp4").await;
    assert_eq!(problem.status, 403, "{problem:?}");
    let own = format!(
        "s3://{}/uploads/another/video/source",
        tenant.stack.media_bucket
    );
    assert_eq!(
        import(&own).await.status,
        403,
        "the stack's own bucket is no source"
    );

    let missing = format!("s3://vindex-import-test/{}/missing.mp4", tenant.workspace);
    let problem = import(&missing).await;
    assert_eq!(problem.status, 404, "{problem:?}");
    assert!(problem.detail.contains(&missing), "{problem:?}");
    for wrong in [
        "https://example.com/talk.mp4",
        "s3://bucket-alone",
        "/etc/passwd",
        "",
    ] {
        let problem = import(wrong).await;
        assert_eq!(problem.status, 400, "{wrong}: {problem:?}");
        assert!(
            problem.detail.contains("s3://bucket/key"),
            "{wrong}: {problem:?}"
        );
    }
    let finished = tenant.command_line().run(["import", &missing]).await;
    assert_eq!(finished.code, 2, "{finished:?}");
    assert!(finished.errors.contains(&missing), "{finished:?}");
    assert_nothing_made(&tenant).await;
}

#[tokio::test]
async fn the_command_refuses_what_is_no_file_before_anything_is_made() {
    let tenant = Stack::from_env().await.new_tenant("files").await;
    let folder = scratch();
    let missing = folder.path().join("missing.mp4");
    let large = folder.path().join("large.srt");
    std::fs::write(
        &large,
        vec![b'x'; usize::try_from(MAX_SUBTITLE_BYTES).unwrap() + 1],
    )
    .unwrap();
    let video = folder.path().join("talk.mp4");
    std::fs::write(&video, "x").unwrap();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    for (arguments, says) in [
        (vec!["upload".to_owned(), path(&missing)], path(&missing)),
        (
            vec!["upload".to_owned(), path(&empty)],
            "no video below this folder".to_owned(),
        ),
        (
            vec![
                "upload".to_owned(),
                path(&video),
                "--subtitles".to_owned(),
                path(&large),
            ],
            MAX_SUBTITLE_BYTES.to_string(),
        ),
        (
            vec![
                "upload".to_owned(),
                path(&video),
                "--tag".to_owned(),
                "t".repeat(MAX_TAG_CHARS + 1),
            ],
            MAX_TAG_CHARS.to_string(),
        ),
        (
            vec![
                "upload".to_owned(),
                path(&video),
                "--title".to_owned(),
                "t".repeat(MAX_TITLE_CHARS + 1),
            ],
            MAX_TITLE_CHARS.to_string(),
        ),
    ] {
        let finished = tenant.command_line().run(&arguments).await;
        assert_eq!(finished.code, 2, "{finished:?}");
        assert!(
            finished.errors.contains(&says),
            "{says:?} is not in {finished:?}"
        );
    }
    assert_nothing_made(&tenant).await;
}
