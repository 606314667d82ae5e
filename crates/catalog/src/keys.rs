//! Keys of the table.

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::{Generation, VideoId, Workspace, keys::Stage};
use std::collections::HashMap;

/// Index that lists videos by age.
pub(crate) const CREATED_INDEX: &str = "created";

pub(crate) const VIDEO_PREFIX: &str = "video#";

pub(crate) fn video(workspace: &Workspace, video_id: &VideoId) -> HashMap<String, AttributeValue> {
    item_key(workspace, format!("{VIDEO_PREFIX}{video_id}"))
}

pub(crate) fn item_key(workspace: &Workspace, sort: String) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(workspace.0.clone())),
        ("sk".to_owned(), AttributeValue::S(sort)),
    ])
}

pub(crate) fn tasks_prefix(video_id: &VideoId) -> String {
    format!("task#{video_id}#")
}

pub(crate) fn generation_prefix(video_id: &VideoId, generation: Generation) -> String {
    format!("task#{video_id}#{generation:05}#")
}

pub(crate) fn task(
    video_id: &VideoId,
    generation: Generation,
    stage: Stage,
    chunk: Option<u32>,
) -> String {
    let chunk = chunk.map_or_else(|| "whole".to_owned(), |chunk| format!("{chunk:05}"));
    format!(
        "{}{}#{chunk}",
        generation_prefix(video_id, generation),
        stage.as_str()
    )
}
