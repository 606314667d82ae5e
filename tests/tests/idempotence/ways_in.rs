//! A presigned upload, a drop into the inbox and an import lead to the same.

use crate::{
    clips, executions,
    generations::{drop_into_inbox, only_video},
    searching::finds,
};
use contracts::{
    api::{Origin, PartUrls, Timeline, Upload, Video, VideoStatus},
    segments::Channel,
};
use end_to_end::{Answer, Source, Stack, Tenant};
use serde_json::{Value, json};

/// The bucket that the tests' stack may import from.
pub const IMPORT_BUCKET: &str = "vindex-import-test";

/// Puts objects where other programs might have: below a prefix of the import bucket.
pub async fn put_elsewhere(stack: &Stack, prefix: &str, files: &[(&str, Vec<u8>)]) {
    // It is there already where another test was first.
    let _ = stack.s3.create_bucket().bucket(IMPORT_BUCKET).send().await;
    for (name, bytes) in files {
        let request = stack.s3.put_object().bucket(IMPORT_BUCKET);
        let request = request.key(format!("{prefix}/{name}"));
        request.body(bytes.clone().into()).send().await.unwrap();
    }
}

pub async fn import(tenant: &Tenant, key: &str) -> Answer {
    let url = format!("s3://{IMPORT_BUCKET}/{key}");
    tenant.post("/imports", &json!({ "url": url })).await
}

async fn stages(tenant: &Tenant, video: &Video) -> Vec<(String, Option<u32>)> {
    let path = format!("/videos/{}/timeline", video.video_id);
    let timeline: Timeline = tenant.get(&path).await.json();
    let mut stages: Vec<_> = timeline
        .tasks
        .into_iter()
        .map(|run| (run.stage, run.chunk))
        .collect();
    stages.sort();
    stages
}

#[tokio::test]
async fn all_three_lead_to_the_same_execution() {
    let stack = Stack::from_env().await;
    let bytes = clips::clip(None, 60).await;
    let words = clips::captions("lemur", 60);
    let upload = async {
        let tenant = stack.new_tenant("uploads").await;
        let mut source = Source::new("trip.mp4", bytes.clone());
        source.subtitles = Some(words.clone().into_bytes());
        let video_id = tenant.upload(&source).await;
        (tenant, video_id)
    };
    let inbox = async {
        let tenant = stack.new_tenant("inbox").await;
        drop_into_inbox(&tenant, "2026/trip.srt", words.clone().into_bytes()).await;
        drop_into_inbox(&tenant, "2026/trip.mp4", bytes.clone()).await;
        let video_id = only_video(&tenant).await;
        (tenant, video_id)
    };
    let import = async {
        let tenant = stack.new_tenant("imports").await;
        let prefix = tenant.workspace.to_string();
        let files = [
            ("trip.srt", words.clone().into_bytes()),
            ("trip.mp4", bytes.clone()),
        ];
        put_elsewhere(&stack, &prefix, &files).await;
        let answer = import(&tenant, &format!("{prefix}/trip.mp4")).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let video: Video = answer.json();
        (tenant, video.video_id)
    };
    let (uploaded, dropped, imported) = futures::join!(upload, inbox, import);

    let mut seen: Vec<Value> = Vec::new();
    for (origin, (tenant, video_id)) in [
        (Origin::Upload, uploaded),
        (Origin::Inbox, dropped),
        (Origin::Import, imported),
    ] {
        let video = tenant.wait_until_settled(&video_id).await;
        assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
        assert_eq!((video.origin, video.title.as_str()), (origin, "trip.mp4"));
        assert!(
            video
                .channels
                .starts_with(&[Channel::Title, Channel::Subtitle, Channel::Visual]),
            "{video:?}"
        );
        assert_eq!(
            video.created_by == "inbox",
            origin == Origin::Inbox,
            "{video:?}"
        );
        assert!(finds(&tenant, "lemur").await);
        let all = executions::ended(&stack, &video_id).await;
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].status, "SUCCEEDED");
        seen.push(json!([
            stages(&tenant, &video).await,
            video.duration_ms,
            video.size_bytes
        ]));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[tokio::test]
