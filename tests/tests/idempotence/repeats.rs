//! Every task of a finished execution again, alone and beside itself.

use crate::{clips, executions, snapshot::Snapshot};
use contracts::{VideoId, api::VideoStatus, keys, tasks::IndexVideoInput};
use end_to_end::{Stack, Tenant};
use serde_json::json;

async fn indexed(tenant: &Tenant) -> (VideoId, IndexVideoInput) {
    let video_id = tenant.upload(&clips::source("marmot").await).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    let mut all = executions::ended(&tenant.stack, &video_id).await;
    assert_eq!(all.len(), 1);
    (video_id, all.remove(0).input)
}

#[tokio::test]
async fn every_task_again_leaves_the_same() {
    let tenant = Stack::from_env().await.new_tenant("repeats").await;
    let (video_id, input) = indexed(&tenant).await;
    let before = Snapshot::take(&tenant, &video_id).await;
    assert!(before.documents.len() > 3 && before.derived.len() > 6);
    for at_once in [1, 2] {
        executions::run_tasks(&tenant.stack, &input, at_once).await;
        let after = Snapshot::take(&tenant, &video_id).await;
        after.assert_same(&before, &format!("{at_once} at once"));
    }
}

#[tokio::test]
async fn a_task_that_computes_anew_beside_itself_writes_the_same_bytes() {
    let tenant = Stack::from_env().await.new_tenant("anew").await;
    let stack = &tenant.stack;
    let (video_id, input) = indexed(&tenant).await;
    let before = Snapshot::take(&tenant, &video_id).await;
    for key in stack
        .keys(&stack.derived_bucket, &keys::derived_prefix(&video_id))
        .await
    {
        let request = stack.s3.delete_object().bucket(&stack.derived_bucket);
        request.key(key).send().await.unwrap();
    }
    executions::run_tasks(stack, &input, 2).await;
    let after = Snapshot::take(&tenant, &video_id).await;
    after.assert_same(&before, "computed anew");
}

#[tokio::test]
async fn a_failure_reported_after_the_end_changes_nothing() {
    let tenant = Stack::from_env().await.new_tenant("settled").await;
    let stack = &tenant.stack;
    let (video_id, input) = indexed(&tenant).await;
    let before = Snapshot::take(&tenant, &video_id).await;
    // One that may pass, and one that would take everything computed with it.
    for error in ["States.Timeout", "NotMedia"] {
        let report = executions::failure_report(&input.video, error);
        let answer = executions::invoke(stack, "record-failure", &report, 2).await;
        assert_eq!(answer.unwrap(), json!({ "recorded": false }), "{error}");
    }
    let after = Snapshot::take(&tenant, &video_id).await;
    after.assert_same(&before, "failure reported");
}

#[tokio::test]
async fn the_index_is_prepared_once() {
    let stack = Stack::from_env().await;
    let first = stack.invoke("prepare-index", &json!({})).await.unwrap();
    let again = executions::invoke(&stack, "prepare-index", &json!({}), 2).await;
    assert_eq!(again.unwrap(), first);
    assert_eq!(first["created"], false);
}
