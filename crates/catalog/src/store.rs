//! Reading and writing videos.

use crate::{
    ArrivedObject, CatalogError, Claim, VideoRecord,
    claim::{Decision, decide, next_generation},
    keys,
    record::now,
};
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes},
};
use contracts::{
    VideoId, Workspace,
    api::{VideoPatch, VideoStatus},
    tasks::VideoRef,
};
use std::{cmp::Ordering, collections::HashMap};

/// How often a write that lost a race reads again and decides anew.
const RACES: usize = 8;

/// The table of videos and task runs.
#[derive(Clone, Debug)]
pub struct Catalog {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// Some videos of a workspace, newest first.
#[derive(Debug)]
pub struct VideoPage {
    /// The videos.
    pub videos: Vec<VideoRecord>,
    /// Where the next page starts: opaque.
    pub next_cursor: Option<String>,
}

impl Catalog {
    /// The catalog in a table.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The video, or `None` where the workspace has none of this id.
    ///
    /// # Errors
    /// The table can't be read.
    pub async fn get(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
    ) -> Result<Option<VideoRecord>, CatalogError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(keys::video(workspace, video_id)))
            .consistent_read(true)
            .send()
            .await?;
        answer
            .item
            .map(serde_dynamo::from_item)
            .transpose()
            .map_err(CatalogError::from)
    }

    /// The videos among `video_ids` that the workspace has, in any order.
    ///
    /// # Errors
    /// The table can't be read.
    pub async fn get_many(
        &self,
        workspace: &Workspace,
        video_ids: &[VideoId],
    ) -> Result<Vec<VideoRecord>, CatalogError> {
        let mut videos = Vec::new();
        for some in video_ids.chunks(100) {
            let mut wanted: Vec<_> = some.iter().map(|id| keys::video(workspace, id)).collect();
            while !wanted.is_empty() {
                let request = KeysAndAttributes::builder()
                    .set_keys(Some(wanted))
                    .build()
                    .map_err(|error| CatalogError::Unavailable(error.to_string()))?;
                let answer = self
                    .client
                    .batch_get_item()
                    .request_items(&self.table, request)
                    .send()
                    .await?;
                for item in answer
                    .responses
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, items)| items)
                {
                    videos.push(serde_dynamo::from_item(item)?);
                }
                wanted = answer
                    .unprocessed_keys
                    .and_then(|mut left| left.remove(&self.table))
                    .map(|left| left.keys)
                    .unwrap_or_default();
            }
        }
        Ok(videos)
    }

    /// Writes a new video.
    ///
    /// # Errors
    /// [`CatalogError::Conflict`] where the id is taken.
    pub async fn create(&self, record: &VideoRecord) -> Result<(), CatalogError> {
        self.put(record, "attribute_not_exists(pk)", HashMap::new())
            .await
    }

    /// A page of the workspace's videos, newest first.
    ///
    /// # Errors
    /// The table can't be read.
    pub async fn list(
        &self,
        workspace: &Workspace,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<VideoPage, CatalogError> {
        let start = cursor
            .and_then(|cursor| cursor.split_once('|'))
            .map(|(created_at, id)| {
                let mut key = keys::video(workspace, &VideoId::from(id));
                key.insert(
                    "created_at".into(),
                    AttributeValue::S(created_at.to_owned()),
                );
                key
            });
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(keys::CREATED_INDEX)
            .key_condition_expression("pk = :workspace")
            .expression_attribute_values(":workspace", AttributeValue::S(workspace.0.clone()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let more = answer.last_evaluated_key.is_some();
        let videos: Vec<VideoRecord> = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(serde_dynamo::from_item)
            .collect::<Result<_, _>>()?;
        let next_cursor = videos
            .last()
            .filter(|_| more)
            .map(|last| format!("{}|{}", last.created_at, last.video_id));
        Ok(VideoPage {
            videos,
            next_cursor,
        })
    }

    /// Decides what an arrived object of a known video starts, and writes that down first: the same
    /// object makes the same answer however often it is claimed, and older versions make none.
    ///
    /// # Errors
    /// [`CatalogError::VideoGone`] where there is no such video.
    pub async fn claim(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
        arrived: &ArrivedObject,
    ) -> Result<Claim, CatalogError> {
        for _ in 0..RACES {
            let record = self
                .get(workspace, video_id)
                .await?
                .ok_or(CatalogError::VideoGone)?;
            let next = match decide(&record, arrived) {
                Decision::Ignore => return Ok(Claim::Ignore),
                Decision::Later => return Ok(Claim::Later),
                Decision::AlreadyClaimed(video) => return Ok(Claim::Start(video)),
                Decision::Write(next) => next,
            };
            match self.replace(&record, &next).await {
                Err(CatalogError::Conflict) => {}
                done => return done.map(|()| Claim::Start(next.video_ref())),
            }
        }
        Err(CatalogError::Conflict)
    }

    /// Starts another indexing of the same object where the video is `FAILED`, or `READY` (with
    /// warnings, say). One that is `PROCESSING` is answered as it is: somebody else asked a moment before,
    /// or was cut off before the start. `None` where there is nothing to index.
    ///
    /// It is a new generation, since what is fixed meanwhile may plan other chunks or cut other
    /// passages, and documents of both must not stand beside each other. Work that is the same is
    /// found by its fingerprint all the same.
    ///
    /// # Errors
    /// [`CatalogError::VideoGone`] where there is no such video.
    pub async fn begin_retry(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
    ) -> Result<Option<VideoRecord>, CatalogError> {
        for _ in 0..RACES {
            let record = self
                .get(workspace, video_id)
                .await?
                .ok_or(CatalogError::VideoGone)?;
            if record.status == VideoStatus::Processing {
                return Ok(Some(record));
            }
            let Some(next) = retried(&record) else {
                return Ok(None);
            };
            match self.replace(&record, &next).await {
                Err(CatalogError::Conflict) => {}
                done => return done.map(|()| Some(next)),
            }
        }
        Err(CatalogError::Conflict)
    }

    /// Changes title or tags.
    ///
    /// # Errors
    /// [`CatalogError::VideoGone`] where there is no such video.
    pub async fn patch(
        &self,
        workspace: &Workspace,
        video_id: &VideoId,
        patch: &VideoPatch,
    ) -> Result<VideoRecord, CatalogError> {
        for _ in 0..RACES {
            let record = self
                .get(workspace, video_id)
                .await?
                .ok_or(CatalogError::VideoGone)?;
            if record.status == VideoStatus::Deleting {
                return Err(CatalogError::VideoGone);
            }
            let mut next = record.clone();
            if let Some(title) = &patch.title {
                next.title.clone_from(title);
            }
            if let Some(tags) = &patch.tags {
                next.tags.clone_from(tags);
            }
            next.updated_at = now();
            match self.replace(&record, &next).await {
                Err(CatalogError::Conflict) => {}
                done => return done.map(|()| next),
            }
        }
        Err(CatalogError::Conflict)
    }

    /// The video if `video` is still its newest indexing.
    ///
    /// # Errors
    /// [`CatalogError::VideoGone`] or [`CatalogError::Superseded`] where the work is not wanted any more.
    pub async fn current(&self, video: &VideoRef) -> Result<VideoRecord, CatalogError> {
        let record = self
            .get(&video.workspace, &video.video_id)
            .await?
            .filter(|record| record.status != VideoStatus::Deleting)
            .ok_or(CatalogError::VideoGone)?;
        match record.generation.cmp(&video.generation) {
            Ordering::Equal => Ok(record),
            Ordering::Greater => Err(CatalogError::Superseded),
            // The video of the caller was deleted; this one came back under its id and counts anew.
            Ordering::Less => Err(CatalogError::VideoGone),
        }
    }

    /// Writes `next` where the item is still as `old` was read.
    pub(crate) async fn replace(
        &self,
        old: &VideoRecord,
        next: &VideoRecord,
    ) -> Result<(), CatalogError> {
        let mut next = next.clone();
        next.revision = old.revision + 1;
        let revision = AttributeValue::N(old.revision.to_string());
        let values = HashMap::from([(":revision".to_owned(), revision)]);
        self.put(&next, "revision = :revision", values).await
    }

    async fn put(
        &self,
        record: &VideoRecord,
        condition: &str,
        values: HashMap<String, AttributeValue>,
    ) -> Result<(), CatalogError> {
        let mut item: HashMap<String, AttributeValue> = serde_dynamo::to_item(record)?;
        item.extend(keys::video(&record.workspace, &record.video_id));
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_values((!values.is_empty()).then_some(values))
            .send()
            .await?;
        Ok(())
    }
}

fn retried(record: &VideoRecord) -> Option<VideoRecord> {
    if !matches!(record.status, VideoStatus::Failed | VideoStatus::Ready) {
        return None;
    }
    let again = ArrivedObject {
        source: record.source.clone()?,
        sequencer: record.sequencer.clone(),
        size_bytes: record.size_bytes.unwrap_or_default(),
    };
    let mut next = next_generation(record, &again);
    next.attempt = record.attempt + 1;
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::{api::Origin, tasks::ObjectRef};

    fn record(status: VideoStatus) -> VideoRecord {
        let mut record = VideoRecord::new("w".into(), "v".into(), Origin::Upload, "s".into());
        record.status = status;
        record.generation = 3;
        record.serving_generation = Some(3);
        record.attempt = 1;
        record.source = Some(ObjectRef {
            bucket: "b".into(),
            key: "k".into(),
            version_id: None,
            etag: None,
        });
        record
    }

    fn check(status: VideoStatus, expected: Option<(VideoStatus, u32)>) {
        let next = retried(&record(status));
        if let Some(next) = &next {
            assert_eq!((next.generation, next.attempt), (4, 2));
        }
        let found = next.map(|next| (next.status, next.serving_generation.unwrap_or_default()));
        assert_eq!(found, expected, "{status:?}");
    }

    #[test]
    fn a_retry_is_a_new_generation_and_leaves_what_is_served() {
        check(VideoStatus::Failed, Some((VideoStatus::Processing, 4)));
        check(VideoStatus::Ready, Some((VideoStatus::Ready, 3)));
        check(VideoStatus::Processing, None);
        check(VideoStatus::AwaitingUpload, None);
        check(VideoStatus::Deleting, None);
    }
}
