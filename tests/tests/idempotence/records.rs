//! Items of the table, as they are.

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::{VideoId, Workspace, tasks::ObjectRef};
use end_to_end::Stack;
use std::collections::{BTreeMap, HashMap};

pub type Item = HashMap<String, AttributeValue>;

/// Every item of a tenant, by its sort key.
pub async fn of_tenant(stack: &Stack, workspace: &Workspace) -> BTreeMap<String, Item> {
    let answer = stack
        .dynamodb
        .query()
        .table_name(&stack.table)
        .key_condition_expression("pk = :workspace")
        .expression_attribute_values(":workspace", text(workspace.as_str()))
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    let items = answer.items.unwrap_or_default();
    items
        .into_iter()
        .map(|item| (item["sk"].as_s().unwrap().clone(), item))
        .collect()
}

/// The item of a video.
pub async fn of_video(stack: &Stack, workspace: &Workspace, video_id: &VideoId) -> Item {
    let mut items = of_tenant(stack, workspace).await;
    items.remove(&format!("video#{video_id}")).unwrap()
}

/// The object that the newest generation indexes.
pub fn source_of(item: &Item) -> ObjectRef {
    let source = item["source"].as_m().unwrap();
    let field = |name: &str| source.get(name)?.as_s().ok().cloned();
    ObjectRef {
        bucket: field("bucket").unwrap(),
        key: field("key").unwrap(),
        version_id: field("version_id"),
        etag: field("etag"),
    }
}

pub async fn put(stack: &Stack, item: Item) {
    let request = stack.dynamodb.put_item().table_name(&stack.table);
    request.set_item(Some(item)).send().await.unwrap();
}

pub async fn remove(stack: &Stack, item: &Item) {
    let request = stack.dynamodb.delete_item().table_name(&stack.table);
    request
        .key("pk", item["pk"].clone())
        .key("sk", item["sk"].clone())
        .send()
        .await
        .unwrap();
}

pub fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
