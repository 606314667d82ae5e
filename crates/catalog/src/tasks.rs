//! Runs of tasks: progress, timeline and cost are read from these. An item is set, never added to, so
//! a task that runs twice leaves one.

use crate::{Catalog, CatalogError, keys, record::now};
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use contracts::{
    Generation, VideoId, Workspace, api::TaskRun, artifacts::Warning, keys::Stage, tasks::VideoRef,
};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, fmt::Display, future::Future};

/// A task's last run, as the table holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// The stage.
    pub stage: Stage,
    /// The chunk; `None` for the whole video.
    #[serde(default)]
    pub chunk: Option<u32>,
    /// How often Step Functions has started it in this execution.
    pub attempts: u32,
    /// RFC 3339 in UTC.
    pub started_at: String,
    /// RFC 3339 in UTC.
    #[serde(default)]
    pub ended_at: Option<String>,
    /// What it worked through, in the stage's unit.
    #[serde(default)]
    pub units: Option<u64>,
    /// Whether the work was already done by an earlier run.
    #[serde(default)]
    pub reused: bool,
    /// Key of its output in the derived bucket.
    #[serde(default)]
    pub output_key: Option<String>,
    /// What was lost.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// The name of its error.
    #[serde(default)]
    pub error: Option<String>,
    /// The message of its error.
    #[serde(default)]
    pub message: Option<String>,
}

/// What a task leaves behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskOutput {
    /// Key of its output in the derived bucket.
    pub output_key: Option<String>,
    /// What it worked through, in the stage's unit.
    pub units: u64,
    /// Whether the work was already done by an earlier run.
    pub reused: bool,
    /// What was lost.
    pub warnings: Vec<Warning>,
}

impl From<TaskRecord> for TaskRun {
    fn from(record: TaskRecord) -> Self {
        Self {
            stage: record.stage.as_str().to_owned(),
            chunk: record.chunk,
            attempts: record.attempts,
            started_at: record.started_at,
            ended_at: record.ended_at,
            units: record.units,
            reused: record.reused,
            error: record.error,
        }
    }
}

/// What a run may take the place of.
#[derive(Clone, Copy, Debug)]
enum Over {
    /// Whatever is there, and nothing.
    Anything,
    /// A run of the task. Where the video was deleted meanwhile its items are gone, and none may come back.
    AnyThatIsThere,
    /// The same, but for an attempt that was begun later beside this one: it may have done what this one failed to do.
    NoLaterAttempt,
}

impl Catalog {
    /// Runs a task's work with its record around it: refuses work that is not wanted any more, notes
    /// the start, and then the output or the error.
    ///
    /// `name_of` gives the error's stable name; an error of the catalog itself arrives through `E`.
    ///
    /// # Errors
    /// The work's own, or [`CatalogError`] where the record can't be written.
    pub async fn track<T, E: Display + From<CatalogError>>(
        &self,
        video: &VideoRef,
        (stage, chunk, retry_count): (Stage, Option<u32>, u32),
        name_of: impl Fn(&E) -> &'static str,
        work: impl Future<Output = Result<(T, TaskOutput), E>>,
    ) -> Result<T, E> {
        self.current(video).await?;
        let mut record = TaskRecord {
            stage,
            chunk,
            attempts: retry_count + 1,
            started_at: now(),
            ended_at: None,
            units: None,
            reused: false,
            output_key: None,
            warnings: Vec::new(),
            error: None,
            message: None,
        };
        self.put_task(video, &record, Over::Anything).await?;
        let result = work.await;
        record.ended_at = Some(now());
        match &result {
            Ok((_, output)) => {
                record.units = Some(output.units);
                record.reused = output.reused;
                record.output_key.clone_from(&output.output_key);
                record.warnings.clone_from(&output.warnings);
            }
            Err(error) => {
                record.error = Some(name_of(error).to_owned());
                record.message = Some(error.to_string());
            }
        }
        let over = match &result {
            Ok(_) => Over::AnyThatIsThere,
            Err(_) => Over::NoLaterAttempt,
        };
        let noted = self.put_task(video, &record, over).await;
        match (result, noted) {
            (Ok((value, _)), Ok(())) => Ok(value),
            (Ok(_), Err(CatalogError::Conflict)) => Err(CatalogError::VideoGone.into()),
            (Ok(_), Err(error)) => Err(error.into()),
            (Err(error), _) => Err(error),
        }
    }

    /// All task runs of a generation, in order of their start.
    ///
    /// # Errors
    /// The table can't be read.
    pub async fn task_runs(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
        generation: Generation,
    ) -> Result<Vec<TaskRecord>, CatalogError> {
        let items = self
            .items_with_prefix(
                workspace,
                keys::generation_prefix(video_id, generation),
                None,
            )
            .await?;
        let mut runs: Vec<TaskRecord> = items
            .into_iter()
            .map(serde_dynamo::from_item)
            .collect::<Result<_, _>>()?;
        runs.sort_by(|one, other| one.started_at.cmp(&other.started_at));
        Ok(runs)
    }

    /// Removes all task runs of a video.
    ///
    /// # Errors
    /// The table can't be written.
    pub async fn remove_task_runs(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
    ) -> Result<(), CatalogError> {
        let items = self
            .items_with_prefix(workspace, keys::tasks_prefix(video_id), Some("pk, sk"))
            .await?;
        for some in items.chunks(25) {
            let mut writes: Vec<WriteRequest> = Vec::with_capacity(some.len());
            for key in some {
                let delete = DeleteRequest::builder()
                    .set_key(Some(key.clone()))
                    .build()
                    .map_err(|error| CatalogError::Unavailable(error.to_string()))?;
                writes.push(WriteRequest::builder().delete_request(delete).build());
            }
            let mut left = HashMap::from([(self.table.clone(), writes)]);
            while !left.is_empty() {
                let answer = self
                    .client
                    .batch_write_item()
                    .set_request_items(Some(left))
                    .send()
                    .await?;
                left = answer.unprocessed_items.unwrap_or_default();
            }
        }
        Ok(())
    }

    async fn put_task(
        &self,
        video: &VideoRef,
        record: &TaskRecord,
        over: Over,
    ) -> Result<(), CatalogError> {
        let sort = keys::task(
            &video.video_id,
            video.generation,
            record.stage,
            record.chunk,
        );
        let mut item: HashMap<String, AttributeValue> = serde_dynamo::to_item(record)?;
        item.extend(keys::item_key(&video.workspace, sort));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item));
        let put = match over {
            Over::Anything => put,
            Over::AnyThatIsThere => put.condition_expression("attribute_exists(pk)"),
            Over::NoLaterAttempt => put
                .condition_expression("attribute_exists(pk) AND attempts <= :attempt")
                .expression_attribute_values(
                    ":attempt",
                    AttributeValue::N(record.attempts.to_string()),
                ),
        };
        put.send().await?;
        Ok(())
    }

    async fn items_with_prefix(
        &self,
        workspace: &Workspace,
        prefix: String,
        projection: Option<&str>,
    ) -> Result<Vec<HashMap<String, AttributeValue>>, CatalogError> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :workspace AND begins_with(sk, :prefix)")
                .expression_attribute_values(":workspace", AttributeValue::S(workspace.0.clone()))
                .expression_attribute_values(":prefix", AttributeValue::S(prefix.clone()))
                .set_projection_expression(projection.map(str::to_owned))
                .set_exclusive_start_key(start)
                .consistent_read(true)
                .send()
                .await?;
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}
