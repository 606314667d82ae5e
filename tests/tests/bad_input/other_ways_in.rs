//! Bad input that does not come through the API's uploads: imports and the inbox.

use crate::recipes::{Recipe, SHORT};
use contracts::{
    ErrorName, VideoId,
    api::{Video, VideoList, VideoStatus},
    artifacts::WarningName,
    limits::MAX_SUBTITLE_BYTES,
};
use end_to_end::{Stack, Tenant};
use serde_json::json;
use std::time::{Duration, Instant};

const IMPORTS_BUCKET: &str = "vindex-import-test";

async fn put(stack: &Stack, bucket: &str, key: &str, bytes: &[u8]) {
    let body = aws_sdk_s3::primitives::ByteStream::from(bytes.to_vec());
    let put = stack.s3.put_object().bucket(bucket).key(key).body(body);
    put.send().await.unwrap();
}

async fn import(tenant: &Tenant, key: &str) -> VideoId {
    let body = json!({ "url": format!("s3://{IMPORTS_BUCKET}/{key}") });
    let answer = tenant.post("/imports", &body).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let video: Video = answer.json();
    video.video_id
}

/// The bucket is there, whoever made it.
async fn with_imports_bucket(stack: &Stack) {
    let made = stack.s3.create_bucket().bucket(IMPORTS_BUCKET).send().await;
    let exists = stack.s3.head_bucket().bucket(IMPORTS_BUCKET).send().await;
    assert!(exists.is_ok(), "{made:?} {exists:?}");
}

#[tokio::test]
async fn an_import_that_fails_leaves_the_object_even_when_its_video_is_deleted() {
    let stack = Stack::from_env().await;
    let tenant = stack.new_tenant("imported").await;
    with_imports_bucket(&stack).await;
    let key = format!("{}/notes.mp4", tenant.workspace);
    put(&stack, IMPORTS_BUCKET, &key, b"no video at all").await;

    let video_id = import(&tenant, &key).await;
    let video = tenant.wait_until_settled(&video_id).await;
    let error = video.error.expect("an error");
    assert_eq!(error.name, ErrorName::NotMedia.as_str(), "{error:?}");
    tenant.delete(&video_id).await;
    assert_eq!(
        stack.keys(IMPORTS_BUCKET, &key).await,
        std::slice::from_ref(&key)
    );
    assert_eq!(stack.documents(&video_id).await.len(), 0);
}

#[tokio::test]
async fn subtitles_beside_an_import_that_are_too_large_are_named_with_the_limit() {
    let stack = Stack::from_env().await;
    let tenant = stack.new_tenant("imported").await;
    with_imports_bucket(&stack).await;
    let key = |extension: &str| format!("{}/talk.{extension}", tenant.workspace);
    let too_many = usize::try_from(MAX_SUBTITLE_BYTES).unwrap() + 1;
    put(&stack, IMPORTS_BUCKET, &key("srt"), &vec![b'x'; too_many]).await;
    let bytes = Recipe::made(&[SHORT]).make().await;
    put(&stack, IMPORTS_BUCKET, &key("mp4"), &bytes).await;

    let video_id = import(&tenant, &key("mp4")).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    let warning = &video.warnings[0];
    assert_eq!(warning.name, WarningName::SubtitlesUnreadable);
    let limit = MAX_SUBTITLE_BYTES.to_string();
    assert!(warning.message.contains(&limit), "{warning:?}");
    assert_eq!(video.warnings.len(), 1, "{video:?}");
}

#[tokio::test]
async fn a_drop_into_the_inbox_keeps_an_odd_name_and_tells_of_a_bad_file() {
    let stack = Stack::from_env().await;
    let tenant = stack.new_tenant("inbox").await;
    let name = "50% + \"more\" it's .. día & 日本 \u{1f3ac}.mp4";
    let key = format!("inbox/{}/2026/{name}", tenant.workspace);
    put(&stack, &stack.media_bucket, &key, b"no video at all").await;

    let video_id = wait_for_only_video(&tenant).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(
        (video.title.as_str(), video.file_name.as_str()),
        (name, name)
    );
    let error = video.error.expect("an error");
    assert_eq!(error.name, ErrorName::NotMedia.as_str(), "{error:?}");
    assert_eq!(
        stack.keys(&stack.media_bucket, &key).await,
        std::slice::from_ref(&key)
    );
}

/// An event makes the video, so it takes a moment to appear.
async fn wait_for_only_video(tenant: &Tenant) -> VideoId {
    let started = Instant::now();
    loop {
        let list: VideoList = tenant.get("/videos").await.json();
        if let [video] = &list.videos[..] {
            return video.video_id.clone();
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{list:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
