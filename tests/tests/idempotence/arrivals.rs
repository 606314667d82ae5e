//! Events of S3 that come twice, or out of order.

use crate::{clips, executions, records, waiting};
use contracts::{
    VideoId,
    api::{Upload, VideoStatus},
    keys,
    tasks::ObjectRef,
};
use end_to_end::{Stack, Tenant};
use futures::future::join_all;
use serde_json::{Value, json};

/// A message as S3 writes it.
fn message(source: &ObjectRef, sequencer: &str) -> Value {
    json!({ "Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
        "eventTime": "2026-01-01T00:00:00.000Z", "eventName": "ObjectCreated:Put",
        "userIdentity": { "principalId": "p" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": {},
        "s3": {
            "s3SchemaVersion": "1.0", "configurationId": "c",
            "bucket": { "name": source.bucket, "ownerIdentity": { "principalId": "p" }, "arn": "arn" },
            "object": { "key": source.key, "size": 1000, "eTag": source.etag,
                        "versionId": source.version_id, "sequencer": sequencer },
        },
    }] })
}

/// Hands messages to the function as the queue does, in this order.
async fn deliver(stack: &Stack, messages: &[Value]) {
    let records: Vec<Value> = (0..)
        .zip(messages)
        .map(|(position, message)| {
            json!({ "messageId": format!("m{position}"), "body": message.to_string(),
                    "receiptHandle": "r", "attributes": {}, "messageAttributes": {},
                    "eventSource": "aws:sqs", "awsRegion": "us-east-1" })
        })
        .collect();
    let answer = stack
        .invoke("ingest-upload", &json!({ "Records": records }))
        .await;
    assert_eq!(answer.unwrap()["batchItemFailures"], json!([]));
}

/// Waits until the queue has been empty for a moment: what was sent before has been worked on.
async fn queue_is_drained(stack: &Stack) {
    waiting::until("the queue of uploads drains", async || {
        (stack.upload_queue_length().await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_event_that_comes_again_starts_nothing() {
    let tenant = Stack::from_env().await.new_tenant("again").await;
    let stack = &tenant.stack;
    let video_id = tenant.upload(&clips::source("otter").await).await;
    let item = waiting::until("the upload is claimed", async || {
        let item = records::of_video(stack, &tenant.workspace, &video_id).await;
        item["source"].as_m().is_ok().then_some(item)
    })
    .await;
    let sequencer = item["sequencer"].as_s().unwrap();
    let event = message(&records::source_of(&item), sequencer);

    // While it is being indexed, through the queue and beside it, and after it is ready.
    stack.send_to_upload_queue(&event).await;
    stack.send_to_upload_queue(&event).await;
    let twice = [event.clone(), event.clone()];
    join_all((0..3).map(|_| deliver(stack, &twice))).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    deliver(stack, &[event]).await;
    queue_is_drained(stack).await;

    let all = executions::ended(stack, &video_id).await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(tenant.video(&video_id).await.serving_generation, Some(1));
}

#[tokio::test]
async fn of_two_versions_out_of_order_only_the_newer_is_indexed() {
    let tenant = Stack::from_env().await.new_tenant("order").await;
    let stack = &tenant.stack;
    let (older, newer) = two_unclaimed_versions(&tenant).await;
    let video_id = video_of(&newer);
    deliver(
        stack,
        &[
            message(&newer, "FFFFFFFFFFFFFFF2"),
            message(&older, "FFFFFFFFFFFFFFF1"),
        ],
    )
    .await;
    deliver(stack, &[message(&older, "FFFFFFFFFFFFFFF1")]).await;

    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    let all = executions::ended(stack, &video_id).await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].input.source.version_id, newer.version_id);
    let words = json!(stack.documents(&video_id).await).to_string();
    assert!(words.contains("newer") && !words.contains("older"));
}

/// Two versions of an upload whose events are past: they came when the table did not know the video.
async fn two_unclaimed_versions(tenant: &Tenant) -> (ObjectRef, ObjectRef) {
    let stack = &tenant.stack;
    let request = clips::source("x").await.request();
    let upload: Upload = tenant.post("/uploads", &json!(request)).await.json();
    let item = records::of_video(stack, &tenant.workspace, &upload.video_id).await;
    records::remove(stack, &item).await;
    let key = keys::upload_source(&tenant.workspace, &upload.video_id);
    let older = put(stack, &key, clips::clip(Some("older"), 30).await).await;
    let newer = put(stack, &key, clips::clip(Some("newer"), 30).await).await;
    queue_is_drained(stack).await;
    records::put(stack, item).await;
    (older, newer)
}

fn video_of(source: &ObjectRef) -> VideoId {
    VideoId::from(source.key.split('/').nth(2).unwrap())
}

async fn put(stack: &Stack, key: &str, bytes: Vec<u8>) -> ObjectRef {
    let request = stack.s3.put_object().bucket(&stack.media_bucket).key(key);
    let answer = request.body(bytes.into()).send().await.unwrap();
    ObjectRef {
        bucket: stack.media_bucket.clone(),
        key: key.to_owned(),
        version_id: Some(
            answer
                .version_id()
                .expect("the bucket has versions")
                .to_owned(),
        ),
        etag: answer.e_tag().map(|etag| etag.trim_matches('"').to_owned()),
    }
}
