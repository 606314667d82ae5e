//! Where speech goes from one chunk to the next.

use super::{ChunkRange, silence::place_to_cut_ms};

/// How far from the planned border a silence is looked for.
const HALF_WIDTH_MS: u64 = 10_000;
/// No cut takes more than this part of a chunk, so that its two never cross.
const LARGEST_PART: u64 = 4;
const SAMPLES_PER_MS: u64 = 16;

/// The border of two chunks as planned. Both neighbours make the same one, decode the same window around it, and so
/// find the same place to cut speech at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Border {
    at_ms: u64,
    half_width_ms: u64,
}

impl Border {
    /// The border between two chunks that follow each other.
    #[must_use]
    pub fn between(left: ChunkRange, right: ChunkRange) -> Self {
        let shorter_ms = left.length_ms().min(right.length_ms());
        Self {
            at_ms: right.start_ms,
            half_width_ms: HALF_WIDTH_MS.min(shorter_ms / LARGEST_PART),
        }
    }

    /// The latest time that may be cut at.
    pub(super) fn last_ms(self) -> u64 {
        self.window().end_ms
    }

    /// What is decoded to find the cut.
    pub(super) fn window(self) -> ChunkRange {
        ChunkRange {
            start_ms: self.at_ms.saturating_sub(self.half_width_ms),
            end_ms: self.at_ms + self.half_width_ms,
        }
    }

    /// The time of the cut, given the window's mono 16 kHz samples. Those that are missing at the end, because the
    /// sound ends or is damaged, count as silence; where all are, the cut is the border as planned. Nothing else
    /// is known of damage here: what ffmpeg tells of it, and when, may differ between two runs.
    pub(super) fn cut_ms(self, mut samples: Vec<i16>) -> u64 {
        let window = self.window();
        let wanted = window.length_ms() * SAMPLES_PER_MS;
        samples.resize(usize::try_from(wanted).unwrap_or(0), 0);
        window.start_ms + place_to_cut_ms(&samples)
    }
}

/// A chunk, and how far its sound reaches into its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedChunk {
    /// The chunk's own time: pictures and captions belong to the chunk they begin in.
    pub range: ChunkRange,
    /// Where speech is cut before it; without, the chunk's sound starts with the chunk.
    pub start: Option<Border>,
    /// Where speech is cut after it; without, the chunk's sound ends with the chunk.
    pub end: Option<Border>,
}

impl PlannedChunk {
    /// The chunk at `position` of all `chunks` of a video; `None` where there is none.
    #[must_use]
    pub fn among(chunks: &[ChunkRange], position: usize) -> Option<Self> {
        let range = *chunks.get(position)?;
        let before = position.checked_sub(1).and_then(|left| chunks.get(left));
        let after = chunks.get(position + 1);
        Some(Self {
            range,
            start: before.map(|left| Border::between(*left, range)),
            end: after.map(|right| Border::between(range, *right)),
        })
    }
}

/// Alone, with nothing cut.
impl From<ChunkRange> for PlannedChunk {
    fn from(range: ChunkRange) -> Self {
        Self {
            range,
            start: None,
            end: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranges(borders_ms: &[u64]) -> Vec<ChunkRange> {
        let range = |pair: &[u64]| ChunkRange {
            start_ms: pair[0],
            end_ms: pair[1],
        };
        borders_ms.windows(2).map(range).collect()
    }

    fn check(borders_ms: &[u64], expected: &[(u64, u64)]) {
        let chunks = ranges(borders_ms);
        let windows = chunks.windows(2).map(|pair| {
            let window = Border::between(pair[0], pair[1]).window();
            (window.start_ms, window.end_ms)
        });
        assert_eq!(windows.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn windows_are_at_most_twenty_seconds_and_half_the_shorter_chunk() {
        check(&[0, 300_000, 600_000], &[(290_000, 310_000)]);
        check(&[0, 20_000, 50_000], &[(15_000, 25_000)]);
        check(&[0, 8000, 10_000, 18_000], &[(7500, 8500), (9500, 10_500)]);
        check(&[0, 3, 6], &[(3, 3)]);
    }

    #[test]
    fn the_first_has_no_border_before_it_and_the_last_none_after() {
        let chunks = ranges(&[0, 50_000, 100_000, 150_000]);
        let chunk = |position| PlannedChunk::among(&chunks, position).unwrap();
        assert_eq!((chunk(0).start, chunk(2).end), (None, None));
        assert_eq!(chunk(0).end, chunk(1).start);
        assert_eq!(chunk(1).end, chunk(2).start);
        assert!(chunk(1).start.is_some() && chunk(1).end.is_some());
        assert_eq!(PlannedChunk::among(&chunks, 3), None);
    }

    #[test]
    fn what_could_not_be_decoded_is_cut_as_planned() {
        let chunks = ranges(&[0, 60_000, 100_000]);
        let border = Border::between(chunks[0], chunks[1]);
        assert_eq!(border.cut_ms(Vec::new()), 60_000);
        // The sound ends 6 s into the window of 20 s: the rest is one silence.
        assert_eq!(border.cut_ms(vec![1000; 6 * 16_000]), 50_000 + 13_000);
    }

    proptest! {
        #[test]
        fn cuts_never_cross(lengths_ms in prop::collection::vec(1..100_000_u64, 2..6), loud in any::<bool>()) {
            let mut borders_ms = vec![0];
            for length_ms in lengths_ms {
                borders_ms.push(borders_ms[borders_ms.len() - 1] + length_ms);
            }
            let chunks = ranges(&borders_ms);
            let sound = if loud { vec![9000; 1000] } else { Vec::new() };
            let cuts = chunks.windows(2).map(|pair| Border::between(pair[0], pair[1]).cut_ms(sound.clone()));
            let cuts: Vec<u64> = cuts.collect();
            prop_assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]), "{cuts:?}");
            for (cut, border) in cuts.iter().zip(&borders_ms[1..]) {
                prop_assert!(cut.abs_diff(*border) <= HALF_WIDTH_MS);
            }
        }
    }
}
