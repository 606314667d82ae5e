//! From frames to shots: stretches of a video that look the same throughout. Pure: no model.
//!
//! Decoding tells where the picture changes from one moment to the next; two kinds of shot come of more than that. A
//! long take slowly turns into something else: it is split where a model and the pixels agree that frames have nothing
//! in common any more. And a picture that comes back at once, after a flash or a false alarm, is one shot.

mod hash;

pub use hash::{PictureCells, PictureHash};

use std::ops::Range;

/// Cosine of two frames that a model takes for different things.
const OTHER_COSINE: f32 = 0.6;
/// Bits of 64 in which hashes of different pictures differ.
const OTHER_BITS: u32 = 20;
/// Cosine of two frames of the same picture.
const SAME_COSINE: f32 = 0.97;
/// Bits of 64 in which hashes of the same picture may differ.
const SAME_BITS: u32 = 4;
/// Part of its cells that may change: of another slide on the same paper 0.04 and more do, while model and hash hardly
/// see a difference (cosines up to 0.99, from 5 bits on).
const SAME_CELLS: f32 = 0.02;

/// A frame as its model and its pixels see it.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameView {
    /// When it is shown, in milliseconds of the video.
    pub time_ms: u64,
    /// Its vector, of length 1.
    pub vector: Vec<f32>,
    /// Of its pixels.
    pub hash: PictureHash,
    /// Of its pixels, part by part.
    pub cells: PictureCells,
}

/// A stretch of a video that looks the same throughout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShotSpan {
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// Positions of its frames.
    pub frames: Range<usize>,
    /// Position of the frame that stands for it: the one most like all others.
    pub representative: usize,
}

/// The shots of `range_ms`, given its frames in order of time and where the picture changes from one moment to the
/// next. Shots cover the range without gap or overlap; there are none without frames.
#[must_use]
pub fn shots(frames: &[FrameView], cuts_ms: &[u64], range_ms: Range<u64>) -> Vec<ShotSpan> {
    let mut groups: Vec<(u64, Range<usize>)> = Vec::new();
    for (position, frame) in frames.iter().enumerate() {
        let Some((_, group)) = groups.last_mut() else {
            groups.push((range_ms.start, position..position + 1));
            continue;
        };
        let before = &frames[position - 1];
        let cut = cuts_ms
            .iter()
            .find(|cut| (before.time_ms + 1..=frame.time_ms).contains(cut));
        let start_ms = match cut {
            Some(cut) if !is_same(before, frame) => Some(*cut),
            None if is_other(&frames[group.start], frame) => Some(frame.time_ms),
            _ => None,
        };
        match start_ms {
            Some(start_ms) => groups.push((start_ms, position..position + 1)),
            None => group.end = position + 1,
        }
    }
    let ends = groups.iter().skip(1).map(|(start_ms, _)| *start_ms);
    let ends: Vec<u64> = ends.chain([range_ms.end]).collect();
    let spans = groups.into_iter().zip(ends);
    spans
        .map(|((start_ms, group), end_ms)| ShotSpan {
            start_ms,
            end_ms: end_ms.max(start_ms + 1),
            representative: most_typical(frames, &group),
            frames: group,
        })
        .collect()
}

fn is_other(first: &FrameView, frame: &FrameView) -> bool {
    cosine(&first.vector, &frame.vector) < OTHER_COSINE
        && first.hash.distance(frame.hash) >= OTHER_BITS
}

fn is_same(before: &FrameView, frame: &FrameView) -> bool {
    cosine(&before.vector, &frame.vector) > SAME_COSINE
        && before.hash.distance(frame.hash) <= SAME_BITS
        && before.cells.changed(&frame.cells) <= SAME_CELLS
}

/// The frame whose vector is closest to the sum of all; of several the first.
fn most_typical(frames: &[FrameView], group: &Range<usize>) -> usize {
    let mut sum = vec![0.0; frames[group.start].vector.len()];
    for frame in &frames[group.clone()] {
        for (total, value) in sum.iter_mut().zip(&frame.vector) {
            *total += value;
        }
    }
    let mut best = (group.start, f32::MIN);
    for position in group.clone() {
        let closeness = cosine(&frames[position].vector, &sum);
        if closeness > best.1 {
            best = (position, closeness);
        }
    }
    best.0
}

