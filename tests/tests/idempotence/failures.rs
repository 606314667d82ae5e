//! Executions that end badly, and retries.

use crate::{
    clips, executions,
    records::{self, number, text},
    searching::finds,
    waiting,
};
use contracts::{
    VideoId,
    api::{Timeline, Upload, Video, VideoStatus},
};
use end_to_end::{Source, Stack, Tenant};
use futures::future::join_all;
use serde_json::{Value, json};

/// Long enough for many chunks, so that there is time to stop it between two.
const MANY_CHUNKS_S: u32 = 300;

pub async fn upload_of_many_chunks(tenant: &Tenant, word: &str) -> VideoId {
    let bytes = clips::clip(Some(word), MANY_CHUNKS_S).await;
    tenant.upload(&Source::new("many.mp4", bytes)).await
}

/// Waits until a first chunk of a video can be searched.
pub async fn first_chunk_is_indexed(tenant: &Tenant, video_id: &VideoId) {
    waiting::until("a first chunk is indexed", async || {
        let video = tenant.video(video_id).await;
        assert_ne!(video.status, VideoStatus::Ready, "too fast to be stopped");
        (video.chunks_done > 0).then_some(())
    })
    .await;
}

async fn stop(stack: &Stack, video_id: &VideoId) {
    let newest = executions::of_video(stack, video_id).await.pop().unwrap();
    let request = stack.workflow.stop_execution().execution_arn(newest.arn);
    request.error("Test").cause("stopped").send().await.unwrap();
}

async fn retry(tenant: &Tenant, video_id: &VideoId) -> end_to_end::Answer {
    tenant
        .post(&format!("/videos/{video_id}/retry"), &Value::Null)
        .await
}

#[tokio::test]
async fn a_stopped_execution_fails_the_video_and_a_retry_goes_on_from_there() {
    let tenant = Stack::from_env().await.new_tenant("stopped").await;
    let stack = &tenant.stack;
    let video_id = upload_of_many_chunks(&tenant, "puffin").await;
    first_chunk_is_indexed(&tenant, &video_id).await;
    stop(stack, &video_id).await;

    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Failed, "{video:?}");
    let error = video.error.unwrap();
    assert_eq!(
        (error.name.as_str(), error.state.as_str()),
        ("ExecutionAborted", "Execution")
    );
    assert!(error.message.contains("retry"), "{error:?}");
    assert!(video.chunks_done > 0 && video.chunks_done < video.chunks_total);
    waiting::until("what was indexed is found meanwhile", async || {
        finds(&tenant, "puffin").await.then_some(())
    })
    .await;

    // Three at once, and again while it runs: one execution.
    let answers = join_all((0..3).map(|_| retry(&tenant, &video_id))).await;
    assert!(
        answers.iter().all(|answer| answer.status == 202),
        "{answers:?}"
    );
    assert_eq!(retry(&tenant, &video_id).await.status, 202);
    let again = tenant.wait_until_settled(&video_id).await;
    assert_eq!(
        (again.status, &again.error),
        (VideoStatus::Ready, &None),
        "{again:?}"
    );
    assert_eq!(again.chunks_done, again.chunks_total);
    let all = executions::ended(stack, &video_id).await;
    let attempts: Vec<u32> = all.iter().map(|one| one.input.video.attempt).collect();
    assert_eq!(attempts, [1, 2]);

    let path = format!("/videos/{video_id}/timeline");
    let timeline: Timeline = tenant.get(&path).await.json();
    let reused = |stage: &str| {
        let runs = timeline.tasks.iter();
        runs.filter(|run| run.stage == stage && run.reused).count()
    };
    assert!(
        reused("probe") == 1 && reused("extract") > 0 && reused("embed") > 0,
        "{timeline:?}"
    );
    assert!(reused("extract") < timeline.tasks.len());
}

#[tokio::test]
async fn an_execution_that_timed_out_is_told_by_the_rule_on_its_status() {
    let tenant = Stack::from_env().await.new_tenant("late").await;
    let stack = &tenant.stack;
    let request = clips::source("x").await.request();
    let upload: Upload = tenant.post("/uploads", &json!(request)).await.json();
    // The local AWS never lets an execution time out: this video stands for one whose execution has.
    let mut item = records::of_video(stack, &tenant.workspace, &upload.video_id).await;
    item.insert("status".into(), text("PROCESSING"));
    for (name, value) in [("generation", 1), ("serving_generation", 1), ("attempt", 2)] {
        item.insert(name.into(), number(value));
    }
    records::put(stack, item).await;
    let event = |attempt: u32| {
        let video = json!({ "workspace": tenant.workspace, "video_id": upload.video_id,
            "generation": 1, "attempt": attempt });
        let input = json!({ "video": video, "source": { "bucket": "b", "key": "k" } });
        json!({ "status": "TIMED_OUT", "stateMachineArn": stack.state_machine_arn,
            "executionArn": "arn", "name": "n", "input": input.to_string() })
    };

    let earlier = json!({ "source": "aws.states", "detail": event(1) });
    let answer = stack.invoke("record-failure", &earlier).await;
    assert_eq!(answer.unwrap(), json!({ "recorded": false }));
    assert_eq!(
        tenant.video(&upload.video_id).await.status,
        VideoStatus::Processing
    );

    // Events of Step Functions can't be put on the bus by hand: the function is given what the rule gives it.
    let report = json!({ "source": "aws.states", "detail": event(2) });
    let answer = executions::invoke(stack, "record-failure", &report, 1).await;
    assert_eq!(answer.unwrap(), json!({ "recorded": true }));
    let video = tenant.wait_until_settled(&upload.video_id).await;
    assert_eq!(video.status, VideoStatus::Failed);
    assert_eq!(video.error.unwrap().name, "ExecutionTimedOut");
}

#[tokio::test]
async fn what_has_no_file_yet_can_not_be_retried() {
    let tenant = Stack::from_env().await.new_tenant("waiting").await;
    let request = clips::source("x").await.request();
    let upload: Upload = tenant.post("/uploads", &json!(request)).await.json();
    let refused = retry(&tenant, &upload.video_id).await;
    assert_eq!(refused.problem().status, 409);
    let video: Video = tenant.video(&upload.video_id).await;
    assert_eq!(video.status, VideoStatus::AwaitingUpload);
    assert!(
        executions::of_video(&tenant.stack, &upload.video_id)
            .await
            .is_empty()
    );
}
