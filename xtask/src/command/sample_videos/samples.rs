//! The sample videos, what is known to be in them, and the queries about it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::digest;

/// All samples.
pub struct Samples {
    /// The videos, by name.
    pub videos: Vec<Sample>,
    /// The queries, in the file's order.
    pub queries: Vec<Query>,
}

/// One sample video.
pub struct Sample {
    /// The file, `farm-morning.mp4` say.
    pub file: PathBuf,
    truth: Truth,
}

/// What `truth/NAME.json` says, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Truth {
    id: String,
    title: String,
    duration: f64,
    scenes: Vec<Scene>,
}

/// A photograph of a sample, with its times in seconds.
#[derive(Debug, Deserialize)]
struct Scene {
    scene: u32,
    start: f64,
    end: f64,
}

/// A query and the passage that answers it.
#[derive(Debug, Clone, Deserialize)]
pub struct Query {
    /// The words.
    pub query: String,
    /// The sample that holds the answer; none where no sample does.
    pub video: Option<String>,
    /// First millisecond of the passage.
    #[serde(default)]
    pub start_ms: u64,
    /// The millisecond after its last.
    #[serde(default)]
    pub end_ms: u64,
    /// The channel in which the answer lies.
    #[serde(default)]
    pub needs: Option<String>,
}

impl Sample {
    /// Its name in the queries.
    pub fn name(&self) -> &str {
        &self.truth.id
    }

    /// The title it is uploaded under.
    pub fn title(&self) -> &str {
        &self.truth.title
    }

    /// Its length in milliseconds.
    pub fn duration_ms(&self) -> u64 {
        milliseconds(self.truth.duration)
    }

    /// Number, first millisecond and the millisecond after the last of each of its photographs.
    pub fn scenes(&self) -> impl Iterator<Item = (u32, u64, u64)> {
        self.truth.scenes.iter().map(|scene| {
            (
                scene.scene,
                milliseconds(scene.start),
                milliseconds(scene.end),
            )
        })
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        let name = self.file.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Digest over everything that is uploaded: it changes as soon as the sample does.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn digest(&self) -> Result<String> {
        let of_file = digest::of_file(&self.file)?;
        Ok(digest::of_texts([self.title(), of_file.as_str()]))
    }
}

impl Samples {
    /// Reads the samples in `folder`.
    ///
    /// # Errors
    /// When a file is missing or can't be read, or a query names a video that is not there.
    pub fn read(folder: &Path) -> Result<Self> {
        let truths = folder.join("truth");
        let mut videos = Vec::new();
        for entry in fs::read_dir(&truths)
            .with_context(|| format!("{} can't be listed", truths.display()))?
        {
            let truth: Truth = read_json(&entry?.path())?;
            let file = folder.join("videos").join(format!("{}.mp4", truth.id));
            videos.push(Sample { file, truth });
        }
        videos.sort_by(|one, other| one.name().cmp(other.name()));
        let queries: Vec<Query> = read_json(&folder.join("queries.json"))?;
        let samples = Self { videos, queries };
        let named = samples
            .queries
            .iter()
            .filter_map(|query| query.video.as_deref());
        for name in named {
            if samples.video(name).is_none() {
                bail!("queries.json names the video {name}, which is not among the samples");
            }
        }
        Ok(samples)
    }

    /// The sample of that name.
    pub fn video(&self, name: &str) -> Option<&Sample> {
        self.videos.iter().find(|video| video.name() == name)
    }

    /// The queries whose answer lies in the channel of that name.
    pub fn queries_that_need(&self, channel: &str) -> Vec<&Query> {
        self.queries
            .iter()
            .filter(|query| query.needs.as_deref() == Some(channel))
            .collect()
    }
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

/// Reads a JSON file.
///
/// # Errors
/// When it can't be read or holds something else.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not as expected", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_of_the_repository_are_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
        let samples = Samples::read(&folder).unwrap();
        assert_eq!(samples.videos.len(), 5);
        for (channel, count) in [("speech", 29), ("visual", 12), ("screen-text", 8)] {
            assert_eq!(samples.queries_that_need(channel).len(), count, "{channel}");
        }
        assert!(samples.videos.iter().all(|video| video.file.exists()));
        let mut digests: Vec<String> = samples
            .videos
            .iter()
            .map(|video| video.digest().unwrap())
            .collect();
        digests.dedup();
        assert_eq!(digests.len(), 5);
    }

    #[test]
    fn the_digest_follows_the_video() {
        let folder = tempfile::tempdir().unwrap();
        for sub_folder in ["truth", "videos"] {
            fs::create_dir(folder.path().join(sub_folder)).unwrap();
        }
        fs::write(
            folder.path().join("truth/a.json"),
            r#"{"id": "a", "title": "A", "duration": 1.0, "scenes": []}"#,
        )
        .unwrap();
        fs::write(folder.path().join("videos/a.mp4"), "video").unwrap();
        fs::write(folder.path().join("queries.json"), "[]").unwrap();
        let samples = Samples::read(folder.path()).unwrap();
        let before = samples.videos[0].digest().unwrap();
        fs::write(folder.path().join("videos/a.mp4"), "other").unwrap();
        assert_ne!(samples.videos[0].digest().unwrap(), before);
    }

    #[test]
    fn a_query_about_a_missing_video_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("truth")).unwrap();
        let queries =
            r#"[{"query": "q", "video": "b", "start_ms": 0, "end_ms": 1, "needs": "speech"}]"#;
        fs::write(folder.path().join("queries.json"), queries).unwrap();
        let error = Samples::read(folder.path()).err().unwrap().to_string();
        assert!(error.contains("the video b"), "{error}");
    }
}
