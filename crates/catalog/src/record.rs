//! A video as the table holds it.

use contracts::{
    Generation, VideoId, Workspace,
    api::{Origin, Video, VideoError, VideoStatus},
    artifacts::{DroppedSpeech, Warning},
    segments::Channel,
    tasks::{ObjectRef, VideoRef},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A video's item. Attributes are only ever added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoRecord {
    /// The tenant; also the partition key.
    #[serde(rename = "pk")]
    pub workspace: Workspace,
    /// The video.
    pub video_id: VideoId,
    /// Given, or the file's name.
    pub title: String,
    /// The file's name as it was given.
    pub file_name: String,
    /// Labels for filters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The token's subject, or `inbox`.
    pub created_by: String,
    /// How it came in.
    pub origin: Origin,
    /// Where it stands.
    pub status: VideoStatus,
    /// The newest indexing; 0 until an object has arrived.
    #[serde(default)]
    pub generation: Generation,
    /// The newest execution of that generation.
    #[serde(default)]
    pub attempt: u32,
    /// The generation that search serves.
    #[serde(default)]
    pub serving_generation: Option<Generation>,
    /// The object that the newest generation indexes.
    #[serde(default)]
    pub source: Option<ObjectRef>,
    /// The object that the served generation was made from; `None` until it is whole.
    #[serde(default)]
    pub serving_source: Option<ObjectRef>,
    /// S3's order of the events on that object.
    #[serde(default)]
    pub sequencer: Option<String>,
    /// Size of the source in bytes.
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// Length of the newest generation in milliseconds.
    #[serde(default)]
    pub duration_ms: Option<u64>,
    /// Length of the served generation in milliseconds; `None` until it is whole.
    #[serde(default)]
    pub serving_duration_ms: Option<u64>,
    /// Language (BCP 47) that was given; an input of every indexing.
    #[serde(default)]
    pub language: Option<String>,
    /// Language (BCP 47) that the last indexing found. It is no input: a retry shall find finished work.
    #[serde(default)]
    pub found_language: Option<String>,
    /// Channels searchable so far.
    #[serde(
        default,
        with = "serde_dynamo::string_set",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub channels: BTreeSet<Channel>,
    /// Chunks of the newest generation that are in the index.
    #[serde(
        default,
        with = "serde_dynamo::number_set",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub chunks_indexed: BTreeSet<u32>,
    /// Chunks planned for the newest generation.
    #[serde(default)]
    pub chunks_total: u32,
    /// What was lost.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What speech recognition wrote and was left out of the served generation.
    #[serde(default)]
    pub dropped: Option<DroppedSpeech>,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<VideoError>,
    /// RFC 3339 in UTC.
    pub created_at: String,
    /// RFC 3339 in UTC.
    pub updated_at: String,
    /// Counts the writes of the item, so that a write can tell whether it was changed meanwhile.
    pub revision: u64,
}

impl VideoRecord {
    /// A video that has just been made known and has no object yet.
    #[must_use]
    pub fn new(
        workspace: Workspace,
        video_id: VideoId,
        origin: Origin,
        created_by: String,
    ) -> Self {
        let now = now();
        Self {
            workspace,
            video_id,
            title: String::new(),
            file_name: String::new(),
            tags: Vec::new(),
            created_by,
            origin,
            status: VideoStatus::AwaitingUpload,
            generation: 0,
            attempt: 0,
            serving_generation: None,
            source: None,
            serving_source: None,
            sequencer: None,
            size_bytes: None,
            duration_ms: None,
            serving_duration_ms: None,
            language: None,
            found_language: None,
            channels: BTreeSet::new(),
            chunks_indexed: BTreeSet::new(),
            chunks_total: 0,
            warnings: Vec::new(),
            dropped: None,
            error: None,
            created_at: now.clone(),
            updated_at: now,
            revision: 0,
        }
    }

    /// The newest indexing of the video.
    #[must_use]
    pub fn video_ref(&self) -> VideoRef {
        VideoRef {
            workspace: self.workspace.clone(),
            video_id: self.video_id.clone(),
            generation: self.generation,
            attempt: self.attempt,
        }
    }

    /// The indexing of which search serves something; `None` where there is none, for a video that is being deleted,
    /// and for one that failed and of which nothing was kept.
    #[must_use]
    pub fn served(&self) -> Option<VideoRef> {
        let is_nothing_left = match self.status {
            VideoStatus::Deleting => true,
            VideoStatus::Failed => self.chunks_indexed.is_empty(),
            VideoStatus::AwaitingUpload | VideoStatus::Processing | VideoStatus::Ready => false,
        };
        let generation = self.serving_generation.filter(|_| !is_nothing_left)?;
        Some(VideoRef {
            generation,
            ..self.video_ref()
        })
    }

    /// Length in milliseconds of the newest generation, or of the one that is served while the newest is made.
    #[must_use]
    pub fn duration_of(&self, generation: Generation) -> Option<u64> {
        if generation == self.generation {
            self.duration_ms
        } else {
            self.serving_duration_ms.or(self.duration_ms)
        }
    }

