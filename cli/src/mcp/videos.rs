//! `list_videos` and `get_video`

use contracts::{
    api::{Video, VideoList, VideoStatus},
    artifacts::Warning,
    limits::MAX_PAGE_VIDEOS,
    segments::Channel,
};
use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    answer::{answer, short},
    connection::Connection,
};
use crate::{
    arguments::video_id,
    client::Client,
    failure::Failure,
    rows::{joined, status_words},
    text::{moment as time, printable},
};

const DEFAULT_LIMIT: u32 = 50;
/// Pages that are looked through for a tag in one call.
const MAX_PAGES: usize = 10;
const TITLE_CHARS: usize = 200;

/// Arguments of `list_videos`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListArguments {
    /// Only videos with this tag; whole pages are looked through for it, so that there may be more than limit
    #[serde(default)]
    tag: Option<String>,
    /// At most so many videos; 50 unless given
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// next_cursor of the answer before, for the next page
    #[serde(default)]
    cursor: Option<String>,
}

/// Arguments of `get_video`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VideoArguments {
    /// The video, as search_moments or list_videos name it
    video_id: String,
}

/// Answer of `list_videos`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListAnswer {
    /// Newest first
    videos: Vec<VideoEntry>,
    /// For the next page, as cursor
    next_cursor: Option<String>,
}

/// A video.
#[derive(Debug, Serialize, JsonSchema)]
struct VideoEntry {
    video_id: String,
    title: String,
    /// AWAITING_UPLOAD, PROCESSING, READY, FAILED or DELETING
    #[schemars(with = "String")]
    status: VideoStatus,
    /// Null until known
    duration_ms: Option<u64>,
    /// BCP 47, where known
    language: Option<String>,
    tags: Vec<String>,
    /// What can be searched so far: title, speech, subtitle, visual, screen-text
    #[schemars(with = "Vec<String>")]
    channels: Vec<Channel>,
    /// When it was added, RFC 3339
    created_at: String,
}

/// Answer of `get_video`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VideoDetails {
    #[serde(flatten)]
    entry: VideoEntry,
    file_name: String,
    size_bytes: Option<u64>,
    /// Parts of the newest indexing that are done
    chunks_done: u32,
    /// Of so many; 0 until planned
    chunks_total: u32,
    /// What was lost, and in which stretch
    warnings: Vec<String>,
    /// Why it failed
    error: Option<String>,
    /// Private link that plays it, valid for an hour; #t=START,END in seconds at its end plays a part
    play_url: Option<String>,
}

/// A page of videos.
pub async fn list_videos(
    connection: &Connection,
    arguments: ListArguments,
) -> Result<CallToolResult, Failure> {
    let client = connection.client()?;
    let limit = arguments.limit.unwrap_or(DEFAULT_LIMIT);
    let page = match &arguments.tag {
        None => {
            client
                .videos_page(arguments.cursor.as_deref(), limit)
                .await?
        }
        Some(tag) => tagged(&client, tag, limit, arguments.cursor).await?,
    };
    let mut lines: Vec<String> = page.videos.iter().map(line).collect();
    if lines.is_empty() {
        lines.push(match arguments.tag {
            Some(tag) => format!("No video here has the tag {:?}.", short(&tag, TITLE_CHARS)),
            None => "There are no videos; `vindex upload FILE` adds one.".to_owned(),
        });
    }
    if let Some(cursor) = &page.next_cursor {
        lines.push(format!(
            "There are more: call again with cursor {cursor:?}."
        ));
    }
    let data = ListAnswer {
        videos: page.videos.into_iter().map(VideoEntry::from).collect(),
        next_cursor: page.next_cursor,
    };
    answer(lines.join("\n"), &data)
}

/// The API lists all videos; pages are looked through until enough carry the tag.
async fn tagged(
    client: &Client,
    tag: &str,
    limit: u32,
    cursor: Option<String>,
) -> Result<VideoList, Failure> {
    let mut found = VideoList {
        videos: Vec::new(),
        next_cursor: cursor,
    };
    for _ in 0..MAX_PAGES {
        let page = client
            .videos_page(found.next_cursor.as_deref(), MAX_PAGE_VIDEOS)
            .await?;
        let carries = |video: &Video| video.tags.iter().any(|carried| carried == tag);
        found.videos.extend(page.videos.into_iter().filter(carries));
        found.next_cursor = page.next_cursor;
        if found.next_cursor.is_none() || found.videos.len() >= limit as usize {
            break;
        }
    }
    Ok(found)
}

/// One video.
pub async fn get_video(
    connection: &Connection,
    arguments: VideoArguments,
) -> Result<CallToolResult, Failure> {
    let id = video_id(&arguments.video_id).map_err(Failure::WrongUse)?;
    let video = connection.client()?.video(&id).await?;
    let text = details(&video);
    let data = VideoDetails {
        file_name: video.file_name.clone(),
        size_bytes: video.size_bytes,
        chunks_done: video.chunks_done,
        chunks_total: video.chunks_total,
        warnings: video.warnings.iter().map(warning).collect(),
        error: error(&video),
        play_url: video.source_url.clone(),
        entry: VideoEntry::from(video),
    };
    answer(text, &data)
}

impl From<Video> for VideoEntry {
    fn from(video: Video) -> Self {
        Self {
            video_id: video.video_id.0,
            title: short(&video.title, TITLE_CHARS),
            status: video.status,
            duration_ms: video.duration_ms,
            language: video.language,
            tags: video.tags,
            channels: video.channels,
            created_at: video.created_at,
        }
    }
}

fn line(video: &Video) -> String {
    let length = video
        .duration_ms
        .map_or_else(|| "length unknown".to_owned(), time);
    let mut parts = vec![status_words(video), length];
    parts.extend(video.language.as_deref().map(printable));
    let channels = joined(video.channels.iter().map(|channel| channel.as_str()));
    let tags = printable(&joined(video.tags.iter().map(String::as_str)));
    for (name, listed) in [("channels", channels), ("tags", tags)] {
        if !listed.is_empty() {
            parts.push(format!("{name}: {listed}"));
        }
    }
    let title = short(&video.title, TITLE_CHARS);
    format!(
        "{title}\n   video_id {}; {}",
        printable(video.video_id.as_str()),
        parts.join("; ")
    )
}

fn details(video: &Video) -> String {
    let mut lines = vec![
        line(video),
        format!("   file {}", short(&video.file_name, TITLE_CHARS)),
    ];
    if video.status == VideoStatus::Processing {
        lines.push(format!(
            "   indexed: {} of {} parts",
            video.chunks_done, video.chunks_total
        ));
    }
    lines.extend(error(video).map(|error| format!("   failed: {error}")));
    lines.extend(
        video
            .warnings
            .iter()
            .map(|lost| format!("   warning: {}", warning(lost))),
    );
    lines.extend(video.source_url.iter().map(|url| {
        format!(
            "   private link, valid for an hour (#t=START,END in seconds plays a part): {}",
            printable(url)
        )
    }));
    lines.join("\n")
}

fn error(video: &Video) -> Option<String> {
    let error = video.error.as_ref()?;
    Some(printable(&format!(
        "{} ({} in {})",
        error.message, error.name, error.state
    )))
}

fn warning(warning: &Warning) -> String {
    let message = printable(&warning.message);
    match (warning.start_ms, warning.end_ms) {
        (Some(start_ms), Some(end_ms)) => {
            format!("{message} ({}–{})", time(start_ms), time(end_ms))
        }
        _ => message,
    }
}
