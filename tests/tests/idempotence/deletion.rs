//! After a deletion nothing is left, and nothing comes back.

use crate::{
    clips, executions,
    failures::{first_chunk_is_indexed, upload_of_many_chunks},
    generations::{drop_into_inbox, only_video},
    records,
    searching::finds,
    snapshot::versions,
    waiting,
};
use contracts::{
    VideoId,
    api::VideoStatus,
    keys::{self, INBOX_PREFIX},
};
use end_to_end::{Stack, Tenant};
use reqwest::Method;
use serde_json::json;

/// What is left of a video anywhere, in words.
async fn left_of(tenant: &Tenant, video_id: &VideoId) -> Vec<String> {
    let stack = &tenant.stack;
    let documents = stack.documents(video_id).await;
    let mut left: Vec<String> = documents
        .iter()
        .map(|document| document["_id"].to_string())
        .collect();
    left.extend(
        records::of_tenant(stack, &tenant.workspace)
            .await
            .into_keys(),
    );
    let uploads = keys::upload_prefix(&tenant.workspace, video_id);
    let feedback = keys::feedback_of_workspace(&tenant.workspace);
    let inbox = format!("{INBOX_PREFIX}{}/", tenant.workspace);
    for (bucket, prefix) in [
        (&stack.derived_bucket, keys::derived_prefix(video_id)),
        (&stack.derived_bucket, feedback),
        (&stack.media_bucket, uploads),
        (&stack.media_bucket, inbox),
    ] {
        let found = versions(stack, bucket, &prefix).await;
        left.extend(found.into_iter().map(|(key, ..)| key));
    }
    left
}

async fn sweep(tenant: &Tenant, video_id: &VideoId) {
    let request = json!({ "workspace": tenant.workspace, "video_id": video_id });
    tenant.stack.invoke("delete-video", &request).await.unwrap();
}

/// Also where it is sent twice, as `vindex opened` and the API have it; and a stranger can't say it.
async fn feedback_is_kept_once(tenant: &Tenant, opened: &serde_json::Value) {
    let stack = &tenant.stack;
    let command_line = tenant.command_line();
    let finished = command_line.run(&["opened", "ferret", "1"]).await;
    assert_eq!(finished.code, 0, "{finished:?}");
    for _ in 0..2 {
        assert_eq!(tenant.post("/feedback", opened).await.status, 204);
    }
    let stranger = stack.new_tenant("stranger").await;
    let refused = stranger.post("/feedback", opened).await.problem();
    assert_eq!(refused.status, 404);
    for (tenant, expected) in [(tenant, 2), (&stranger, 0)] {
        let prefix = keys::feedback_of_workspace(&tenant.workspace);
        let kept = versions(stack, &stack.derived_bucket, &prefix).await;
        let keys: std::collections::BTreeSet<_> = kept.into_iter().map(|(key, ..)| key).collect();
        assert_eq!(keys.len(), expected, "{keys:?}");
    }
}

