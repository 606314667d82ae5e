//! The run that fills an index, and the videos that it goes through: of all tenants, since they share an index.

use crate::{Catalog, CatalogError, VideoRecord, keys, lifecycle::RACES, record::now};
use aws_sdk_dynamodb::types::AttributeValue;
use contracts::{
    Workspace,
    reindex::{MAX_PAGE_REFS, RunProgress, VideoName},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// No workspace has this name: `#` can't stand in one.
const PARTITION: &str = "#reindex";
const SORT: &str = "run";

/// The last run, as the table holds it. Whether it still goes on, Step Functions knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReindexRecord {
    /// The run, and the name of its execution.
    pub run_id: String,
    /// Whether it only counts, estimates and checks.
    pub dry_run: bool,
    /// Whether an operator has aborted it: what a task of it still does is not wanted.
    #[serde(default)]
    pub aborted: bool,
    /// What its tasks have found out.
    pub progress: RunProgress,
    /// RFC 3339 in UTC.
    pub started_at: String,
    /// RFC 3339 in UTC.
    pub updated_at: String,
}

impl ReindexRecord {
    /// A run that starts now.
    #[must_use]
    pub fn new(run_id: String, dry_run: bool) -> Self {
        let now = now();
        Self {
            run_id,
            dry_run,
            aborted: false,
            progress: RunProgress::default(),
            started_at: now.clone(),
            updated_at: now,
        }
    }
}

/// Some videos of any tenant.
#[derive(Debug)]
pub struct ServedPage {
    /// Videos of which something is served.
    pub videos: Vec<VideoName>,
    /// Where the next page starts: opaque. `None` after the last.
    pub next_token: Option<String>,
}

