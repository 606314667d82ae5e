//! Turns messages of S3 into executions of `index-video`.
//!
//! S3 delivers at least once and out of order. What an object starts is decided and written down by
//! the catalog, and the execution's name derives from that, so a message may come any number of times.

mod arrival;
mod config;

pub use config::Config;

use arrival::arrivals;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use aws_sdk_dynamodb::Client;
use catalog::{ArrivedObject, Catalog, CatalogError, Claim, VideoRecord};
use contracts::{
    ErrorName, VideoId, Workspace,
    api::Origin,
    keys::{MediaKey, parse_media_key},
};
use lambda_kit::TaskError;
use workflow::Workflow;

/// What the handler works with.
#[derive(Debug)]
pub struct Dependencies {
    media_bucket: String,
    catalog: Catalog,
    workflow: Workflow,
}

impl Dependencies {
    /// Builds the clients, once, at cold start.
    #[must_use]
    pub fn new(config: Config, aws: &aws_config::SdkConfig) -> Self {
        Self {
            media_bucket: config.media_bucket,
            catalog: Catalog::new(Client::new(aws), config.table),
            workflow: Workflow::new(aws, config.index_state_machine_arn),
        }
    }
}

/// Works through a batch; a message that fails is named, so that only it comes again.
pub async fn handle(deps: &Dependencies, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        if let Err(error) = ingest(deps, message.body.as_deref().unwrap_or_default()).await {
            tracing::warn!(error.name = %error.name, error.chain = error.chain(), "message failed");
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    response
}

async fn ingest(deps: &Dependencies, body: &str) -> Result<(), TaskError> {
    let arrivals =
        arrivals(body).map_err(|error| TaskError::caused(ErrorName::InvalidRequest, error))?;
    for arrival in arrivals {
        let source = &arrival.source;
        if source.bucket != deps.media_bucket {
            tracing::warn!("an event of another bucket is passed over");
            continue;
        }
        match parse_media_key(&source.key) {
            Some(MediaKey::Upload {
                workspace,
                video_id,
            }) => {
                start(deps, &workspace, &video_id, &arrival).await?;
            }
            Some(MediaKey::Inbox {
                workspace,
                file_name,
            }) => {
                let video_id =
                    workflow::video_id_of_object(&workspace, &source.bucket, &source.key);
                make_known(deps, &workspace, &video_id, file_name).await?;
                start(deps, &workspace, &video_id, &arrival).await?;
            }
            None => {}
        }
    }
    Ok(())
}

async fn make_known(
    deps: &Dependencies,
    workspace: &Workspace,
    video_id: &VideoId,
    file_name: String,
) -> Result<(), TaskError> {
    let mut record = VideoRecord::new(
        workspace.clone(),
        video_id.clone(),
        Origin::Inbox,
        "inbox".to_owned(),
    );
    record.title.clone_from(&file_name);
    record.file_name = file_name;
    match deps.catalog.create(&record).await {
        Ok(()) | Err(CatalogError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn start(
    deps: &Dependencies,
    workspace: &Workspace,
    video_id: &VideoId,
    arrival: &ArrivedObject,
) -> Result<(), TaskError> {
    match deps.catalog.claim(workspace, video_id, arrival).await {
        // Deleted before its event came: nothing is left to do.
        Ok(Claim::Ignore) | Err(CatalogError::VideoGone) => return Ok(()),
        Ok(Claim::Later) => {
            return Err(TaskError::new(
                ErrorName::VideoGone,
                "the video that had this key is being deleted: the message comes again",
            ));
        }
        Ok(Claim::Start(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let Some(record) = deps.catalog.get(workspace, video_id).await? else {
        return Ok(());
    };
    deps.workflow.start_index(&record).await?;
    tracing::info!(video.id = %video_id, video.generation = record.generation, "execution started");
    Ok(())
}
