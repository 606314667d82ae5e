//! What the tasks of a running indexing write on the video.
//!
//! Chunks finish at the same time, so these are single updates of sets: adding a member twice changes
//! nothing, and none reads before it writes.

use crate::{Catalog, CatalogError, keys, record::now};
use aws_sdk_dynamodb::types::AttributeValue;
use contracts::{segments::Channel, tasks::VideoRef};

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
        self.explain(video, written.map(|_| ())).await
    }

    /// Notes that a chunk can be searched, and through which channels.
    ///
    /// # Errors
    /// [`CatalogError::VideoGone`] or [`CatalogError::Superseded`] where the work is not wanted any more.
    pub async fn record_chunk_indexed(
        &self,
        video: &VideoRef,
        chunk: u32,
        channels: &[Channel],
    ) -> Result<(), CatalogError> {
        let add_channels = if channels.is_empty() {
            ""
        } else {
            ", channels :channels"
        };
        let mut update = self
            .update_current(video)
            .update_expression(format!(
                "SET updated_at = :now ADD revision :one, chunks_indexed :chunk{add_channels}"
            ))
            .expression_attribute_values(":chunk", AttributeValue::Ns(vec![chunk.to_string()]));
        if !channels.is_empty() {
            let names = channels
                .iter()
                .map(|channel| channel.as_str().to_owned())
                .collect();
            update = update.expression_attribute_values(":channels", AttributeValue::Ss(names));
        }
        let written = update.send().await;
        self.explain(video, written.map(|_| ())).await
    }

    fn update_current(
        &self,
        video: &VideoRef,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::video(&video.workspace, &video.video_id)))
            .condition_expression("generation = :generation AND #status <> :deleting")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(
                ":generation",
                AttributeValue::N(video.generation.to_string()),
            )
            .expression_attribute_values(":deleting", AttributeValue::S("DELETING".to_owned()))
            .expression_attribute_values(":now", AttributeValue::S(now()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
    }

    /// Turns a failed condition into its reason.
    async fn explain<E>(&self, video: &VideoRef, written: Result<(), E>) -> Result<(), CatalogError>
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
