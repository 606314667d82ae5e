//! Counts requests to S3 in the log of the local AWS, which writes a line for each.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result};

const S3: &str = " -> service=s3 ";

/// Names of the stack's buckets.
pub struct Buckets {
    /// Of uploads.
    pub media: String,
    /// Of everything computed.
    pub derived: String,
}

/// How many requests there were.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Requests {
    /// Parts put by the command line into the media bucket, and their beginning and end.
    pub upload: u64,
    /// Everything else: what the functions did, by kind such as `GET media`.
    pub indexing: BTreeMap<String, u64>,
}

impl Requests {
    /// Requests of the functions.
    pub fn indexing_total(&self) -> u64 {
        self.indexing.values().sum()
    }
}

/// Length of the log in bytes: what comes later starts there.
///
/// # Errors
/// When it can't be read.
pub fn position(log: &Path) -> Result<u64> {
    let metadata = std::fs::metadata(log);
    Ok(metadata
        .with_context(|| format!("{} can't be read", log.display()))?
        .len())
}

/// Counts what was requested after `start_bytes`.
///
/// # Errors
/// When the log can't be read.
pub fn since(log: &Path, start_bytes: u64, buckets: &Buckets) -> Result<Requests> {
    let mut text = Vec::new();
    let mut file = File::open(log).with_context(|| format!("{} can't be read", log.display()))?;
    file.seek(SeekFrom::Start(start_bytes))?;
    file.read_to_end(&mut text)?;
    Ok(count(&String::from_utf8_lossy(&text), buckets))
}

/// A line reads `2026-01-01 00:00:00 DEBUG [ministack] GET /bucket/key -> service=s3 region=us-east-1`.
fn count(text: &str, buckets: &Buckets) -> Requests {
    let mut requests = Requests::default();
    for line in text.lines() {
        let Some((head, _)) = line.split_once(S3) else {
            continue;
        };
        let mut words = head.split_whitespace().rev();
        let (Some(path), Some(method)) = (words.next(), words.next()) else {
            continue;
        };
        let path = path.trim_start_matches('/');
        let bucket = path.split('/').next().unwrap_or_default();
        let is_media = bucket == buckets.media;
        // Nobody but the uploader writes there.
        if is_media && matches!(method, "PUT" | "POST") {
            requests.upload += 1;
            continue;
        }
        let place = match bucket {
            _ if is_media => "media",
            name if name == buckets.derived => "derived",
            _ => "other",
        };
        *requests
            .indexing
            .entry(format!("{method} {place}"))
            .or_default() += 1;
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_by_bucket_and_method() {
        let line = |request: &str| format!("2026-01-01 00:00:00 DEBUG [ministack] {request}\n");
        let text = [
            line("PUT /m/uploads/w/v/source -> service=s3 region=us-east-1"),
            line("POST /m/uploads/w/v/source -> service=s3 region=us-east-1"),
            line("GET /m/uploads/w/v/source -> service=s3 region=us-east-1"),
            line("GET /m/uploads/w/v/source -> service=s3 region=us-east-1"),
            line("PUT /d/videos/v/extract/f/0.pack -> service=s3 region=us-east-1"),
            line("POST / -> service=dynamodb region=us-east-1"),
        ]
        .concat();
        let buckets = Buckets {
            media: "m".to_owned(),
            derived: "d".to_owned(),
        };
        let requests = count(&text, &buckets);
        assert_eq!(requests.upload, 2);
        let expected = [("GET media".to_owned(), 2), ("PUT derived".to_owned(), 1)];
        assert_eq!(requests.indexing, expected.into());
        assert_eq!(requests.indexing_total(), 3);
    }
}
