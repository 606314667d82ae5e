//! Object keys of both buckets.

use crate::{Generation, VideoId, Workspace};

/// Prefix of presigned uploads.
pub const UPLOADS_PREFIX: &str = "uploads/";
/// Prefix of the drop folder.
pub const INBOX_PREFIX: &str = "inbox/";
/// Prefix of moments that were opened, in the derived bucket.
pub const FEEDBACK_PREFIX: &str = "feedback/";

/// What an object of the media bucket is, by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaKey {
    /// `uploads/{workspace}/{video_id}/source`
    Upload {
        /// The tenant that asked for the upload.
        workspace: Workspace,
        /// The video that the upload belongs to.
        video_id: VideoId,
    },
    /// `inbox/{workspace}/…`
    Inbox {
        /// The tenant whose folder it is.
        workspace: Workspace,
        /// The last part of the key: becomes the title.
        file_name: String,
    },
}

/// Reads a (decoded) key of the media bucket; `None` for one that starts nothing (subtitles, folders,
/// anything else).
#[must_use]
pub fn parse_media_key(key: &str) -> Option<MediaKey> {
    if let Some(rest) = key.strip_prefix(UPLOADS_PREFIX) {
        let (workspace, rest) = rest.split_once('/')?;
        let (video_id, name) = rest.split_once('/')?;
        let workspace = Workspace::from(workspace);
        return (name == "source" && workspace.is_valid() && !video_id.is_empty()).then(|| {
            MediaKey::Upload {
                workspace,
                video_id: VideoId::from(video_id),
            }
        });
    }
    let (workspace, path) = key.strip_prefix(INBOX_PREFIX)?.split_once('/')?;
    let workspace = Workspace::from(workspace);
    let file_name = path.rsplit('/').next().unwrap_or(path);
    let lower = file_name.to_lowercase();
    let is_subtitle = lower.ends_with(".srt") || lower.ends_with(".vtt");
    (workspace.is_valid() && !file_name.is_empty() && !is_subtitle).then(|| MediaKey::Inbox {
        workspace,
        file_name: file_name.to_owned(),
    })
}

/// Folder of everything uploaded for a video.
#[must_use]
pub fn upload_prefix(workspace: &Workspace, video_id: &VideoId) -> String {
    format!("{UPLOADS_PREFIX}{workspace}/{video_id}/")
}

/// The uploaded video itself.
#[must_use]
pub fn upload_source(workspace: &Workspace, video_id: &VideoId) -> String {
    format!("{UPLOADS_PREFIX}{workspace}/{video_id}/source")
}

/// The subtitle file uploaded with a video.
#[must_use]
pub fn upload_subtitles(workspace: &Workspace, video_id: &VideoId) -> String {
    format!("{UPLOADS_PREFIX}{workspace}/{video_id}/subtitles")
}

/// Where a subtitle file may lie beside an object that was not uploaded through the API: the same key
/// with `.srt` or `.vtt` in place of its extension.
#[must_use]
pub fn subtitles_beside(key: &str) -> Vec<String> {
    let name_starts = key.rfind('/').map_or(0, |slash| slash + 1);
    let stem = match key[name_starts..].rfind('.') {
        Some(dot) if dot > 0 => &key[..name_starts + dot],
        _ => key,
    };
    vec![format!("{stem}.srt"), format!("{stem}.vtt")]
}

/// The stages whose outputs lie in the derived bucket, and whose runs the catalog records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The container's index and the chunk plan.
    Probe,
    /// A copy in a container that can be sought.
    Remux,
    /// Audio, frames and subtitle cues of a chunk.
    Extract,
    /// Text with times of a chunk.
    Transcribe,
    /// Passages and their vectors of a chunk.
    Embed,
    /// Documents of a chunk in the search index.
    Index,
    /// The whole video.
    Finalize,
}

impl Stage {
    /// The stage as it stands in object keys and catalog keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Probe => "probe",
            Stage::Remux => "remux",
            Stage::Extract => "extract",
            Stage::Transcribe => "transcribe",
            Stage::Embed => "embed",
            Stage::Index => "index",
            Stage::Finalize => "finalize",
        }
    }
}

