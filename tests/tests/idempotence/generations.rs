//! A new version of a video that can be searched already.

use crate::{
    clips, executions, records,
    searching::{finds, search},
    waiting,
};
use contracts::{
    VideoId,
    api::{Video, VideoList, VideoStatus},
    artifacts::WarningName,
    keys::INBOX_PREFIX,
    tasks::{Chunk, IndexVideoInput},
};
use end_to_end::{Stack, Tenant};
use serde_json::{Value, json};

/// Drops a file into the tenant's folder.
pub async fn drop_into_inbox(tenant: &Tenant, name: &str, bytes: Vec<u8>) {
    let stack = &tenant.stack;
    let key = format!("{INBOX_PREFIX}{}/{name}", tenant.workspace);
    let request = stack.s3.put_object().bucket(&stack.media_bucket).key(key);
    request.body(bytes.into()).send().await.unwrap();
}

/// The tenant's only video, as soon as it is known.
pub async fn only_video(tenant: &Tenant) -> VideoId {
    waiting::until("the video is known", async || {
        let list: VideoList = tenant.get("/videos").await.json();
        list.videos.into_iter().next().map(|video| video.video_id)
    })
    .await
}

async fn dropped(tenant: &Tenant, word: &str) -> Video {
    drop_into_inbox(tenant, "talk.mp4", clips::clip(Some(word), 30).await).await;
    let video_id = only_video(tenant).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    video
}

fn generations(documents: &[Value]) -> Vec<u64> {
    let numbers = documents.iter();
    let mut numbers: Vec<u64> = numbers
        .map(|document| document["_source"]["generation"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[tokio::test]
async fn the_old_generation_is_served_until_the_new_one_is_whole() {
    let tenant = Stack::from_env().await.new_tenant("versions").await;
    let stack = &tenant.stack;
    let video_id = dropped(&tenant, "walrus").await.video_id;
    let first = executions::ended(stack, &video_id).await.remove(0).input;
    drop_into_inbox(&tenant, "talk.mp4", clips::clip(Some("pelican"), 60).await).await;

    let mut seen_under_way = 0;
    waiting::until("generation 2 is served", async || {
        let before = tenant.video(&video_id).await;
        let (old, new) = (
            finds(&tenant, "walrus").await,
            finds(&tenant, "pelican").await,
        );
        let after = tenant.video(&video_id).await;
        assert_eq!(after.status, VideoStatus::Ready);
        if after.serving_generation == Some(1) {
            assert!(old && !new, "old {old}, new {new}: {after:?}");
            seen_under_way += u32::from(before.chunks_total == 3);
        }
        (before.serving_generation == Some(2)).then(|| assert!(new && !old, "old {old}, new {new}"))
    })
    .await;
    assert!(
        seen_under_way > 0,
        "the new generation was never seen under way"
    );
    executions::ended(stack, &video_id).await;
    assert_eq!(generations(&stack.documents(&video_id).await), [2]);

    late_writes_show_nowhere(&tenant, &first).await;
}

/// A task of the old generation comes late: it is refused, and what it wrote before it was killed, say, is
/// never shown.
async fn late_writes_show_nowhere(tenant: &Tenant, first: &IndexVideoInput) {
    let stack = &tenant.stack;
    let video_id = &first.video.video_id;
    let before = stack.documents(video_id).await;
    let items = records::of_tenant(stack, &tenant.workspace).await;
    let output = |stage: &str| {
        let item = &items[&format!("task#{video_id}#00001#{stage}")];
        json!(item["output_key"].as_s().unwrap())
    };
    let chunk = Chunk {
        index: 0,
        start_ms: 0,
        end_ms: 15_000,
    };
    let probed = json!({ "media": first.source, "description_key": output("probe#whole") });
    let mut task = executions::chunk_task(first, &probed, &chunk);
    task["extract_key"] = output("extract#00000");
    task["transcript_key"] = output("transcribe#00000");
    task["embedding_key"] = output("embed#00000");
    for function in [
        "extract-chunk",
        "transcribe-chunk",
        "embed-chunk",
        "index-chunk",
    ] {
        let refused = stack.invoke(function, &task).await.unwrap_err();
        assert_eq!(refused.name, "Superseded", "{function}");
    }
    let finalize =
        json!({ "video": first.video, "description_key": output("probe#whole"), "chunks": [] });
    let refused = stack.invoke("finalize-video", &finalize).await.unwrap_err();
    assert_eq!(refused.name, "Superseded");
    assert_eq!(stack.documents(video_id).await, before);

    let mut late = before[0]["_source"].clone();
    late["generation"] = json!(1);
    late["text"] = json!("a walrus that comes late");
    stack
        .opensearch(&format!("_doc/{video_id}:1:late"), &late)
        .await;
    assert_eq!(generations(&stack.documents(video_id).await), [1, 2]);
    assert!(!finds(tenant, "walrus").await);
    assert!(finds(tenant, "pelican").await);
}

#[tokio::test]
async fn a_new_version_that_fails_leaves_the_old_one_served() {
    let tenant = Stack::from_env().await.new_tenant("broken").await;
    let stack = &tenant.stack;
    let good = dropped(&tenant, "badger").await;
    let served = stack.documents(&good.video_id).await;
    drop_into_inbox(&tenant, "talk.mp4", b"these are no pictures".to_vec()).await;

    let video = tenant
        .wait_until(&good.video_id, |video| !video.warnings.is_empty())
        .await;
    assert_eq!(video.warnings[0].name, WarningName::ReindexFailed);
    assert!(video.warnings[0].message.contains("NotMedia"), "{video:?}");
    assert_eq!((video.status, &video.error), (VideoStatus::Ready, &None));
    assert_eq!(video.serving_generation, Some(1));
    assert_eq!(
        (&video.channels, video.duration_ms),
        (&good.channels, good.duration_ms)
    );
    executions::ended(stack, &good.video_id).await;
    assert_eq!(stack.documents(&good.video_id).await, served);
    assert!(finds(&tenant, "badger").await);
    let source_url = video.source_url.expect("a link that plays");
    let played = stack.http.get(source_url).send().await.unwrap();
    assert_eq!(
        played.content_length(),
        good.size_bytes,
        "the link plays what is found"
    );
    for words in ["transcript", "captions.vtt", "captions.srt"] {
        let path = format!("/videos/{}/{words}", good.video_id);
        assert_eq!(tenant.get(&path).await.status, 302, "{words}");
    }

    drop_into_inbox(&tenant, "talk.mp4", clips::clip(Some("heron"), 30).await).await;
    let video = tenant
        .wait_until(&good.video_id, |video| video.serving_generation == Some(3))
        .await;
    assert_eq!(
        (video.status, video.warnings),
        (VideoStatus::Ready, Vec::new())
    );
    assert!(finds(&tenant, "heron").await && !finds(&tenant, "badger").await);
    assert!(!search(&tenant, "heron").await.no_confident_match);
}
