//! Names the next videos that a reindex goes through, and notes how far it has come.

mod config;

pub use config::Config;

use aws_sdk_dynamodb::Client;
use catalog::Catalog;
use contracts::reindex::{
    BATCH_VIDEOS, ListVideosRequest, ListVideosResponse, ReindexVideosRequest, VideoName,
};
use lambda_kit::TaskError;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    catalog: Catalog,
}

impl Dependencies {
    /// Builds the client, once, at cold start.
    #[must_use]
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Self {
        Self {
            catalog: Catalog::new(Client::new(aws), config.table),
        }
    }
}

/// A page of videos of which something is served.
///
/// # Errors
/// [`contracts::ErrorName::Superseded`] where another run has begun, or the table can't be read.
pub async fn handle(
    deps: &Dependencies,
    request: ListVideosRequest,
) -> Result<ListVideosResponse, TaskError> {
    let done = request.videos_done;
    deps.catalog
        .note_reindex(&request.run_id, |progress| progress.videos_done = done)
        .await?;
    let page = deps.catalog.served_videos(request.token.as_deref()).await?;
    Ok(ListVideosResponse {
        listed: u32::try_from(page.videos.len()).unwrap_or(u32::MAX),
        batches: batches(&page.videos),
        next_token: page.next_token,
    })
}

fn batches(videos: &[VideoName]) -> Vec<ReindexVideosRequest> {
    let batches = videos.chunks(BATCH_VIDEOS);
    batches
        .map(|videos| ReindexVideosRequest {
            videos: videos.to_vec(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(videos: usize, expected: &[usize]) {
        let video = VideoName {
            workspace: "w".into(),
            video_id: "v".into(),
        };
        let batches = batches(&vec![video; videos]);
        let sizes: Vec<usize> = batches.iter().map(|batch| batch.videos.len()).collect();
        assert_eq!(sizes, expected);
    }

    #[test]
    fn every_video_is_in_one_batch() {
        check(0, &[]);
        check(10, &[10]);
        check(21, &[10, 10, 1]);
    }
}
