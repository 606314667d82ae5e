//! What the tasks of a running indexing write on the video.
//!
//! Chunks finish at the same time, so these are single updates of sets: adding a member twice changes
//! nothing, and none reads before it writes.

use crate::{Catalog, CatalogError, VideoRecord, keys, record::now};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use contracts::{segments::Channel, tasks::VideoRef};
use std::collections::HashMap;

/// Holds for the newest indexing of a video that is not being deleted.
const IS_CURRENT: &str = "generation = :generation AND #status <> :deleting";

/// What probe-media found out about the video as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Length in milliseconds.
    pub duration_ms: u64,
    /// How many chunks.
    pub chunks_total: u32,
}

impl Catalog {
    /// Notes length and chunk count of the newest indexing.
    ///
    /// # Errors
    /// [`CatalogError::VideoGone`] or [`CatalogError::Superseded`] where the work is not wanted any more.
    pub async fn record_plan(&self, video: &VideoRef, plan: Plan) -> Result<(), CatalogError> {
        let written = self
            .update_current(video)
            .update_expression(
                "SET duration_ms = :duration, chunks_total = :chunks, updated_at = :now ADD revision :one",
            )
            .expression_attribute_values(":duration", AttributeValue::N(plan.duration_ms.to_string()))
            .expression_attribute_values(":chunks", AttributeValue::N(plan.chunks_total.to_string()))
            .send()
            .await;
        self.explain(video, written).await.map(|_| ())
    }

    /// Notes that a chunk can be searched, and through which channels where its generation is the one
    /// that is served; answers the video as it stands then.
    ///
    /// # Errors
    /// [`CatalogError::VideoGone`] or [`CatalogError::Superseded`] where the work is not wanted any more.
    pub async fn record_chunk_indexed(
        &self,
        video: &VideoRef,
        chunk: u32,
        channels: &[Channel],
    ) -> Result<VideoRecord, CatalogError> {
        let chunk = AttributeValue::Ns(vec![chunk.to_string()]);
        if !channels.is_empty() {
            let names = channels
                .iter()
                .map(|channel| channel.as_str().to_owned())
                .collect();
            let written = self
                .update_current(video)
                .condition_expression(format!(
                    "{IS_CURRENT} AND serving_generation = :generation"
                ))
                .update_expression(
                    "SET updated_at = :now ADD revision :one, chunks_indexed :chunk, channels :channels",
                )
                .expression_attribute_values(":chunk", chunk.clone())
                .expression_attribute_values(":channels", AttributeValue::Ss(names))
                .return_values(ReturnValue::AllNew)
                .send()
                .await;
            match written.map_err(CatalogError::from) {
                // An earlier generation is served meanwhile: Finalize changes the channels with it.
                Err(CatalogError::Conflict) => {}
                other => return as_record(other?.attributes),
            }
        }
        let written = self
            .update_current(video)
            .update_expression("SET updated_at = :now ADD revision :one, chunks_indexed :chunk")
            .expression_attribute_values(":chunk", chunk)
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        as_record(self.explain(video, written).await?.attributes)
    }

    fn update_current(
        &self,
        video: &VideoRef,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::video(&video.workspace, &video.video_id)))
            .condition_expression(IS_CURRENT)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(
                ":generation",
                AttributeValue::N(video.generation.to_string()),
            )
            .expression_attribute_values(":deleting", deleting())
            .expression_attribute_values(":now", AttributeValue::S(now()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
    }

    /// Turns a failed condition into its reason.
    async fn explain<T, E>(
        &self,
        video: &VideoRef,
        written: Result<T, E>,
    ) -> Result<T, CatalogError>
    where
        CatalogError: From<E>,
    {
        match written.map_err(CatalogError::from) {
            Err(CatalogError::Conflict) => {
                self.current(video).await?;
                Err(CatalogError::Conflict)
            }
            other => other,
        }
    }
}

/// The status of a video that is being deleted, as conditions compare it.
pub(crate) fn deleting() -> AttributeValue {
    AttributeValue::S("DELETING".to_owned())
}

fn as_record(
    attributes: Option<HashMap<String, AttributeValue>>,
) -> Result<VideoRecord, CatalogError> {
    Ok(serde_dynamo::from_item(attributes.unwrap_or_default())?)
}
