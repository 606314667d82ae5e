//! What was said, and what was heard of it.

use contracts::{
    VideoId,
    artifacts::{Cue, Transcript},
};
use end_to_end::{Tenant, ffmpeg, scratch};
use serde::{Deserialize, de::DeserializeOwned};
use std::path::PathBuf;

/// A sentence or a few of a sample.
#[derive(Clone, Debug)]
pub struct Narration {
    pub text: String,
    pub start_ms: u64,
    pub end_ms: u64,
}

/// A stretch of a sample in one language.
#[derive(Clone, Debug, Deserialize)]
pub struct Part {
    pub language: String,
    pub start_ms: u64,
    pub end_ms: u64,
}

pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

fn read<T: DeserializeOwned>(path: &str) -> T {
    serde_json::from_slice(&std::fs::read(repository(path)).unwrap()).unwrap()
}

pub fn narrations(sample: &str) -> Vec<Narration> {
    #[derive(Deserialize)]
    struct Truth {
        scenes: Vec<Scene>,
    }
    #[derive(Deserialize)]
    struct Scene {
        narration: Option<Spoken>,
    }
    /// Times in seconds.
    #[derive(Deserialize)]
    struct Spoken {
        text: String,
        start: f64,
        end: f64,
    }
    let truth: Truth = read(&format!("samples/truth/{sample}.json"));
    let spoken = truth.scenes.into_iter().filter_map(|scene| scene.narration);
    spoken
        .map(|spoken| Narration {
            text: spoken.text,
            start_ms: (spoken.start * 1000.0) as u64,
            end_ms: (spoken.end * 1000.0) as u64,
        })
        .collect()
}

pub fn parts(sample: &str) -> Vec<Part> {
    #[derive(Deserialize)]
    struct Parts {
        parts: Vec<Part>,
    }
    read::<Parts>(&format!("samples/extra/{sample}.json")).parts
}

/// Picture and sound of a sample, without its subtitle track.
pub async fn sample_without_text(sample: &str) -> Vec<u8> {
    let folder = scratch();
    let video = repository(&format!("samples/videos/{sample}.mp4"));
    let arguments = format!("-i {} -map 0:v -map 0:a -c copy plain.mp4", video.display());
    ffmpeg(folder.path(), &arguments).await;
    std::fs::read(folder.path().join("plain.mp4")).unwrap()
}

/// A file that the API leads to: `transcript`, `captions.vtt` or `captions.srt`.
pub async fn fetch(tenant: &Tenant, video_id: &VideoId, name: &str) -> String {
    let answer = tenant.get(&format!("/videos/{video_id}/{name}")).await;
    assert_eq!(answer.status, 302, "{answer:?}");
    let address = answer.headers["location"].to_str().unwrap().to_owned();
    let file = tenant.stack.http.get(address).send().await.unwrap();
    assert_eq!(file.status(), 200);
    file.text().await.unwrap()
}

pub async fn transcript(tenant: &Tenant, video_id: &VideoId) -> Transcript {
    serde_json::from_str(&fetch(tenant, video_id, "transcript").await).unwrap()
}

pub fn text(cues: &[Cue]) -> String {
    let texts: Vec<&str> = cues.iter().map(|cue| cue.text.as_str()).collect();
    texts.join(" ")
}
