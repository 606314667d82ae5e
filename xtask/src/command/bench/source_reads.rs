//! What the functions read of an upload, from their own logs.

use anyhow::Result;
use serde_json::Value;

use crate::aws::LocalAws;
use crate::command::function_logs::{events, group_of};

/// The functions that read uploads.
pub const READERS: [&str; 2] = ["probe-media", "extract-chunk"];

/// What was read of one upload.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct SourceReads {
    /// Bytes that S3 delivered.
    pub bytes: u64,
    /// Requests with a range.
    pub reads: u64,
}

/// Adds up what the log of each reader says of the video.
///
/// # Errors
/// When the logs can't be read.
pub fn of_video(aws: &LocalAws, video_id: &str) -> Result<SourceReads> {
    let mut total = SourceReads::default();
    for function in READERS {
        let lines = events(aws, &group_of(aws, function)?, 0)?;
        for (_, line) in lines {
            if let Some(read) = parse(&line, video_id) {
                total.bytes += read.bytes;
                total.reads += read.reads;
            }
        }
    }
    Ok(total)
}

fn parse(line: &str, video_id: &str) -> Option<SourceReads> {
    let fields: Value = serde_json::from_str(line).ok()?;
    if fields["video.id"] != video_id {
        return None;
    }
    Some(SourceReads {
        bytes: fields["source.bytes"].as_u64()?,
        reads: fields["source.reads"].as_u64()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_the_video_that_tell_of_reading_count() {
        let line = r#"{"message":"read","video.id":"v","chunk.index":0,"source.bytes":1145831,"source.reads":15}"#;
        let expected = SourceReads {
            bytes: 1_145_831,
            reads: 15,
        };
        assert_eq!(parse(line, "v"), Some(expected));
        assert_eq!(parse(line, "w"), None);
        assert_eq!(parse(r#"{"message":"planned","video.id":"v"}"#, "v"), None);
        assert_eq!(parse("START RequestId: 1", "v"), None);
    }
}
