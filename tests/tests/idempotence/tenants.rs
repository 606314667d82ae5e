//! Two tenants with the same words.

use crate::{clips, searching::search};
use contracts::{
    VideoId,
    api::{Timeline, Video, VideoList, VideoStatus},
};
use end_to_end::{Stack, Tenant};
use reqwest::Method;
use serde_json::{Value, json};

async fn with_two_videos(stack: &Stack, name: &str) -> (Tenant, Vec<VideoId>) {
    let tenant = stack.new_tenant(name).await;
    let source = clips::source("condor").await;
    let videos = futures::join!(tenant.upload(&source), tenant.upload(&source));
    let videos = vec![videos.0, videos.1];
    for video_id in &videos {
        let video = tenant.wait_until_settled(video_id).await;
        assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    }
    (tenant, videos)
}

fn listed(list: VideoList) -> Vec<VideoId> {
    let videos = list.videos.into_iter();
    videos.map(|video| video.video_id).collect()
}

#[tokio::test]
async fn a_tenant_sees_and_touches_only_its_own() {
    let stack = Stack::from_env().await;
    let ((one, ones), (other, others)) = futures::join!(
        with_two_videos(&stack, "one"),
        with_two_videos(&stack, "other")
    );
    for (tenant, own) in [(&one, &ones), (&other, &others)] {
        let list: VideoList = tenant.get("/videos").await.json();
        let list = listed(list);
        assert_eq!(list.len(), 2);
        assert!(list.iter().all(|video_id| own.contains(video_id)));
        let moments = search(tenant, "condor walks over the hill").await.moments;
        assert!(!moments.is_empty());
        assert!(moments.iter().all(|moment| own.contains(&moment.video_id)));
    }
    every_route_hides_the_video(&one, &others[0]).await;
    let video: Video = other.video(&others[0]).await;
    assert_eq!(
        (video.status, video.title.as_str()),
        (VideoStatus::Ready, "condor.mp4")
    );

    cursors_belong_to_their_tenant(&one, &other, &ones).await;
    filters_reach_no_further(&one, &other, &others[0]).await;
}

/// As one that does not exist: 404, not 403.
async fn every_route_hides_the_video(stranger: &Tenant, video_id: &VideoId) {
    let parts = json!({ "upload_id": "u", "parts": [{ "part_number": 1, "etag": "e" }] });
    let patch = json!({ "title": "taken over" });
    let routes: [(Method, String, Option<&Value>); 10] = [
        (Method::GET, format!("/videos/{video_id}"), None),
        (Method::PATCH, format!("/videos/{video_id}"), Some(&patch)),
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
            Some(&parts),
        ),
    ];
    let unknown = "00000000-0000-7000-8000-000000000000";
    for (method, path, body) in routes {
        let refused = stranger.call(method.clone(), &path, body).await.problem();
        assert_eq!(refused.status, 404, "{method} {path}");
        let path = path.replace(video_id.as_str(), unknown);
        let missing = stranger.call(method.clone(), &path, body).await.problem();
        let same = refused.detail.replace(video_id.as_str(), unknown);
        assert_eq!(same, missing.detail, "{method} {path}");
    }
}

async fn cursors_belong_to_their_tenant(one: &Tenant, other: &Tenant, ones: &[VideoId]) {
    let page: VideoList = one.get("/videos?limit=1").await.json();
    let cursor = page.next_cursor.expect("a second page");
    let request = other
        .request(Method::GET, "/videos")
        .query(&[("cursor", &cursor)]);
    let answer = request.send().await.unwrap();
    let (status, body) = (answer.status().as_u16(), answer.text().await.unwrap());
    assert!(status == 200 || status == 400, "{status} {body}");
    for video_id in ones {
        // The cursor itself may be said again; the videos behind it may not.
        assert!(
            !body.contains(&format!("\"video_id\":\"{video_id}\"")),
            "{body}"
        );
    }
    let body = json!({ "q": "condor", "limit": 1 });
    let page: Value = one.post("/search", &body).await.json();
    let body = json!({ "q": "condor", "limit": 1, "cursor": page["next_cursor"] });
    let answer: Value = other.post("/search", &body).await.json();
    let moments = answer["moments"].to_string();
    assert!(
        ones.iter()
            .all(|video_id| !moments.contains(video_id.as_str()))
    );
}

async fn filters_reach_no_further(stranger: &Tenant, owner: &Tenant, video_id: &VideoId) {
    let body = json!({ "q": "condor", "videos": video_id });
    let answer: Value = stranger.post("/search", &body).await.json();
    assert_eq!(answer["moments"], json!([]));
    let workspace = &owner.workspace;
    for crafted in [
        format!("{workspace}%2F{video_id}"),
        format!("..%2F{workspace}%2F{video_id}"),
        format!("video%23{video_id}"),
        format!("{video_id}%23"),
    ] {
        let answer = stranger.get(&format!("/videos/{crafted}")).await;
        assert_eq!(answer.status, 404, "{crafted}");
        let answer = stranger.get(&format!("/videos/{crafted}/timeline")).await;
        assert_eq!(answer.status, 404, "{crafted}");
    }
    let timeline: Timeline = owner
        .get(&format!("/videos/{video_id}/timeline"))
        .await
        .json();
    assert!(!timeline.tasks.is_empty());
}
