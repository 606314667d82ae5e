//! Another title, other tags.

use crate::{
    clips,
    failures::{first_chunk_is_indexed, upload_of_many_chunks},
    searching::search,
};
use contracts::{VideoId, api::VideoStatus, segments::Channel};
use end_to_end::{Stack, Tenant};
use reqwest::Method;
use serde_json::{Value, json};

async fn patch(tenant: &Tenant, video_id: &VideoId, body: &Value) {
    let path = format!("/videos/{video_id}");
    let answer = tenant.call(Method::PATCH, &path, Some(body)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Whether a search finds the video by words of its title.
async fn by_title(tenant: &Tenant, word: &str) -> bool {
    let moments = search(tenant, word).await.moments;
    let found = |channels: &Vec<Channel>| channels.contains(&Channel::Title);
    moments.iter().any(|moment| found(&moment.channels))
}

async fn by_tag(tenant: &Tenant, tag: &str) -> bool {
    let body = json!({ "q": "condor", "tags": tag });
    let answer: Value = tenant.post("/search", &body).await.json();
    answer["moments"] != json!([])
}

#[tokio::test]
async fn a_video_is_found_by_its_new_title_and_tags() {
    let tenant = Stack::from_env().await.new_tenant("patched").await;
    let source = clips::source("condor").await;
    let mut request = source.request();
    request.title = Some("Holidays in Peru".into());
    request.tags = vec!["family".into()];
    let video_id = tenant.upload_as(&source, &request).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    assert!(by_title(&tenant, "Peru").await && by_tag(&tenant, "family").await);

    let body = json!({ "title": "Birds of the Andes", "tags": ["nature", "birds"] });
    patch(&tenant, &video_id, &body).await;
    assert!(by_title(&tenant, "Andes").await && !by_title(&tenant, "Peru").await);
    assert!(by_tag(&tenant, "nature").await && by_tag(&tenant, "nature,birds").await);
    assert!(!by_tag(&tenant, "family").await);
    let moments = search(&tenant, "condor").await.moments;
    assert!(
        moments
            .iter()
            .all(|moment| moment.title == "Birds of the Andes")
    );
}

#[tokio::test]
async fn a_change_while_the_video_is_processed_reaches_every_document() {
    let tenant = Stack::from_env().await.new_tenant("changing").await;
    let video_id = upload_of_many_chunks(&tenant, "lynx").await;
    first_chunk_is_indexed(&tenant, &video_id).await;
    let mut body = Value::Null;
    for number in 1..=3 {
        body = json!({ "title": format!("title {number}"), "tags": [format!("tag-{number}")] });
        patch(&tenant, &video_id, &body).await;
    }
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    assert_eq!(
        json!([video.title, video.tags]),
        json!([body["title"], body["tags"]])
    );
    for document in tenant.stack.documents(&video_id).await {
        assert_eq!(
            document["_source"]["tags"], body["tags"],
            "{}",
            document["_id"]
        );
        if document["_source"]["channel"] == "title" {
            assert_eq!(document["_source"]["text"], body["title"]);
        }
    }
}
