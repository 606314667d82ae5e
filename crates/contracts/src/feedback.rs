//! What people say of an answer by opening a moment of it.

use crate::VideoId;
use serde::{Deserialize, Serialize};

/// Body of `POST /feedback`, and what is kept of it: a moment that was opened. It names nobody, and no video but the
/// one that was opened, so that it goes when that video is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// What was asked, in words.
    pub query: String,
    /// The video.
    pub video_id: VideoId,
    /// First millisecond of the moment, as it was answered.
    pub start_ms: u64,
    /// The millisecond after its last.
    pub end_ms: u64,
    /// Where it stood in the answer, from 1; those that came near count after those that match well.
    pub position: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_still_read() {
        let kept = r#"{"query":"breaking the ice","video_id":"v","start_ms":12300,"end_ms":18000,"position":2}"#;
        let opened = Opened {
            query: "breaking the ice".into(),
            video_id: "v".into(),
            start_ms: 12_300,
            end_ms: 18_000,
            position: 2,
        };
        assert_eq!(serde_json::from_str::<Opened>(kept).unwrap(), opened);
        assert_eq!(serde_json::to_string(&opened).unwrap(), kept);
    }
}
