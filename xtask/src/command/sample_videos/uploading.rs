//! Brings the samples in, unless an earlier demo did.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::samples::Sample;
use super::vindex_cli::{Video, VindexCli};
use crate::progress::Progress;

/// Carried by every video of the demo, so that its queries see no other.
pub const TAG: &str = "vindex-demo";
const POLL_INTERVAL: Duration = Duration::from_millis(500);
const INDEX_LIMIT: Duration = Duration::from_secs(600);

/// What to do about a sample, given what an earlier demo left of it.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// The video that already is this sample, ready or on its way.
    kept: Option<Video>,
    /// Ids of videos that are in the way: another version, a second copy, or one that failed.
    removed: Vec<String>,
}

/// Uploads what is missing, from the copies in `folder`; gives the sample's name for each video id.
///
/// # Errors
/// When an upload is refused or a video can't be indexed.
pub fn upload(
    cli: &VindexCli,
    samples: &[Sample],
    folder: &Path,
    progress: &Progress,
) -> Result<BTreeMap<String, String>> {
    let known = cli.videos()?;
    let mut uploaded = BTreeMap::new();
    for sample in samples {
        let copy = folder.join(sample.file_name());
        let video = progress.step(sample.title(), || bring_in(cli, sample, &copy, &known))?;
        uploaded.insert(video.video_id, sample.name().to_owned());
    }
    Ok(uploaded)
}

fn bring_in(
    cli: &VindexCli,
    sample: &Sample,
    copy: &Path,
    known: &[Video],
) -> Result<(Video, String)> {
    let version_tag = format!("{TAG}-{:.12}", sample.digest()?);
    let plan = plan(known, &sample.file_name(), &version_tag);
    for video_id in &plan.removed {
        cli.delete(video_id)?;
    }
    let (video, how) = match plan.kept {
        Some(video) if video.status == "READY" => (video, "already there"),
        Some(video) => (
            wait_ready(cli, &video.video_id)?,
            "was on its way, now ready",
        ),
        None => (
            cli.upload(copy, sample.title(), &[TAG, &version_tag])?,
            "ready",
        ),
    };
    if video.status != "READY" {
        let error = video.error.unwrap_or_default();
        bail!(
            "the video is {}: {} in {}: {}",
            video.status,
            error.name,
            error.state,
            error.message
        );
    }
    let note = note(how, &video);
    Ok((video, note))
}

fn plan(known: &[Video], file_name: &str, version_tag: &str) -> Plan {
    let mut plan = Plan {
        kept: None,
        removed: Vec::new(),
    };
    let has = |video: &Video, tag: &str| video.tags.iter().any(|known| known == tag);
    let mut copies: Vec<&Video> = known
        .iter()
        .filter(|video| video.file_name == file_name && has(video, TAG))
        .filter(|video| video.status != "DELETING")
        .collect();
    // One that is ready is kept before one that still has to become so.
    copies.sort_by_key(|video| video.status != "READY");
    for video in copies {
        let is_good = matches!(video.status.as_str(), "READY" | "PROCESSING");
        if is_good && has(video, version_tag) && plan.kept.is_none() {
            plan.kept = Some(video.clone());
        } else {
            plan.removed.push(video.video_id.clone());
        }
    }
    plan
}

fn wait_ready(cli: &VindexCli, video_id: &str) -> Result<Video> {
    let started = Instant::now();
    loop {
        let video = cli.show(video_id)?;
        if video.status != "PROCESSING" {
            return Ok(video);
        }
        if started.elapsed() > INDEX_LIMIT {
            bail!(
                "{video_id} is still being indexed after {} s",
                INDEX_LIMIT.as_secs()
            );
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// What to say about a video that is there: what can be searched, and what was lost.
pub fn note(how: &str, video: &Video) -> String {
    let channels = match video.channels.as_slice() {
        [] => "nothing".to_owned(),
        channels => channels.join(", "),
    };
    let warnings: String = video
        .warnings
        .iter()
        .map(|warning| format!("; warning: {}", warning.message))
        .collect();
    format!("{how}, searchable: {channels}{warnings}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(id: &str, file_name: &str, status: &str, tags: &[&str]) -> Video {
        Video {
            video_id: id.to_owned(),
            file_name: file_name.to_owned(),
            status: status.to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Video::default()
        }
    }

    fn check(known: &[Video], kept: Option<&str>, removed: &[&str]) {
        let plan = plan(known, "a.mp4", "v1");
        assert_eq!(plan.kept.map(|video| video.video_id).as_deref(), kept);
        assert_eq!(plan.removed, removed);
    }

    #[test]
    fn what_an_earlier_demo_uploaded_is_kept() {
        check(
            &[video("1", "a.mp4", "READY", &[TAG, "v1"])],
            Some("1"),
            &[],
        );
        check(
            &[video("1", "a.mp4", "PROCESSING", &[TAG, "v1"])],
            Some("1"),
            &[],
        );
    }

    #[test]
    fn the_ready_copy_is_kept_and_the_others_go() {
        let known = [
            video("1", "a.mp4", "PROCESSING", &[TAG, "v1"]),
            video("2", "a.mp4", "READY", &[TAG, "v1"]),
            video("3", "a.mp4", "READY", &[TAG, "v1"]),
        ];
        check(&known, Some("2"), &["3", "1"]);
    }

    #[test]
    fn other_versions_and_failures_are_replaced() {
        let known = [
            video("1", "a.mp4", "READY", &[TAG, "v0"]),
            video("2", "a.mp4", "FAILED", &[TAG, "v1"]),
            video("3", "a.mp4", "AWAITING_UPLOAD", &[TAG, "v1"]),
            video("4", "a.mp4", "DELETING", &[TAG, "v1"]),
        ];
        check(&known, None, &["1", "2", "3"]);
    }

    #[test]
    fn the_users_own_videos_are_left_alone() {
        let known = [
            video("1", "a.mp4", "READY", &["v1"]),
            video("2", "b.mp4", "READY", &[TAG, "v1"]),
        ];
        check(&known, None, &[]);
    }
}
