//! Waiting for a video.

use std::time::Duration;

use anyhow::anyhow;
use contracts::{
    VideoId,
    api::{Video, VideoStatus},
};

use crate::{client::Client, failure::Failure, output::Output, progress::StageProgress};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Asks until the video is READY or FAILED.
///
/// # Errors
/// When the API can't be asked, or the video is deleted meanwhile.
pub async fn until_done(client: &Client, output: &Output, id: &VideoId) -> Result<Video, Failure> {
    let mut progress = StageProgress::start(output.bars());
    let mut pause = FIRST_PAUSE;
    loop {
        let video = client.video(id).await?;
        progress.show(&video);
        match video.status {
            VideoStatus::Ready | VideoStatus::Failed => return Ok(video),
            VideoStatus::Deleting => return Err(anyhow!("{id} is being deleted").into()),
            VideoStatus::AwaitingUpload | VideoStatus::Processing => {}
        }
        tokio::time::sleep(pause).await;
        pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
    }
}
