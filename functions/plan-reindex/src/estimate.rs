//! How long a run is thought to take and what it is thought to cost, without I/O.

/// Of a document whose vector is computed anew, in milliseconds: a text takes about 3 and a frame some tens, and
/// reading a chunk's frames a second, on a function of two gigabytes.
const COMPUTED_MS: f64 = 50.0;
/// Of a document whose vector is taken over: reading and writing it.
const TAKEN_OVER_MS: f64 = 2.0;
/// Of a video, for reading its records and counting its documents.
const VIDEO_MS: f64 = 200.0;
/// Memory of reindex-videos, which its price goes by.
const MEMORY_GB: f64 = 2.0;
/// AWS's price for a second of a gigabyte on arm64 (us-east-1, 2026), in US dollars.
const USD_PER_GB_SECOND: f64 = 0.000_013_333_4;

/// What a run is thought to need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    /// From start to end.
    pub seconds: u64,
    /// For the functions' time.
    pub usd: f64,
}

/// A rough measure: it says whether a run takes minutes or days.
pub(crate) fn estimate(
    videos: u32,
    documents: u64,
    is_computed: bool,
    concurrency: u32,
) -> Estimate {
    let document_ms = if is_computed {
        COMPUTED_MS
    } else {
        TAKEN_OVER_MS
    };
    #[expect(clippy::cast_precision_loss, reason = "a rough measure")]
    let busy_seconds = (f64::from(videos) * VIDEO_MS + documents as f64 * document_ms) / 1000.0;
    let seconds = (busy_seconds / f64::from(concurrency.max(1))).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and a conversion stops at the largest number"
    )]
    Estimate {
        seconds: seconds as u64,
        usd: busy_seconds * MEMORY_GB * USD_PER_GB_SECOND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(videos: u32, documents: u64, is_computed: bool, concurrency: u32, seconds: u64) {
        let found = estimate(videos, documents, is_computed, concurrency);
        assert_eq!(found.seconds, seconds, "{found:?}");
    }

    #[test]
    fn vectors_that_are_computed_anew_take_longer() {
        check(0, 0, true, 10, 0);
        check(5, 500, false, 1, 2);
        check(5, 500, true, 1, 26);
        check(100, 100_000, true, 10, 502);
        check(1, 1, true, 0, 1);
        let hundred_thousand = estimate(100, 100_000, true, 10);
        assert!((0.13..0.14).contains(&hundred_thousand.usd));
    }
}
