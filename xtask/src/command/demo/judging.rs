//! Whether an answer is right.

use std::collections::BTreeMap;

use crate::command::overlap::overlap;
use crate::command::sample_videos::samples::Query;
use crate::command::sample_videos::vindex_cli::Moment;

/// The passage found and the true one share at least this part of what they cover together.
const LEAST_OVERLAP: f64 = 0.3;
/// The passage found starts at most this far from the true one's start.
const MOST_START_DISTANCE_MS: u64 = 3_000;

/// What is to be said of the first moment of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The right passage of the right video.
    Right,
    /// The right video, and another passage of it or too little of the right one.
    OtherPassage,
    /// Another video.
    OtherVideo,
    /// There was no moment.
    Nothing,
}

/// How many of the queries asked were answered right.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Queries whose first moment is right.
    pub right: usize,
    /// Queries asked.
    pub asked: usize,
}

impl Measure {
    /// Counts one query.
    pub fn add(&mut self, is_right: bool) {
        self.asked += 1;
        self.right += usize::from(is_right);
    }

    /// Whether at least `right` of `of` are right; never when nothing was asked.
    pub fn is_enough(self, right: usize, of: usize) -> bool {
        self.asked > 0 && self.right * of >= self.asked * right
    }

    /// As a sentence.
    pub fn sentence(self) -> String {
        format!(
            "{} of {} queries have the right passage first",
            self.right, self.asked
        )
    }
}

/// Judges the first moment of an answer; `uploaded` gives the sample that a video id stands for.
pub fn judge(
    query: &Query,
    first: Option<&Moment>,
    uploaded: &BTreeMap<String, String>,
) -> Verdict {
    let Some(moment) = first else {
        return Verdict::Nothing;
    };
    let sample = uploaded.get(&moment.video_id);
    if sample.is_none() || sample != query.video.as_ref() {
        return Verdict::OtherVideo;
    }
    let start_distance_ms = moment.start_ms.abs_diff(query.start_ms);
    let overlap = overlap(
        (moment.start_ms, moment.end_ms),
        (query.start_ms, query.end_ms),
    );
    if overlap >= LEAST_OVERLAP && start_distance_ms <= MOST_START_DISTANCE_MS {
        Verdict::Right
    } else {
        Verdict::OtherPassage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> Query {
        let text = r#"{"query": "q", "video": "farm", "start_ms": 10000, "end_ms": 20000, "needs": "speech"}"#;
        serde_json::from_str(text).unwrap()
    }

    fn check(video_id: &str, start_ms: u64, end_ms: u64, expected: Verdict) {
        let uploaded = BTreeMap::from([
            ("id-1".to_owned(), "farm".to_owned()),
            ("id-2".to_owned(), "hill".to_owned()),
        ]);
        let moment = Moment {
            video_id: video_id.to_owned(),
            start_ms,
            end_ms,
            ..Moment::default()
        };
        assert_eq!(
            judge(&query(), Some(&moment), &uploaded),
            expected,
            "{video_id} {start_ms} {end_ms}"
        );
    }

    #[test]
    fn the_right_passage_is_right() {
        check("id-1", 10_000, 20_000, Verdict::Right);
        check("id-1", 7_000, 20_000, Verdict::Right);
        check("id-1", 13_000, 20_000, Verdict::Right);
    }

    #[test]
    fn a_start_too_far_off_is_wrong() {
        check("id-1", 6_999, 20_000, Verdict::OtherPassage);
        check("id-1", 13_001, 20_000, Verdict::OtherPassage);
    }

    #[test]
    fn too_little_overlap_is_wrong() {
        check("id-1", 10_000, 13_000, Verdict::Right);
        check("id-1", 10_000, 12_999, Verdict::OtherPassage);
        check("id-1", 10_000, 43_334, Verdict::OtherPassage);
    }

    #[test]
    fn another_video_is_wrong_at_any_time() {
        check("id-2", 10_000, 20_000, Verdict::OtherVideo);
        check("id-of-a-stranger", 10_000, 20_000, Verdict::OtherVideo);
        assert_eq!(judge(&query(), None, &BTreeMap::new()), Verdict::Nothing);
    }

    #[test]
    fn nine_in_ten_is_a_floor() {
        let measure = |right, asked| Measure { right, asked };
        assert!(measure(9, 10).is_enough(9, 10) && measure(22, 24).is_enough(9, 10));
        assert!(!measure(21, 24).is_enough(9, 10) && !measure(0, 0).is_enough(9, 10));
        assert!(measure(8, 12).is_enough(8, 12) && !measure(7, 12).is_enough(8, 12));
    }
}