async fn an_object_imported_again_is_the_same_video() {
    let stack = Stack::from_env().await;
    let tenant = stack.new_tenant("again").await;
    let colleague = stack.sign_in(tenant.workspace.as_str()).await;
    let stranger = stack.new_tenant("stranger").await;
    let prefix = format!("shared/{}", tenant.workspace);
    put_elsewhere(
        &stack,
        &prefix,
        &[("a.mp4", clips::clip(Some("ibex"), 30).await)],
    )
    .await;
    let key = format!("{prefix}/a.mp4");

    let first: Video = import(&tenant, &key).await.json();
    let again = import(&colleague, &key).await;
    assert_eq!(again.status, 200, "{again:?}");
    let again: Video = again.json();
    assert_eq!(
        (&again.video_id, &again.created_by),
        (&first.video_id, &first.created_by)
    );
    let other: Video = import(&stranger, &key).await.json();
    assert_ne!(other.video_id, first.video_id);
    assert_ne!(other.created_by, first.created_by);

    for (tenant, video) in [(&tenant, &first), (&stranger, &other)] {
        let video = tenant.wait_until_settled(&video.video_id).await;
        assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
        assert_eq!(executions::ended(&stack, &video.video_id).await.len(), 1);
    }
    assert_eq!(import(&tenant, &key).await.status, 200);

    // Deleted, the object stays where it is, and may come back under the same id.
    tenant.delete(&first.video_id).await;
    assert_eq!(stack.keys(IMPORT_BUCKET, &prefix).await.len(), 1);
    let back = import(&tenant, &key).await;
    assert_eq!(back.status, 202, "{back:?}");
    assert_eq!(back.json::<Video>().video_id, first.video_id);
    let video = tenant.wait_until_settled(&first.video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    assert!(finds(&tenant, "ibex").await);
    tenant.delete(&first.video_id).await;
    assert!(!finds(&tenant, "ibex").await);
}

#[tokio::test]
async fn imports_reach_only_what_the_setting_allows() {
    let stack = Stack::from_env().await;
    let (tenant, other) = (
        stack.new_tenant("own").await,
        stack.new_tenant("others").await,
    );
    let prefix = other.workspace.to_string();
    put_elsewhere(&stack, &prefix, &[("a.mp4", b"x".to_vec())]).await;
    assert_eq!(
        import(&tenant, &format!("{prefix}/a.mp4"))
            .await
            .problem()
            .status,
        403
    );
    let missing = format!("{}/none.mp4", tenant.workspace);
    assert_eq!(import(&tenant, &missing).await.problem().status, 404);
    let url = format!("s3://{}/uploads/{prefix}/v/source", stack.media_bucket);
    let refused = tenant.post("/imports", &json!({ "url": url })).await;
    assert_eq!(refused.problem().status, 403);
}

#[tokio::test]
async fn a_large_file_comes_in_parts() {
    let stack = Stack::from_env().await;
    let (tenant, other) = (
        stack.new_tenant("parts").await,
        stack.new_tenant("others").await,
    );
    let mut request = json!(clips::source("gecko").await.request());
    request["size_bytes"] = json!(150_000_000);
    let upload: Upload = tenant.post("/uploads", &request).await.json();
    let multipart = upload.multipart.unwrap();
    assert!(upload.source.is_none() && multipart.part_count > 1);

    let path = format!(
        "/uploads/{}/parts?upload_id={}",
        upload.video_id, multipart.upload_id
    );
    assert_eq!(other.get(&path).await.problem().status, 404);
    let page: PartUrls = tenant.get(&path).await.json();
    let first = &page.parts[0];
    assert_eq!(
        (page.parts.len(), first.part_number),
        (multipart.part_count as usize, 1)
    );
    // A last part may be small: one is enough to see the whole way.
    let bytes = clips::clip(Some("gecko"), 30).await;
    let answer = stack.http.put(&first.url).body(bytes).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let etag = answer.headers()["etag"].to_str().unwrap();

    let body =
        json!({ "upload_id": multipart.upload_id, "parts": [{ "part_number": 1, "etag": etag }] });
    let path = format!("/uploads/{}/complete", upload.video_id);
    assert_eq!(other.post(&path, &body).await.problem().status, 404);
    let mut wrong = body.clone();
    wrong["parts"][0]["etag"] = json!("0123456789abcdef0123456789abcdef");
    assert_eq!(tenant.post(&path, &wrong).await.problem().status, 400);
    // The second time as after an answer that got lost.
    for _ in 0..2 {
        let completed = tenant.post(&path, &body).await;
        assert_eq!(completed.status, 200, "{completed:?}");
    }
    let video = tenant.wait_until_settled(&upload.video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    assert!(finds(&tenant, "gecko").await);
    assert_eq!(executions::ended(&stack, &upload.video_id).await.len(), 1);
}