    /// The object that a link plays: the one whose moments are found. It names its version only where
    /// another one lies on top of it, since not every S3 grants ranges of a version.
    #[must_use]
    pub fn playable_source(&self) -> Option<ObjectRef> {
        let newest = self.source.as_ref()?;
        match &self.serving_source {
            Some(served) if served != newest => Some(served.clone()),
            _ => Some(ObjectRef {
                version_id: None,
                ..newest.clone()
            }),
        }
    }

    /// The video as the API shows it.
    #[must_use]
    pub fn into_api(self) -> Video {
        let duration_ms = self.duration_of(self.serving_generation.unwrap_or(self.generation));
        Video {
            video_id: self.video_id,
            title: self.title,
            file_name: self.file_name,
            tags: self.tags,
            created_by: self.created_by,
            origin: self.origin,
            status: self.status,
            serving_generation: self.serving_generation,
            duration_ms,
            size_bytes: self.size_bytes,
            language: self.language.or(self.found_language),
            channels: self.channels.into_iter().collect(),
            chunks_done: u32::try_from(self.chunks_indexed.len()).unwrap_or(u32::MAX),
            chunks_total: self.chunks_total,
            warnings: self.warnings,
            dropped: self.dropped,
            error: self.error,
            created_at: self.created_at,
            updated_at: self.updated_at,
            source_url: None,
        }
    }
}

/// The present as RFC 3339 in UTC, in milliseconds, so that times sort as text.
pub(crate) fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::types::AttributeValue;
    use std::collections::HashMap;

    #[test]
    fn sets_are_sets_of_the_table_and_come_back() {
        let mut record = VideoRecord::new("w".into(), "v".into(), Origin::Inbox, "inbox".into());
        record.channels.insert(Channel::ScreenText);
        record.chunks_indexed.insert(7);
        let item: HashMap<String, AttributeValue> = serde_dynamo::to_item(&record).unwrap();
        assert_eq!(
            item["channels"],
            AttributeValue::Ss(vec!["screen-text".into()])
        );
        assert_eq!(item["chunks_indexed"], AttributeValue::Ns(vec!["7".into()]));
        let back: VideoRecord = serde_dynamo::from_item(item).unwrap();
        assert_eq!(back, record);
    }

    #[test]
    fn links_play_what_is_served() {
        let version = |id: &str| {
            Some(ObjectRef {
                bucket: "b".into(),
                key: "k".into(),
                version_id: Some(id.into()),
                etag: None,
            })
        };
        let played = |source, serving_source| {
            let mut record =
                VideoRecord::new("w".into(), "v".into(), Origin::Inbox, "inbox".into());
            record.source = source;
            record.serving_source = serving_source;
            record.playable_source().map(|object| object.version_id)
        };
        assert_eq!(played(None, None), None);
        assert_eq!(played(version("1"), None), Some(None));
        assert_eq!(played(version("1"), version("1")), Some(None));
        assert_eq!(played(version("2"), version("1")), Some(Some("1".into())));
    }

    #[test]
    fn a_length_is_that_of_its_generation() {
        let mut record = VideoRecord::new("w".into(), "v".into(), Origin::Inbox, "inbox".into());
        record.generation = 2;
        record.duration_ms = Some(20);
        record.serving_generation = Some(1);
        // Written before lengths of served generations were kept.
        assert_eq!(record.duration_of(1), Some(20));
        record.serving_duration_ms = Some(10);
        assert_eq!(record.duration_of(1), Some(10));
        assert_eq!(record.duration_of(2), Some(20));
        assert_eq!(record.clone().into_api().duration_ms, Some(10));
        record.serving_generation = Some(2);
        assert_eq!(record.into_api().duration_ms, Some(20));
    }

    #[test]
    fn what_is_served_is_the_serving_generation_until_the_video_goes() {
        let mut record = VideoRecord::new("w".into(), "v".into(), Origin::Inbox, "inbox".into());
        assert_eq!(record.served(), None);
        record.serving_generation = Some(2);
        record.generation = 3;
        assert_eq!(record.served().map(|video| video.generation), Some(2));
        record.status = VideoStatus::Deleting;
        assert_eq!(record.served(), None);
        record.status = VideoStatus::Failed;
        assert_eq!(record.served(), None);
        record.chunks_indexed.insert(0);
        assert!(record.served().is_some());
    }

    #[test]
    fn a_language_that_was_given_counts_before_one_that_was_found() {
        let mut record = VideoRecord::new("w".into(), "v".into(), Origin::Inbox, "inbox".into());
        record.found_language = Some("de".into());
        assert_eq!(record.clone().into_api().language.as_deref(), Some("de"));
        record.language = Some("en".into());
        assert_eq!(record.into_api().language.as_deref(), Some("en"));
    }

    #[test]
    fn empty_sets_are_left_out() {
        let record = VideoRecord::new("w".into(), "v".into(), Origin::Inbox, "inbox".into());
        let item: HashMap<String, AttributeValue> = serde_dynamo::to_item(&record).unwrap();
        assert!(!item.contains_key("channels"));
        let back: VideoRecord = serde_dynamo::from_item(item).unwrap();
        assert_eq!(back, record);
    }
}