/// Folder of everything computed for a video.
#[must_use]
pub fn derived_prefix(video_id: &VideoId) -> String {
    format!("videos/{video_id}/")
}

/// An output of a stage: `videos/{video_id}/{stage}/{fingerprint}/{name}`.
#[must_use]
pub fn derived(video_id: &VideoId, stage: Stage, fingerprint: &str, name: &str) -> String {
    format!("videos/{video_id}/{}/{fingerprint}/{name}", stage.as_str())
}

/// Folder of everything that was opened of a tenant's videos.
#[must_use]
pub fn feedback_of_workspace(workspace: &Workspace) -> String {
    format!("{FEEDBACK_PREFIX}{workspace}/")
}

/// Folder of everything that was opened of a video.
#[must_use]
pub fn feedback_of_video(workspace: &Workspace, video_id: &VideoId) -> String {
    format!("{}{video_id}/", feedback_of_workspace(workspace))
}

/// A moment that was opened; `id` derives from who opened what for which query.
#[must_use]
pub fn feedback(workspace: &Workspace, video_id: &VideoId, id: &str) -> String {
    format!("{}{id}.json", feedback_of_video(workspace, video_id))
}

/// Name of a chunk's object inside its stage's folder.
#[must_use]
pub fn chunk_name(index: u32, extension: &str) -> String {
    format!("chunk-{index:05}.{extension}")
}

/// Queries that compare the next index with the one that serves: a [`crate::reindex::SavedQueries`].
pub const REINDEX_QUERIES: &str = "reindex/queries.json";

/// Name of the whole video's transcript among what Finalize leaves.
pub const TRANSCRIPT_NAME: &str = "transcript.json";

/// Name of the captions in WebVTT among what Finalize leaves.
pub const CAPTIONS_VTT_NAME: &str = "captions.vtt";
/// Name of the captions in SubRip among what Finalize leaves.
pub const CAPTIONS_SRT_NAME: &str = "captions.srt";

/// A file that Finalize leaves for a generation, `transcript.json` say.
#[must_use]
pub fn finalized(video_id: &VideoId, generation: Generation, name: &str) -> String {
    derived(
        video_id,
        Stage::Finalize,
        &format!("generation-{generation:05}"),
        name,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, expected: Option<MediaKey>) {
        assert_eq!(parse_media_key(key), expected, "{key}");
    }

    #[test]
    fn keys_tell_uploads_from_the_inbox_and_from_the_rest() {
        let upload = MediaKey::Upload {
            workspace: "w".into(),
            video_id: "v".into(),
        };
        let inbox = |name: &str| {
            Some(MediaKey::Inbox {
                workspace: "w".into(),
                file_name: name.into(),
            })
        };
        check("uploads/w/v/source", Some(upload));
        check("uploads/w/v/subtitles", None);
        check("uploads/w/source", None);
        check("inbox/w/a talk.mp4", inbox("a talk.mp4"));
        check("inbox/w/2026/a.mp4", inbox("a.mp4"));
        check("inbox/w/a.SRT", None);
        check("inbox/w/folder/", None);
        check("inbox/../a.mp4", None);
        check("elsewhere", None);
    }

    #[test]
    fn subtitles_lie_beside_under_the_same_stem() {
        assert_eq!(
            subtitles_beside("a.b/talk.v2.mp4"),
            ["a.b/talk.v2.srt", "a.b/talk.v2.vtt"]
        );
        assert_eq!(
            subtitles_beside("a.b/talk"),
            ["a.b/talk.srt", "a.b/talk.vtt"]
        );
    }

    #[test]
    fn feedback_lies_below_its_tenant_and_its_video() {
        let (workspace, video_id) = (Workspace::from("w"), VideoId::from("v"));
        let key = feedback(&workspace, &video_id, "1");
        assert_eq!(key, "feedback/w/v/1.json");
        assert!(key.starts_with(&feedback_of_video(&workspace, &video_id)));
        assert_eq!(feedback_of_workspace(&workspace), "feedback/w/");
    }

    #[test]
    fn an_upload_key_parses_back() {
        let (workspace, video_id) = (Workspace::from("w"), VideoId::from("v"));
        check(
            &upload_source(&workspace, &video_id),
            Some(MediaKey::Upload {
                workspace,
                video_id,
            }),
        );
    }
}
