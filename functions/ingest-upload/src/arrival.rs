//! What an event of S3 says.

use aws_lambda_events::s3::{S3Event, S3EventRecord};
use catalog::ArrivedObject;
use contracts::tasks::ObjectRef;
use percent_encoding::percent_decode_str;

/// The objects that a message tells of; none for a test message of S3.
pub(crate) fn arrivals(body: &str) -> Result<Vec<ArrivedObject>, serde_json::Error> {
    let value: serde_json::Value = serde_json::from_str(body)?;
    if value.get("Records").is_none() {
        return Ok(Vec::new());
    }
    let event: S3Event = serde_json::from_value(value)?;
    Ok(event.records.into_iter().filter_map(arrival).collect())
}

fn arrival(record: S3EventRecord) -> Option<ArrivedObject> {
    let name = record.event_name.unwrap_or_default();
    if !name.trim_start_matches("s3:").starts_with("ObjectCreated:") {
        return None;
    }
    let object = record.s3.object;
    let version_id = object
        .version_id
        .filter(|id| !id.is_empty() && id != "null");
    Some(ArrivedObject {
        source: ObjectRef {
            bucket: record.s3.bucket.name?,
            key: decode(&object.key?),
            version_id,
            etag: object.e_tag.map(|etag| etag.trim_matches('"').to_owned()),
        },
        sequencer: object.sequencer.filter(|sequencer| !sequencer.is_empty()),
        size_bytes: object
            .size
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or(0),
    })
}

/// S3 writes keys in its events as a form does: `+` for a blank, the rest in percent.
fn decode(key: &str) -> String {
    percent_decode_str(&key.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, key: &str) -> String {
        serde_json::json!({"Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
            "eventTime": "2026-01-01T00:00:00.000Z", "eventName": name,
            "userIdentity": {"principalId": "p"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {},
            "s3": {"s3SchemaVersion": "1.0", "configurationId": "c",
                "bucket": {"name": "b", "ownerIdentity": {"principalId": "p"}, "arn": "arn:aws:s3:::b"},
                "object": {"key": key, "size": 5, "eTag": "e", "versionId": "v", "sequencer": "0A"}}
        }]})
        .to_string()
    }

    #[test]
    fn keys_are_decoded_and_versions_kept() {
        let found = arrivals(&event("ObjectCreated:Put", "inbox/w/a+b%2Bc%C3%A9.mp4")).unwrap();
        let object = &found[0];
        assert_eq!(object.source.key, "inbox/w/a b+cé.mp4");
        assert_eq!(object.source.version_id.as_deref(), Some("v"));
        assert_eq!(
            (object.sequencer.as_deref(), object.size_bytes),
            (Some("0A"), 5)
        );
    }

    #[test]
    fn only_creations_count() {
        assert_eq!(arrivals(&event("ObjectRemoved:Delete", "k")).unwrap(), []);
        assert_eq!(
            arrivals(r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#).unwrap(),
            []
        );
        assert!(arrivals("rubbish").is_err());
    }
}
