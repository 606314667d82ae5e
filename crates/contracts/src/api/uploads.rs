//! The ways in: uploads, in one piece or in parts, and imports.

use crate::VideoId;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Body of `POST /uploads`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadRequest {
    /// The file's name; becomes the title where none is given.
    pub file_name: String,
    /// Size in bytes; the presigned PUT binds it.
    pub size_bytes: u64,
    /// Media type; the presigned PUT binds it.
    #[serde(default = "default_content_type")]
    pub content_type: String,
    /// Title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Labels for filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Language of the video (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Size of a subtitle file that will be put before the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitles_size_bytes: Option<u64>,
}

fn default_content_type() -> String {
    "application/octet-stream".to_owned()
}

/// An address to put bytes to, and the headers that must go with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresignedPut {
    /// Where to.
    pub url: String,
    /// Headers that the signature binds, in lower case.
    pub headers: BTreeMap<String, String>,
}

/// Answer to `POST /uploads`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The video that the upload makes.
    pub video_id: VideoId,
    /// Where the subtitle file goes, first.
    pub subtitles: Option<PresignedPut>,
    /// Where the file goes in one piece.
    pub source: Option<PresignedPut>,
    /// How the file goes in parts, where it is too large for one piece.
    pub multipart: Option<MultipartUpload>,
    /// Seconds for which the addresses are valid.
    pub expires_in_s: u64,
}

/// An upload in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultipartUpload {
    /// S3's id of it.
    pub upload_id: String,
    /// Size of every part but the last, in bytes.
    pub part_size_bytes: u64,
    /// How many parts.
    pub part_count: u32,
}

/// Answer to `GET /uploads/{id}/parts`: addresses for some of the parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartUrls {
    /// The parts, in order.
    pub parts: Vec<PartUrl>,
    /// First part of the next page.
    pub next_part: Option<u32>,
}

/// Address of one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartUrl {
    /// From 1.
    pub part_number: u32,
    /// Where to.
    pub url: String,
}

/// Body of `POST /uploads/{id}/complete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompleteUploadRequest {
    /// S3's id of the upload.
    pub upload_id: String,
    /// Every part with the entity tag that its PUT answered.
    #[serde(deserialize_with = "objects")]
    pub parts: Vec<CompletedPart>,
}

/// Items given as objects; serde by itself would take a list of a struct's values as well.
fn objects<'de, D, Item>(deserializer: D) -> Result<Vec<Item>, D::Error>
where
    D: Deserializer<'de>,
    Item: DeserializeOwned,
{
    let objects = Vec::<Map<String, Value>>::deserialize(deserializer)?;
    let items = objects.into_iter().map(Item::deserialize);
    items.collect::<Result<_, _>>().map_err(D::Error::custom)
}

/// A part that has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompletedPart {
    /// From 1.
    pub part_number: u32,
    /// As the PUT answered it.
    pub etag: String,
}

/// Body of `POST /imports`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// `s3://bucket/key`
    pub url: String,
    /// Title; the last part of the key where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Labels for filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Language of the video (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_request_needs_name_and_size_only() {
        let request: UploadRequest =
            serde_json::from_str(r#"{"file_name":"a.mp4","size_bytes":1}"#).unwrap();
        assert_eq!(request.content_type, "application/octet-stream");
    }
}
