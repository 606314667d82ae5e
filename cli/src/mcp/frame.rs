//! `get_frame`

use std::time::Duration;

use anyhow::anyhow;
use base64::{Engine, engine::general_purpose::STANDARD};
use contracts::api::Video;
use rmcp::model::{CallToolResult, ContentBlock};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    answer::short,
    connection::Connection,
    cut::{self, Cut},
    thumbnail::{self, Thumbnail},
};
use crate::{
    arguments::video_id, client::Client, failure::Failure, ffmpeg::Ffmpeg, text::moment as time,
};

/// For all that ffmpeg does; after it a thumbnail has to do.
const CUT_TIME_LIMIT: Duration = Duration::from_secs(40);

/// Arguments of `get_frame`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameArguments {
    /// The video, as search_moments or list_videos name it
    video_id: String,
    /// Milliseconds from the start of the video
    at_ms: u64,
}

/// The picture and a line that says what it is. No data beside them: agents that take data leave pictures out.
pub async fn get_frame(
    connection: &Connection,
    arguments: FrameArguments,
) -> Result<CallToolResult, Failure> {
    let id = video_id(&arguments.video_id).map_err(Failure::WrongUse)?;
    let client = connection.client()?;
    let video = client.video(&id).await?;
    let at_ms = inside(&video, arguments.at_ms)?;
    let title = short(&video.title, 200);
    let reason = match cut(&client, &video, at_ms).await {
        Ok(cut) => {
            let line = format!(
                "{title}: the frame at {} ({} ms).",
                time(cut.shown_ms),
                cut.shown_ms
            );
            return Ok(picture(line, &cut.jpeg));
        }
        Err(reason) => reason,
    };
    let Some(thumbnail) = thumbnail::near(&client, &video, at_ms).await? else {
        return Err(Failure::Failed(anyhow!(
            "there is no picture of {title} near {}: {reason:#}, and no thumbnail is within 30 s; with VINDEX_FFMPEG \
             set to an ffmpeg any frame can be cut",
            time(at_ms)
        )));
    };
    let Thumbnail {
        start_ms, end_ms, ..
    } = thumbnail;
    let asked = if (start_ms..end_ms).contains(&at_ms) {
        String::new()
    } else {
        format!(", the nearest to {}", time(at_ms))
    };
    let line = format!(
        "{title}: not the very frame, but the thumbnail of the shot {}–{}{asked} ({reason:#}).",
        time(start_ms),
        time(end_ms)
    );
    Ok(picture(line, &thumbnail.jpeg))
}

/// The time, moved from the end into the last frames; an error where the video is shorter.
fn inside(video: &Video, at_ms: u64) -> Result<u64, Failure> {
    match video.duration_ms {
        Some(duration_ms) if at_ms > duration_ms => Err(Failure::WrongUse(format!(
            "at_ms {at_ms} is behind the end: the video is {} long ({duration_ms} ms)",
            time(duration_ms)
        ))),
        Some(duration_ms) => Ok(at_ms.min(duration_ms.saturating_sub(1))),
        None => Ok(at_ms),
    }
}

async fn cut(client: &Client, video: &Video, at_ms: u64) -> anyhow::Result<Cut> {
    let source_url = video.source_url.as_deref();
    let source_url = source_url.ok_or_else(|| anyhow!("the video's file has not arrived"))?;
    let ffmpeg = Ffmpeg::find().ok_or_else(|| anyhow!("no ffmpeg is at hand"))?;
    let cut = cut::cut(&ffmpeg, client.plain(), source_url, at_ms);
    let cut = tokio::time::timeout(CUT_TIME_LIMIT, cut).await;
    cut.unwrap_or_else(|_| Err(anyhow!("ffmpeg took too long")))
}

fn picture(line: String, jpeg: &[u8]) -> CallToolResult {
    let image = ContentBlock::image(STANDARD.encode(jpeg), "image/jpeg");
    CallToolResult::success(vec![image, ContentBlock::text(line)])
}
