//! How a video is cut into chunks, decided without I/O.

use contracts::{
    limits::{MAX_CHUNK_BYTES, MAX_CHUNKS},
    tasks::Chunk,
};

/// A chunk may be longer than wanted by this part of its length, so that a rest of seconds makes no
/// chunk of its own.
const STRETCH: u64 = 10;

/// Equal chunks of about `chunk_ms`: shorter where one would hold more than [`MAX_CHUNK_BYTES`], longer
/// where there would be more than [`MAX_CHUNKS`].
pub(crate) fn plan(duration_ms: u64, size_bytes: u64, chunk_ms: u64) -> Vec<Chunk> {
    let duration_ms = duration_ms.max(1);
    let by_time = duration_ms
        .saturating_sub(chunk_ms / STRETCH)
        .div_ceil(chunk_ms.max(1));
    let by_size = size_bytes.div_ceil(MAX_CHUNK_BYTES);
    let count = by_time.max(by_size).clamp(1, MAX_CHUNKS as u64);
    let border = |index: u64| duration_ms * index / count;
    (0..count)
        .map(|index| Chunk {
            index: u32::try_from(index).unwrap_or(u32::MAX),
            start_ms: border(index),
            end_ms: border(index + 1),
        })
        .filter(|chunk| chunk.start_ms < chunk.end_ms)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::limits::{DEFAULT_CHUNK_MS, MAX_DURATION_MS};
    use proptest::prelude::*;

    fn check(duration_ms: u64, size_bytes: u64, expected: usize) {
        assert_eq!(
            plan(duration_ms, size_bytes, DEFAULT_CHUNK_MS).len(),
            expected
        );
    }

    #[test]
    fn an_hour_has_twelve_chunks_and_the_longest_video_the_most() {
        check(0, 0, 1);
        check(45_000, 1_000_000, 1);
        check(3_600_000, 500_000_000, 12);
        check(600_020, 158_000_000, 2);
        check(640_000, 158_000_000, 3);
        check(MAX_DURATION_MS, 10_000_000_000, MAX_CHUNKS);
        check(600_000, 20_000_000_000, 20);
    }

    proptest! {
        #[test]
        fn chunks_cover_the_video_without_gap_or_overlap(
            duration_ms in 1..MAX_DURATION_MS, size_bytes in 0..100_000_000_000_u64, chunk_ms in 1000..600_000_u64,
        ) {
            let chunks = plan(duration_ms, size_bytes, chunk_ms);
            prop_assert!(chunks.len() <= MAX_CHUNKS);
            prop_assert_eq!(chunks[0].start_ms, 0);
            prop_assert_eq!(chunks[chunks.len() - 1].end_ms, duration_ms);
            for (position, pair) in chunks.windows(2).enumerate() {
                prop_assert_eq!(pair[0].end_ms, pair[1].start_ms);
                prop_assert_eq!(pair[0].index as usize, position);
            }
        }
    }
}