impl Catalog {
    /// The last run; `None` before the first.
    ///
    /// # Errors
    /// The table can't be read.
    pub async fn reindex_run(&self) -> Result<Option<ReindexRecord>, CatalogError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(item_key()))
            .consistent_read(true)
            .send()
            .await?;
        let record = answer.item.map(serde_dynamo::from_item).transpose()?;
        Ok(record)
    }

    /// Notes a new run in place of `before`, the run that was read.
    ///
    /// # Errors
    /// [`CatalogError::Conflict`] where somebody else has noted another meanwhile.
    pub async fn begin_reindex(
        &self,
        record: &ReindexRecord,
        before: Option<&ReindexRecord>,
    ) -> Result<(), CatalogError> {
        self.put_run(record, before).await
    }

    /// Notes what a task of a run has found out.
    ///
    /// # Errors
    /// [`CatalogError::Superseded`] where another run was noted meanwhile, or this one was aborted.
    pub async fn note_reindex(
        &self,
        run_id: &str,
        change: impl FnOnce(&mut RunProgress),
    ) -> Result<(), CatalogError> {
        let before = self.wanted_run(run_id).await?;
        let mut record = before.clone();
        change(&mut record.progress);
        record.updated_at = now();
        // Tasks of a run follow each other, so that nothing but another run, or its end, comes between.
        match self.put_run(&record, Some(&before)).await {
            Err(CatalogError::Conflict) => Err(CatalogError::Superseded),
            other => other,
        }
    }

    /// The run, while what its tasks do is wanted.
    ///
    /// # Errors
    /// [`CatalogError::Superseded`] where another run was noted meanwhile, or this one was aborted.
    pub async fn wanted_run(&self, run_id: &str) -> Result<ReindexRecord, CatalogError> {
        let known = self.reindex_run().await?;
        known
            .filter(|record| record.run_id == run_id && !record.aborted)
            .ok_or(CatalogError::Superseded)
    }

    /// Notes that the last run was aborted, and gives it; `None` before the first.
    ///
    /// # Errors
    /// The table can't be read or written.
    pub async fn abort_reindex(&self) -> Result<Option<ReindexRecord>, CatalogError> {
        for _ in 0..RACES {
            let Some(before) = self.reindex_run().await? else {
                return Ok(None);
            };
            let aborted = ReindexRecord {
                aborted: true,
                updated_at: now(),
                ..before.clone()
            };
            match self.put_run(&aborted, Some(&before)).await {
                // A task has noted something meanwhile.
                Err(CatalogError::Conflict) => {}
                done => return done.map(|()| Some(aborted)),
            }
        }
        Err(CatalogError::Conflict)
    }

    /// The next videos of which something is served, at most [`MAX_PAGE_REFS`].
    ///
    /// It reads the table itself and not its index, which lags: a video that was served before the first page was
    /// asked for, and still is, is in one of the pages.
    ///
    /// # Errors
    /// The table can't be read, or the token is none that this gave.
    pub async fn served_videos(&self, token: Option<&str>) -> Result<ServedPage, CatalogError> {
        let mut start = token.map(key_of).transpose()?;
        let mut videos = Vec::new();
        loop {
            let answer = self
                .client
                .scan()
                .table_name(&self.table)
                .filter_expression("begins_with(sk, :video)")
                .expression_attribute_values(
                    ":video",
                    AttributeValue::S(keys::VIDEO_PREFIX.to_owned()),
                )
                .set_exclusive_start_key(start)
                .consistent_read(true)
                .send()
                .await?;
            for item in answer.items.unwrap_or_default() {
                let record: VideoRecord = serde_dynamo::from_item(item)?;
                let Some(served) = record.served() else {
                    continue;
                };
                let video = VideoName {
                    workspace: served.workspace,
                    video_id: served.video_id,
                };
                let token = token_of(&video);
                videos.push(video);
                if videos.len() == MAX_PAGE_REFS {
                    return Ok(ServedPage {
                        videos,
                        next_token: Some(token),
                    });
                }
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(ServedPage {
                    videos,
                    next_token: None,
                });
            }
        }
    }

    /// Writes a run in place of `before` as that was read.
    async fn put_run(
        &self,
        record: &ReindexRecord,
        before: Option<&ReindexRecord>,
    ) -> Result<(), CatalogError> {
        let mut item: HashMap<String, AttributeValue> = serde_dynamo::to_item(record)?;
        item.extend(item_key());
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item));
        let put = match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => put
                .condition_expression("run_id = :before AND updated_at = :then")
                .expression_attribute_values(":before", AttributeValue::S(before.run_id.clone()))
                .expression_attribute_values(":then", AttributeValue::S(before.updated_at.clone())),
        };
        put.send().await?;
        Ok(())
    }
}

fn item_key() -> HashMap<String, AttributeValue> {
    keys::item_key(&Workspace::from(PARTITION), SORT.to_owned())
}

/// A video as a page's token: the next page starts behind it.
fn token_of(video: &VideoName) -> String {
    format!("{}|{}", video.workspace, video.video_id)
}

fn key_of(token: &str) -> Result<HashMap<String, AttributeValue>, CatalogError> {
    // No workspace holds the mark, so the first one ends it.
    let (workspace, video_id) = token
        .split_once('|')
        .ok_or_else(|| CatalogError::Unavailable(format!("{token:?} is no token of a page")))?;
    Ok(keys::video(&workspace.into(), &video_id.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_the_video_it_was_made_of() {
        let video = VideoName {
            workspace: "a.b@c".into(),
            video_id: "v-1".into(),
        };
        assert_eq!(
            key_of(&token_of(&video)).unwrap(),
            keys::video(&video.workspace, &video.video_id)
        );
        assert!(key_of("nonsense").is_err());
    }

    #[test]
    fn a_run_comes_back_as_it_was() {
        let record = ReindexRecord::new("r".to_owned(), true);
        let item: HashMap<String, AttributeValue> = serde_dynamo::to_item(&record).unwrap();
        let back: ReindexRecord = serde_dynamo::from_item(item).unwrap();
        assert_eq!(back, record);
    }
}