/// Of vectors of the same length; of unit vectors the cosine.
fn cosine(left: &[f32], right: &[f32]) -> f32 {
    left.iter()
        .zip(right)
        .map(|(left, right)| left * right)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A frame that shows the thing of this number.
    fn frame(time_ms: u64, thing: usize) -> FrameView {
        let mut vector = vec![0.0; 8];
        vector[thing] = 1.0;
        FrameView {
            time_ms,
            vector,
            hash: PictureHash::of_bits(0x0123_4567_89ab_cdef_u64.rotate_left(thing as u32 * 7)),
            cells: PictureCells::of_brightness(0),
        }
    }

    fn check(things: &[usize], cuts_ms: &[u64], expected: &[(u64, u64)]) {
        let frames: Vec<_> = (0..)
            .zip(things)
            .map(|(at, thing)| frame(at * 2000, *thing))
            .collect();
        let end_ms = things.len() as u64 * 2000;
        let found = shots(&frames, cuts_ms, 0..end_ms);
        let spans: Vec<_> = found
            .iter()
            .map(|shot| (shot.start_ms, shot.end_ms))
            .collect();
        assert_eq!(spans, expected);
    }

    #[test]
    fn a_shot_begins_at_a_cut_and_not_at_the_frame_after_it() {
        check(&[0, 0, 1, 1], &[3500], &[(0, 3500), (3500, 8000)]);
    }

    #[test]
    fn a_slide_held_for_minutes_is_one_shot() {
        check(&[0; 90], &[], &[(0, 180_000)]);
    }

    #[test]
    fn a_false_alarm_is_no_cut_and_a_slow_change_is_one() {
        check(&[0, 0, 0], &[4000], &[(0, 6000)]);
        check(&[0, 0, 1, 1], &[], &[(0, 4000), (4000, 8000)]);
    }

    #[test]
    fn slides_that_only_their_cells_tell_apart_are_shots() {
        let mut frames: Vec<_> = (0..4).map(|at| frame(at * 2000, 0)).collect();
        for frame in &mut frames[2..] {
            frame.cells = PictureCells::of_brightness(30);
        }
        let found = shots(&frames, &[2000, 3500], 0..8000);
        let starts: Vec<_> = found.iter().map(|shot| shot.start_ms).collect();
        assert_eq!(starts, [0, 3500]);
    }

    #[test]
    fn the_most_typical_frame_stands_for_a_shot() {
        let mut frames: Vec<_> = (0..5).map(|at| frame(at * 2000, 0)).collect();
        frames[0].vector = vec![0.8, 0.6, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let found = shots(&frames, &[], 0..10_000);
        assert_eq!((found.len(), found[0].representative), (1, 1));
    }

    #[test]
    fn without_frames_there_are_no_shots() {
        assert_eq!(shots(&[], &[500], 0..1000), []);
    }

    proptest! {
        #[test]
        fn shots_cover_the_range(
            things in prop::collection::vec(0..4_usize, 1..40),
            mut cuts_ms in prop::collection::vec(1..80_000_u64, 0..20),
        ) {
            cuts_ms.sort_unstable();
            let frames: Vec<_> = (0..).zip(&things).map(|(at, thing)| frame(at * 2000, *thing)).collect();
            let found = shots(&frames, &cuts_ms, 0..80_000);
            prop_assert_eq!(found[0].start_ms, 0);
            prop_assert_eq!(found[found.len() - 1].end_ms, 80_000);
            for pair in found.windows(2) {
                prop_assert_eq!(pair[0].end_ms, pair[1].start_ms);
                prop_assert_eq!(pair[0].frames.end, pair[1].frames.start);
            }
            prop_assert!(found.iter().all(|shot| shot.frames.contains(&shot.representative)));
        }
    }
}