#[tokio::test]
async fn a_deleted_video_is_gone_and_late_tasks_leave_nothing() {
    let tenant = Stack::from_env().await.new_tenant("deleted").await;
    let stack = &tenant.stack;
    let video_id = tenant.upload(&clips::source("ferret").await).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    let input = executions::ended(stack, &video_id).await.remove(0).input;
    let probed = stack.invoke("probe-media", &json!(input)).await.unwrap();
    assert!(left_of(&tenant, &video_id).await.len() > 10);
    let opened = json!({ "query": "a ferret", "video_id": video_id, "start_ms": 0, "end_ms": 1000, "position": 1 });
    feedback_is_kept_once(&tenant, &opened).await;

    tenant.delete(&video_id).await;
    assert_eq!(tenant.post("/feedback", &opened).await.status, 404);
    assert_eq!(left_of(&tenant, &video_id).await, Vec::<String>::new());
    assert!(!finds(&tenant, "ferret").await);
    let path = format!("/videos/{video_id}");
    let again = tenant.call(Method::DELETE, &path, None).await;
    assert_eq!(again.problem().status, 404);

    let chunk = serde_json::from_value(probed["chunks"][0].clone()).unwrap();
    let mut task = executions::chunk_task(&input, &probed, &chunk);
    for key in ["extract_key", "transcript_key", "embedding_key"] {
        task[key] = json!(format!("videos/{video_id}/gone"));
    }
    let finalize = json!({ "video": input.video, "description_key": "gone", "chunks": [] });
    let chunk_functions = [
        "extract-chunk",
        "transcribe-chunk",
        "embed-chunk",
        "index-chunk",
    ];
    let mut calls = vec![("probe-media", json!(input)), ("finalize-video", finalize)];
    calls.extend(chunk_functions.map(|function| (function, task.clone())));
    for (function, payload) in calls {
        let refused = stack.invoke(function, &payload).await.unwrap_err();
        assert_eq!(refused.name, "VideoGone", "{function}");
    }
    let report = executions::failure_report(&input.video, "States.Timeout");
    let answer = stack.invoke("record-failure", &report).await;
    assert_eq!(answer.unwrap(), json!({ "recorded": false }));
    assert_eq!(left_of(&tenant, &video_id).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_video_deleted_while_it_is_processed_is_gone_too() {
    let tenant = Stack::from_env().await.new_tenant("under-way").await;
    let stack = &tenant.stack;
    let video_id = upload_of_many_chunks(&tenant, "weasel").await;
    first_chunk_is_indexed(&tenant, &video_id).await;
    tenant.delete(&video_id).await;

    let all = executions::ended(stack, &video_id).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].status, "ABORTED");
    // Tasks that were in flight may have left objects: the machine's second sweep comes when none can be
    // left, and this one when it finds nothing more.
    waiting::until("nothing is left", async || {
        sweep(&tenant, &video_id).await;
        left_of(&tenant, &video_id).await.is_empty().then_some(())
    })
    .await;
    assert_eq!(tenant.get(&format!("/videos/{video_id}")).await.status, 404);
    assert!(!finds(&tenant, "weasel").await);
}

#[tokio::test]
async fn the_second_sweep_takes_what_came_late_and_spares_what_came_back() {
    let tenant = Stack::from_env().await.new_tenant("sweep").await;
    let stack = &tenant.stack;
    let words = clips::captions("stoat", 30).into_bytes();
    drop_into_inbox(&tenant, "a.srt", words).await;
    drop_into_inbox(&tenant, "a.mp4", clips::clip(None, 30).await).await;
    let video_id = only_video(&tenant).await;
    tenant.wait_until_settled(&video_id).await;
    let document = stack.documents(&video_id).await[0]["_source"].clone();
    tenant.delete(&video_id).await;
    assert_eq!(left_of(&tenant, &video_id).await, Vec::<String>::new());

    // Written by tasks that were in flight.
    stack
        .opensearch(&format!("_doc/{video_id}:1:late"), &document)
        .await;
    let request = stack.s3.put_object().bucket(&stack.derived_bucket);
    let late = format!("{}late", keys::derived_prefix(&video_id));
    request.key(late).send().await.unwrap();
    assert_eq!(left_of(&tenant, &video_id).await.len(), 2);
    assert!(!finds(&tenant, "stoat").await);
    sweep(&tenant, &video_id).await;
    assert_eq!(left_of(&tenant, &video_id).await, Vec::<String>::new());

    // The same name in the inbox is the same video: a sweep of the one before leaves it alone.
    drop_into_inbox(&tenant, "a.mp4", clips::clip(Some("marten"), 30).await).await;
    assert_eq!(only_video(&tenant).await, video_id);
    sweep(&tenant, &video_id).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    sweep(&tenant, &video_id).await;
    assert!(finds(&tenant, "marten").await);
}
