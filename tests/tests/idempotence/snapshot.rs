//! All that a video leaves in index, table and buckets, to be compared.

use crate::records::{self, Item};
use aws_sdk_dynamodb::types::AttributeValue;
use contracts::{VideoId, keys};
use end_to_end::{Stack, Tenant};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a run of a task may change: when it ran, how often, and whether it found the work done.
const OF_THE_RUN: [&str; 6] = [
    "attempts",
    "started_at",
    "ended_at",
    "reused",
    "updated_at",
    "revision",
];

/// What a tenant's only video has left.
#[derive(Debug, PartialEq)]
pub struct Snapshot {
    /// With vectors, by `_id`.
    pub documents: Vec<Value>,
    /// Attributes by name, by sort key.
    pub items: BTreeMap<String, BTreeMap<String, AttributeValue>>,
    /// Entity tags by key.
    pub derived: BTreeMap<String, String>,
    /// Entity tags by key and version.
    pub uploaded: BTreeMap<(String, String), String>,
}

impl Snapshot {
    pub async fn take(tenant: &Tenant, video_id: &VideoId) -> Self {
        let stack = &tenant.stack;
        let documents = stack.documents(video_id).await;
        let items = records::of_tenant(stack, &tenant.workspace).await;
        Self {
            documents: documents.into_iter().map(without_score).collect(),
            items: items
                .into_iter()
                .map(|(key, item)| (key, lasting(item)))
                .collect(),
            derived: versions(
                stack,
                &stack.derived_bucket,
                &keys::derived_prefix(video_id),
            )
            .await
            .into_iter()
            .filter(|(_, _, is_latest, _)| *is_latest)
            .map(|(key, _, _, etag)| (key, etag))
            .collect(),
            uploaded: versions(
                stack,
                &stack.media_bucket,
                &keys::upload_prefix(&tenant.workspace, video_id),
            )
            .await
            .into_iter()
            .map(|(key, version, _, etag)| ((key, version), etag))
            .collect(),
        }
    }

    /// Names what differs, since a whole snapshot holds thousands of numbers.
    pub fn assert_same(&self, other: &Self, what: &str) {
        assert_eq!(self.items, other.items, "table, {what}");
        assert_eq!(self.derived, other.derived, "derived bucket, {what}");
        assert_eq!(self.uploaded, other.uploaded, "media bucket, {what}");
        let ids = |snapshot: &Self| -> Vec<Value> {
            let ids = snapshot.documents.iter();
            ids.map(|document| document["_id"].clone()).collect()
        };
        assert_eq!(ids(self), ids(other), "documents, {what}");
        for (one, other) in self.documents.iter().zip(&other.documents) {
            assert!(one == other, "{what}: {} differs", one["_id"]);
        }
    }
}

/// Key, version, whether it is the latest, entity tag; markers of deletion have an empty tag.
pub async fn versions(
    stack: &Stack,
    bucket: &str,
    prefix: &str,
) -> Vec<(String, String, bool, String)> {
    let request = stack
        .s3
        .list_object_versions()
        .bucket(bucket)
        .prefix(prefix);
    let page = request.send().await.unwrap();
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let versions = page.versions().iter().map(|found| {
        let is_latest = found.is_latest().unwrap_or(true);
        (
            text(found.key()),
            text(found.version_id()),
            is_latest,
            text(found.e_tag()),
        )
    });
    let markers = page.delete_markers().iter().map(|found| {
        (
            text(found.key()),
            text(found.version_id()),
            false,
            String::new(),
        )
    });
    versions.chain(markers).collect()
}

fn without_score(document: Value) -> Value {
    serde_json::json!({ "_id": document["_id"], "_source": document["_source"] })
}

fn lasting(item: Item) -> BTreeMap<String, AttributeValue> {
    let lasting = item
        .into_iter()
        .filter(|(name, _)| !OF_THE_RUN.contains(&name.as_str()));
    lasting
        .map(|(name, value)| (name, in_order(value)))
        .collect()
}

/// A set's members come in any order.
fn in_order(value: AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::Ss(mut members) => {
            members.sort();
            AttributeValue::Ss(members)
        }
        AttributeValue::Ns(mut members) => {
            members.sort();
            AttributeValue::Ns(members)
        }
        other => other,
    }
}
