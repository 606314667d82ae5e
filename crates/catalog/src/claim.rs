//! Which generation an arrived object starts, decided without I/O.

use crate::{VideoRecord, record::now};
use contracts::{
    api::{Origin, VideoStatus},
    artifacts::WarningName,
    tasks::{ObjectRef, VideoRef},
};
use std::cmp::Ordering;

/// An object that S3 says has arrived, or that an import names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrivedObject {
    /// The object at its version.
    pub source: ObjectRef,
    /// S3's order of the events on one key; `None` for an import.
    pub sequencer: Option<String>,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// What to do about an arrived object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Start this execution; starting it twice is harmless, since its name derives from this.
    Start(VideoRef),
    /// A newer version is known, or the video is being deleted.
    Ignore,
    /// The video is being deleted, and this is another file in the inbox under its key: a video of its own afterwards.
    Later,
}

/// What [`decide`] answers.
#[derive(Debug, PartialEq)]
pub(crate) enum Decision {
    /// This very object is already claimed, perhaps by a delivery that was cut off before the start.
    AlreadyClaimed(VideoRef),
    /// Write this record on the condition that the generation is still the old one.
    Write(Box<VideoRecord>),
    Ignore,
    Later,
}

pub(crate) fn decide(record: &VideoRecord, arrived: &ArrivedObject) -> Decision {
    let is_deleting = record.status == VideoStatus::Deleting;
    if let Some(source) = &record.source {
        if same_version(source, &arrived.source) && !is_deleting {
            return Decision::AlreadyClaimed(record.video_ref());
        }
        if !is_newer(arrived.sequencer.as_deref(), record.sequencer.as_deref()) {
            return Decision::Ignore;
        }
    }
    match (is_deleting, record.origin) {
        (false, _) => Decision::Write(Box::new(next_generation(record, arrived))),
        (true, Origin::Inbox) if record.source.is_some() => Decision::Later,
        (true, _) => Decision::Ignore,
    }
}

/// The record as it stands when another indexing begins. What search serves stays untouched while
/// the video is `READY`: the switch is Finalize's.
pub(crate) fn next_generation(record: &VideoRecord, arrived: &ArrivedObject) -> VideoRecord {
    let mut next = record.clone();
    next.generation += 1;
    next.attempt = 1;
    next.source = Some(arrived.source.clone());
    next.sequencer = arrived.sequencer.clone();
    next.size_bytes = Some(arrived.size_bytes);
    next.chunks_total = 0;
    next.chunks_indexed.clear();
    next.updated_at = now();
    // Of the attempt before; this one may do better.
    next.warnings
        .retain(|warning| warning.name != WarningName::ReindexFailed);
    if next.status != VideoStatus::Ready {
        next.status = VideoStatus::Processing;
        next.serving_generation = Some(next.generation);
        next.serving_source = None;
        next.serving_duration_ms = None;
        next.found_language = None;
        next.channels.clear();
        next.warnings.clear();
        next.error = None;
    }
    next
}

fn same_version(known: &ObjectRef, arrived: &ObjectRef) -> bool {
    match (&known.version_id, &arrived.version_id) {
        (Some(known), Some(arrived)) => known == arrived,
        _ => known.etag == arrived.etag,
    }
}

/// S3's rule: sequencers of one key compare as text after the shorter is padded with zeros. An
/// object without one (an import) counts as newer.
fn is_newer(arrived: Option<&str>, known: Option<&str>) -> bool {
    let (Some(arrived), Some(known)) = (arrived, known) else {
        return true;
    };
    let width = arrived.len().max(known.len());
    format!("{arrived:0<width$}").cmp(&format!("{known:0<width$}")) == Ordering::Greater
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> VideoRecord {
        VideoRecord::new("w".into(), "v".into(), Origin::Upload, "s".into())
    }

    fn arrived(version: &str, sequencer: &str) -> ArrivedObject {
        ArrivedObject {
            source: ObjectRef {
                bucket: "b".into(),
                key: "k".into(),
                version_id: Some(version.into()),
                etag: None,
            },
            sequencer: Some(sequencer.into()),
            size_bytes: 1,
        }
    }

    fn claimed(record: &VideoRecord, object: &ArrivedObject) -> VideoRecord {
        match decide(record, object) {
            Decision::Write(next) => *next,
            other => panic!("expected a claim, got {other:?}"),
        }
    }

    #[test]
    fn the_first_object_starts_generation_one() {
        let next = claimed(&record(), &arrived("1", "0A"));
        assert_eq!((next.generation, next.attempt), (1, 1));
        assert_eq!(next.status, VideoStatus::Processing);
        assert_eq!(next.serving_generation, Some(1));
    }

    #[test]
    fn the_same_event_again_starts_the_same_execution() {
        let object = arrived("1", "0A");
        let next = claimed(&record(), &object);
        assert_eq!(
            decide(&next, &object),
            Decision::AlreadyClaimed(next.video_ref())
        );
    }

    #[test]
    fn an_older_version_that_arrives_late_is_ignored() {
        let next = claimed(&record(), &arrived("2", "0B"));
        assert_eq!(decide(&next, &arrived("1", "0A")), Decision::Ignore);
        // "0A" is shorter and means "0A0…", which is below "0A1".
        let next = claimed(&record(), &arrived("2", "0A1"));
        assert_eq!(decide(&next, &arrived("1", "0A")), Decision::Ignore);
    }

    #[test]
    fn a_new_version_of_a_ready_video_leaves_what_is_served() {
        let mut ready = claimed(&record(), &arrived("1", "0A"));
        ready.status = VideoStatus::Ready;
        let next = claimed(&ready, &arrived("2", "0B"));
        assert_eq!(next.generation, 2);
        assert_eq!(next.status, VideoStatus::Ready);
        assert_eq!(next.serving_generation, Some(1));
    }

    #[test]
    fn a_video_that_is_being_deleted_takes_nothing() {
        let mut deleting = record();
        deleting.status = VideoStatus::Deleting;
        assert_eq!(decide(&deleting, &arrived("1", "0A")), Decision::Ignore);
    }

    #[test]
    fn a_new_file_in_the_inbox_waits_until_its_namesake_is_deleted() {
        let mut known = record();
        known.origin = Origin::Inbox;
        let mut deleting = claimed(&known, &arrived("1", "0A"));
        deleting.status = VideoStatus::Deleting;
        assert_eq!(decide(&deleting, &arrived("1", "0A")), Decision::Ignore);
        assert_eq!(decide(&deleting, &arrived("2", "0B")), Decision::Later);
        deleting.origin = Origin::Upload;
        assert_eq!(decide(&deleting, &arrived("2", "0B")), Decision::Ignore);
    }
}
