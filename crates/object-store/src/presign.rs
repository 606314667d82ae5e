//! Addresses that let a browser or the command line reach one object for a while.

use crate::{ObjectStore, StoreError};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use contracts::{api::PresignedPut, limits::PRESIGNED_URL_SECONDS, tasks::ObjectRef};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::Duration;

/// All but what may stand in an encoded file name as it is (RFC 8187).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

impl ObjectStore {
    /// An address to put exactly `size_bytes` of `content_type` under a key: the signature binds both.
    ///
    /// # Errors
    /// There are no credentials to sign with.
    pub async fn presign_put(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        size_bytes: u64,
    ) -> Result<PresignedPut, StoreError> {
        let signed = self
            .client
            .put_object()
            .bucket(bucket)
            .key(key)
            .content_type(content_type)
            .content_length(i64::try_from(size_bytes).unwrap_or(i64::MAX))
            .presigned(expiry()?)
            .await
            .map_err(|error| StoreError::of(&error, key))?;
        Ok(PresignedPut {
            url: signed.uri().to_owned(),
            headers: bound_headers(&signed),
        })
    }

    /// An address to get an object, at its version where one is named and else at its present one. With a file
    /// name, a browser saves the object under it instead of showing it.
    ///
    /// Players ask for ranges of it, which not every S3 grants together with a version.
    ///
    /// # Errors
    /// There are no credentials to sign with.
    pub async fn presign_get(
        &self,
        object: &ObjectRef,
        file_name: Option<&str>,
    ) -> Result<String, StoreError> {
        let signed = self
            .client
            .get_object()
            .bucket(&object.bucket)
            .key(&object.key)
            .set_version_id(object.version_id.clone())
            .set_response_content_disposition(file_name.map(attachment))
            .presigned(expiry()?)
            .await
            .map_err(|error| StoreError::of(&error, &object.key))?;
        Ok(signed.uri().to_owned())
    }

    /// An address to put one part of an upload in parts.
    ///
    /// # Errors
    /// There are no credentials to sign with.
    pub async fn presign_part(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
        part_number: u32,
    ) -> Result<String, StoreError> {
        let signed = self
            .client
            .upload_part()
            .bucket(bucket)
            .key(key)
            .upload_id(upload_id)
            .part_number(i32::try_from(part_number).unwrap_or(i32::MAX))
            .presigned(expiry()?)
            .await
            .map_err(|error| StoreError::of(&error, key))?;
        Ok(signed.uri().to_owned())
    }
}

fn expiry() -> Result<PresigningConfig, StoreError> {
    PresigningConfig::expires_in(Duration::from_secs(PRESIGNED_URL_SECONDS))
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// The headers that must go with the request; its host is the address's own.
fn bound_headers(signed: &PresignedRequest) -> std::collections::BTreeMap<String, String> {
    signed
        .headers()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("host"))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect()
}

/// The header `Content-Disposition` of a file to save (RFC 6266). Clients that don't know encoded names take the
/// first one, where `_` stands for whatever is not plain ASCII.
fn attachment(file_name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || " -._()".contains(letter);
    let plain: String = file_name
        .chars()
        .map(|letter| if is_plain(letter) { letter } else { '_' })
        .collect();
    let encoded = utf8_percent_encode(file_name, ENCODED);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_leave_no_header_behind_them() {
        for (name, expected) in [
            (
                "A talk.vtt",
                "attachment; filename=\"A talk.vtt\"; filename*=UTF-8''A%20talk.vtt",
            ),
            (
                "é\"\r\n.srt",
                "attachment; filename=\"____.srt\"; filename*=UTF-8''%C3%A9%22%0D%0A.srt",
            ),
        ] {
            assert_eq!(attachment(name), expected);
        }
    }
}
