//! Pictures, from an upload to an answer, on the stack.
#![expect(
    clippy::unwrap_used,
    reason = "clippy's exception for tests does not reach the functions that tests share"
)]

use base64::{Engine, engine::general_purpose::STANDARD};
use contracts::{
    api::{Moment, SearchResponse, Video, VideoStatus},
    segments::Channel,
};
use end_to_end::{Source, Stack, Tenant, ffmpeg, scratch};
use serde_json::{Value, json};
use std::{
    ops::Range,
    path::{Path, PathBuf},
};

const SAMPLE: &str = "wildlife-notebook";
/// The koala's scene in the sample, with the caption that names the zoo, in milliseconds.
const KOALA: Range<u64> = 39_917..45_292;
/// The parrot's.
const PARROT: Range<u64> = 20_875..27_167;

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../samples/videos/{SAMPLE}.mp4"))
}

/// The sample without sound and text.
async fn indexed(tenant: &Tenant) -> Video {
    let folder = scratch();
    let arguments = format!("-i {} -map 0:v -c copy silent.mp4", sample().display());
    ffmpeg(folder.path(), &arguments).await;
    let bytes = std::fs::read(folder.path().join("silent.mp4")).unwrap();
    let video_id = tenant.upload(&Source::new("silent.mp4", bytes)).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    video
}

/// A picture of the sample as a file of the name's kind.
async fn picture_at(folder: &Path, second: f64, name: &str) -> Vec<u8> {
    let input = format!("-ss {second} -i {}", sample().display());
    ffmpeg(folder, &format!("{input} -frames:v 1 -update 1 {name}")).await;
    std::fs::read(folder.join(name)).unwrap()
}

async fn search(tenant: &Tenant, body: Value) -> SearchResponse {
    tenant.post("/search", &body).await.json()
}

fn check_within(moment: &Moment, scene: Range<u64>) {
    assert!(
        moment.start_ms + 200 >= scene.start && moment.end_ms <= scene.end + 200,
        "{moment:?} is not of {scene:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shown_and_what_is_written_is_found() {
    let tenant = Stack::from_env().await.new_tenant("pictures").await;
    let video = indexed(&tenant).await;
    assert_eq!(
        video.channels,
        [Channel::Title, Channel::Visual, Channel::ScreenText]
    );

    let shown = search(&tenant, json!({ "q": "a koala", "channels": "visual" })).await;
    assert!(shown.visual_model.unwrap().stand_in);
    let koala = &shown.moments[0];
    check_within(koala, KOALA);
    assert_eq!(koala.evidence[0].labels[0], "koala");
    assert_eq!(koala.evidence[0].text, "");

    let written = search(&tenant, json!({ "q": "Perth Zoo" })).await;
    check_within(&written.moments[0], KOALA);
    let evidence = &written.moments[0].evidence;
    let caption = evidence
        .iter()
        .find(|evidence| evidence.channel == Channel::ScreenText)
        .unwrap();
    assert!(caption.text.contains("Perth Zoo"), "{caption:?}");
    assert_eq!(caption.highlights.len(), 2, "{caption:?}");

    // What the thumbnail shows is what matched: searched for by itself it leads to where it is from.
    let thumbnail = koala.thumbnail_url.as_ref().unwrap();
    let file = tenant.stack.http.get(thumbnail).send().await.unwrap();
    let image = STANDARD.encode(file.bytes().await.unwrap());
    let again = search(&tenant, json!({ "image": image })).await;
    let first = &again.moments[0];
    assert_eq!(
        (first.start_ms, first.end_ms),
        (koala.start_ms, koala.end_ms)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_and_a_moment_are_queries_too() {
    let tenant = Stack::from_env().await.new_tenant("example").await;
    // Twice, so that something is like each moment.
    tokio::join!(indexed(&tenant), indexed(&tenant));
    let folder = scratch();
    for name in ["parrot.jpg", "parrot.png"] {
        let image = STANDARD.encode(picture_at(folder.path(), 24.0, name).await);
        let answer = search(&tenant, json!({ "image": image })).await;
        check_within(&answer.moments[0], PARROT);
        assert_eq!(answer.degraded, Vec::<String>::new());
    }

    let found = search(&tenant, json!({ "q": "red parrot", "channels": "visual" })).await;
    check_within(&found.moments[0], PARROT);
    let itself = &found.moments[0];
    let segment = &itself.evidence[0].segment_id;
    let alike = search(&tenant, json!({ "like": segment })).await;
    check_within(&alike.moments[0], PARROT);
    let ids = alike.moments.iter().flat_map(|moment| &moment.evidence);
    assert!(
        ids.map(|evidence| &evidence.segment_id)
            .all(|id| id != segment)
    );

    // The command line makes a picture small enough by itself.
    let input = format!("-ss 24 -i {}", sample().display());
    let huge = format!("{input} -frames:v 1 -update 1 -vf scale=4000:-2,noise=alls=20 huge.png");
    ffmpeg(folder.path(), &huge).await;
    let path = folder.path().join("huge.png");
    assert!(path.metadata().unwrap().len() > 4_000_000);
    let arguments = ["search", "--image", path.to_str().unwrap(), "--json"];
    let run = tenant.command_line().run(arguments).await;
    assert_eq!(run.code, 0, "{run:?}");
    let answer: SearchResponse = serde_json::from_str(&run.output).unwrap();
    check_within(&answer.moments[0], PARROT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_that_are_none_are_refused_by_name() {
    let tenant = Stack::from_env().await.new_tenant("hostile").await;
    let folder = scratch();
    let jpeg = picture_at(folder.path(), 1.0, "whole.jpg").await;
    let half = &jpeg[..jpeg.len() / 2];
    // A header that promises 60,000 x 60,000 pixels.
    let mut bomb = picture_at(folder.path(), 1.0, "whole.png").await;
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let mut checksum = flate2::Crc::new();
    checksum.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
    for (image, status, named) in [
        (STANDARD.encode(half), 400, "breaks off"),
        (STANDARD.encode(&bomb), 400, "60000 x 60000"),
        (STANDARD.encode(b"GIF89a"), 400, "JPEG"),
        ("not base64!".to_owned(), 400, "base64"),
        (STANDARD.encode(vec![0; 4_000_001]), 413, "4000000"),
        (STANDARD.encode(vec![0; 4_400_000]), 413, "bytes"),
    ] {
        let problem = tenant
            .post("/search", &json!({ "image": image }))
            .await
            .problem();
        assert_eq!(problem.status, status, "{problem:?}");
        assert!(problem.detail.contains(named), "{problem:?}");
    }
    let unknown = json!({ "like": "no:1:such:0:0" });
    let answer = tenant.post("/search", &unknown).await;
    assert_eq!(answer.problem().status, 404);
}
