//! The title's document.

use catalog::VideoRecord;
use contracts::{
    artifacts::TimeRange,
    segments::{Channel, SegmentDocument},
    tasks::VideoRef,
};

/// The document by which a video is found by its title, under its `_id`; `language` is that of its words, where known.
#[must_use]
pub fn title(
    record: &VideoRecord,
    video: &VideoRef,
    language: Option<&str>,
) -> (String, SegmentDocument) {
    let duration_ms = record.duration_of(video.generation);
    let whole = TimeRange {
        start_ms: 0,
        end_ms: duration_ms.unwrap_or_default(),
    };
    let document = SegmentDocument {
        text: Some(record.title.clone()),
        language: language.map(str::to_owned),
        tags: record.tags.clone(),
        created_at: Some(record.created_at.clone()),
        duration_ms,
        ..SegmentDocument::empty(video, Channel::Title, whole)
    };
    (document.id(0), document)
}
