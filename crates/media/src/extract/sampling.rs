//! Which pictures of a chunk are looked at, and where its shots begin.
//!
//! Key frames alone are decoded first, since decoding every picture takes more than all models together. Most encoders
//! put a key frame where the picture changes; those that don't betray a cut by a packet far larger than its
//! neighbours. Only the stretches between two key frames that hide something are decoded in full:
//!
//! - a packet stands out: something begins there;
//! - the chunk begins or ends far from a key frame;
//! - key frames are further apart than wanted, and what they show differs.
//!
//! Of large pictures not all of that can be paid for. What is surer to hide something comes first; last come
//! stretches whose second key frame came early, which says by itself that the picture changes there.

use std::collections::BTreeSet;

use super::{
    ChunkRange, Frame,
    looks::{Look, TimedLook},
    packets::Packet,
    slides::{Turn, slide_blends_among, steps_among},
};

/// Looks that differ by no more show the same, unless they are slides (`slides.rs`).
const ALIKE: f32 = 0.03;
/// Looks of neighbouring key frames that differ by so much have a cut between them.
const UNLIKE: f32 = 0.12;
/// Two pictures that follow each other differ by so much where one shot ends and the next begins …
const CUT: f32 = 0.06;
/// … and by so many times what pictures around them differ by, which tells a cut from things that move fast.
const CUT_OVER_MOTION: f32 = 4.0;
/// Half of the time within which one shot is blended into the next, in milliseconds.
const HALF_BLENDS_MS: [u64; 3] = [250, 500, 1000];
/// The ends of a blend differ by so much.
const BLEND: f32 = 0.07;
/// A blend's middle is so much closer to the mean of its ends than the ends are to each other …
const BLEND_STRAIGHTNESS: f32 = 0.25;
/// … and right before and after it, together, so much less changes.
const BLEND_STEADINESS: f32 = 0.7;
/// A packet stands out if it is so many times as large as the middle one of its stretch …
const PACKET_OVER_MEDIAN: u64 = 4;
/// … and at least this part of the key frame before it.
const PART_OF_KEY_FRAME: u64 = 4;
/// A key frame that comes in less than this part of the usual time was put where the picture changes.
const EARLY_PART: f64 = 0.9;
/// Distances of key frames are the same if they differ by no more than a picture's length or so, in milliseconds.
const SAME_DISTANCE_MS: u64 = 50;
/// Starting ffmpeg again takes as long as decoding so much of a video, in milliseconds.
const RESTART_MS: u64 = 1000;
/// Pictures that are shown at times rounded to a millisecond.
const TOLERANCE_MS: u64 = 2;

/// How doubtful it is that a stretch hides something, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    /// A packet is as large as only a new picture is.
    StandsOut,
    /// Something changed, or nothing is known.
    Unseen,
    /// Something changed, and the key frame that came early for it says when.
    Explained,
}

/// Where one shot ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    /// When the next shot is first shown, or shown as much as the one before.
    pub(super) cut_ms: u64,
    /// Half of the time around it in which both are shown; 0 for a cut.
    pub(super) half_blend_ms: u64,
}

impl Change {
    pub(super) fn cut(cut_ms: u64) -> Self {
        Self {
            cut_ms,
            half_blend_ms: 0,
        }
    }

    fn is_blended_at(self, time_ms: u64) -> bool {
        self.cut_ms.abs_diff(time_ms) < self.half_blend_ms
    }
}

/// What is known of a chunk's pictures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// Of key frames, in order of time.
    pub(super) key_looks: &'a [TimedLook],
    /// In order of decoding.
    pub(super) packets: &'a [Packet],
    pub(super) range: ChunkRange,
    /// Pictures further apart than this are wanted, in milliseconds.
    pub(super) interval_ms: u64,
}

impl Seen<'_> {
    /// The stretches to decode in full, in order of time, of `max_pictures` at most.
    pub(super) fn stretches(&self, max_pictures: usize) -> Vec<ChunkRange> {
        let mut hiding = self.hiding();
        hiding.sort_by_key(|(doubt, _)| *doubt);
        let mut left = max_pictures;
        hiding.retain(|(_, stretch)| {
            let pictures = self.packets_in(*stretch).count();
            let is_paid_for = pictures <= left;
            left -= if is_paid_for { pictures } else { 0 };
            is_paid_for
        });
        hiding.sort_by_key(|(_, stretch)| stretch.start_ms);
        let mut stretches: Vec<ChunkRange> = Vec::new();
        for (_, stretch) in hiding {
            match stretches.last_mut() {
                // Starting ffmpeg again takes as long as decoding a little.
                Some(last) if stretch.start_ms <= last.end_ms + RESTART_MS => {
                    last.end_ms = stretch.end_ms;
                }
                _ => stretches.push(stretch),
            }
        }
        stretches
    }

    /// Stretches that may hide something, and how doubtful that is.
    fn hiding(&self) -> Vec<(Doubt, ChunkRange)> {
        let (Some(first), Some(last)) = (self.key_looks.first(), self.key_looks.last()) else {
            return Vec::new();
        };
        let range = self.range;
        let usual_ms = self.usual_distance_ms();
        let head = ChunkRange {
            start_ms: range.start_ms,
            end_ms: first.time_ms + 1,
        };
        let tail = ChunkRange {
            start_ms: last.time_ms,
            end_ms: range.end_ms,
        };
        let between = self
            .key_looks
            .windows(2)
            .enumerate()
            .map(|(position, pair)| {
                let stretch = ChunkRange {
                    start_ms: pair[0].time_ms,
                    // The key frame too: what comes right before it says whether it begins a shot.
                    end_ms: pair[1].time_ms + 1,
                };
                (stretch, self.doubt_between(position, usual_ms))
            });
        let ends = [head, tail].map(|end| (end, self.is_long(end).then_some(Doubt::Unseen)));
        let mut found = Vec::new();
        for (stretch, doubt) in between.chain(ends) {
            let stands_out = self.stands_out(stretch).then_some(Doubt::StandsOut);
            found.extend(stands_out.or(doubt).map(|doubt| (doubt, stretch)));
        }
        found
    }

    /// Between the key frame at `position` and the next. A slide whose key frame came early needs no second look.
    fn doubt_between(&self, position: usize, usual_ms: u64) -> Option<Doubt> {
        let pair = &self.key_looks[position..position + 2];
        let stretch = ChunkRange {
            start_ms: pair[0].time_ms,
            end_ms: pair[1].time_ms,
        };
        let is_early = is_early(pair, usual_ms);
        let differ =
            pair[0].look.difference(&pair[1].look) > ALIKE || self.is_new_slide(position, false);
        if differ && !is_early && self.is_long(stretch) {
            Some(Doubt::Unseen)
        } else {
            is_cut_between(pair, is_early).then_some(Doubt::Explained)
        }
    }

    /// Whether the key frame after the one at `position` shows another slide. Where the encoder may have put it only
    /// because it was time, or all pictures before it are known, what changes has to stand still at its neighbours.
    fn is_new_slide(&self, position: usize, is_known: bool) -> bool {
        let looks = self.key_looks;
        let (before, after) = (position, position + 1);
        let (early, late) = if is_known || self.is_regular(position) {
            (before.saturating_sub(1), (after + 1).min(looks.len() - 1))
        } else {
            (before, after)
        };
        Turn::between([early, before, after, late].map(|at| &looks[at].look))
            .is_from_slide_to_slide()
    }

    /// Whether it took as long as usual from the key frame at `position` to the next, and more than once.
    fn is_regular(&self, position: usize) -> bool {
        let distance_ms = |pair: &[TimedLook]| pair[1].time_ms - pair[0].time_ms;
        let pair = &self.key_looks[position..position + 2];
        let is_as_long = |other: &&[TimedLook]| {
            distance_ms(other).abs_diff(distance_ms(pair)) <= SAME_DISTANCE_MS
        };
        let as_long = self.key_looks.windows(2).filter(is_as_long).count();
        as_long > 1 && !is_early(pair, self.usual_distance_ms())
    }

    /// Whether pictures are wanted from within a stretch, and there are some.
    fn is_long(&self, stretch: ChunkRange) -> bool {
        let shown_until_ms = self.last_shown_ms().min(stretch.end_ms);
        shown_until_ms.saturating_sub(stretch.start_ms) > self.interval_ms + TOLERANCE_MS
    }

    fn last_shown_ms(&self) -> u64 {
        let times = self.packets.iter().map(|packet| packet.time_ms);
        times.max().unwrap_or(0)
    }

    fn packets_in(&self, stretch: ChunkRange) -> impl Iterator<Item = &Packet> {
        let shown = stretch.start_ms..stretch.end_ms;
        self.packets
            .iter()
            .filter(move |packet| shown.contains(&packet.time_ms))
    }

    /// Whether a packet between two key frames is as large as only a new picture is.
    fn stands_out(&self, stretch: ChunkRange) -> bool {
        let mut sizes: Vec<u64> = self
            .packets_in(stretch)
            .filter(|packet| !packet.is_key)
            .map(|packet| packet.size_bytes)
            .collect();
        let key = self.packets_in(stretch).find(|packet| packet.is_key);
        sizes.sort_unstable();
        let (Some(median), Some(largest)) = (sizes.get(sizes.len() / 2), sizes.last()) else {
            return false;
        };
        let key_bytes = key.map_or(0, |packet| packet.size_bytes);
        *largest > median * PACKET_OVER_MEDIAN && *largest > key_bytes / PART_OF_KEY_FRAME
    }

    /// Where shots begin, given the looks of all pictures of the stretches that were decoded in full.
    pub(super) fn changes(&self, dense: &[Vec<TimedLook>]) -> Vec<Change> {
        let mut changes: Vec<Change> = dense
            .iter()
            .flat_map(|looks| changes_among(looks))
            .collect();
        let usual_ms = self.usual_distance_ms();
        let mut at_key_frames = Vec::new();
        for (position, pair) in self.key_looks.windows(2).enumerate() {
            let (before, at) = (pair[0].time_ms, pair[1].time_ms);
            let is_known = dense.iter().any(|looks| covers(looks, before, at));
            let is_cut = !is_known && is_cut_between(pair, is_early(pair, usual_ms));
            let has_change = || {
                let mut times = changes.iter().map(|change| change.cut_ms);
                times.any(|cut_ms| (before + 1..=at).contains(&cut_ms))
            };
            // Also where all pictures are known: one that moves beside slides hides how they are blended.
            if is_cut || (self.is_new_slide(position, is_known) && !has_change()) {
                at_key_frames.push(Change::cut(at));
            }
        }
        changes.extend(at_key_frames);
        changes.sort_unstable_by_key(|change| change.cut_ms);
        changes.dedup_by_key(|change| change.cut_ms);
        changes
    }

    /// The longest time between two key frames: what the encoder was told.
    fn usual_distance_ms(&self) -> u64 {
        let pairs = self.key_looks.windows(2);
        pairs
            .map(|pair| pair[1].time_ms - pair[0].time_ms)
            .max()
            .unwrap_or(0)
    }
}

/// Whether the second of two key frames came before its time: the encoder put it where the picture changes.
fn is_early(pair: &[TimedLook], usual_ms: u64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "a chunk has some minutes")]
    let is_early = ((pair[1].time_ms - pair[0].time_ms) as f64) < EARLY_PART * usual_ms as f64;
    is_early
}

/// Whether two key frames alone say that a shot begins with the second.
fn is_cut_between(pair: &[TimedLook], is_early: bool) -> bool {
    let difference = pair[0].look.difference(&pair[1].look);
    difference > UNLIKE || (is_early && difference > ALIKE)
}

fn covers(looks: &[TimedLook], start_ms: u64, end_ms: u64) -> bool {
    match (looks.first(), looks.last()) {
        (Some(first), Some(last)) => {
            first.time_ms <= start_ms + TOLERANCE_MS && last.time_ms + TOLERANCE_MS >= end_ms
        }
        _ => false,
    }
}

/// Where shots begin among pictures that follow each other.
fn changes_among(looks: &[TimedLook]) -> Vec<Change> {
    let steps: Vec<f32> = looks
        .windows(2)
        .map(|pair| pair[0].look.difference(&pair[1].look))
        .collect();
    let mut changes = Vec::new();
    for (position, step) in steps.iter().enumerate() {
        if *step > CUT && *step > CUT_OVER_MOTION * motion_around(&steps, position) {
            changes.push(Change::cut(looks[position + 1].time_ms));
        }
    }
    changes.extend(steps_among(looks));
    let blends = blends_among(looks, &changes);
    changes.extend(blends);
    changes.extend(slide_blends_among(looks, &changes));
    changes.sort_unstable_by_key(|change| change.cut_ms);
    changes.dedup_by_key(|change| change.cut_ms);
    changes
}

/// How much pictures differ around a step from one to the next, that step left out: the median.
fn motion_around(steps: &[f32], position: usize) -> f32 {
    const NEIGHBOURS: usize = 6;
    let from = position.saturating_sub(NEIGHBOURS);
    let to = (position + NEIGHBOURS + 1).min(steps.len());
    let mut around: Vec<f32> = (from..to)
        .filter(|other| *other != position)
        .map(|other| steps[other])
        .collect();
    around.sort_by(f32::total_cmp);
    around.get(around.len() / 2).copied().unwrap_or(0.0)
}

/// Blends from one shot into the next, in which no cut lies.
fn blends_among(looks: &[TimedLook], cuts: &[Change]) -> Vec<Change> {
    // With how far apart the blend's ends are.
    let mut found: Vec<(Change, f32)> = Vec::new();
    for half_ms in HALF_BLENDS_MS {
        for (position, middle) in looks.iter().enumerate() {
            let Some((before, after)) = ends_around(looks, position, half_ms) else {
                continue;
            };
            let has_cut = cuts
                .iter()
                .any(|cut| (before.time_ms + 1..=after.time_ms).contains(&cut.cut_ms));
            let apart = before.look.difference(&after.look);
            let bent = middle.look.distance_from_middle(&before.look, &after.look);
            let around = change_around(looks, before, after, half_ms);
            if !has_cut
                && apart > BLEND
                && bent < BLEND_STRAIGHTNESS * apart
                && around < BLEND_STEADINESS * apart
            {
                let blend = Change {
                    cut_ms: middle.time_ms,
                    half_blend_ms: half_ms,
                };
                found.push((blend, apart));
            }
        }
    }
    // The strongest of those that overlap.
    found.sort_by(|left, right| right.1.total_cmp(&left.1));
    let longest_ms = 2 * HALF_BLENDS_MS[HALF_BLENDS_MS.len() - 1];
    let mut blends: Vec<Change> = Vec::new();
    for (blend, _) in found {
        let is_apart = |other: &Change| other.cut_ms.abs_diff(blend.cut_ms) >= longest_ms;
        if blends.iter().all(is_apart) {
            blends.push(blend);
        }
    }
    blends
}

/// How much changes in `half_ms` before a blend's first picture and after its last.
fn change_around(looks: &[TimedLook], first: &TimedLook, last: &TimedLook, half_ms: u64) -> f32 {
    let early = looks
        .iter()
        .rfind(|look| look.time_ms + half_ms <= first.time_ms);
    let late = looks
        .iter()
        .find(|look| look.time_ms >= last.time_ms + half_ms);
    let change = |other: Option<&TimedLook>, end: &TimedLook| {
        other.map_or(0.0, |other| other.look.difference(&end.look))
    };
    change(early, first) + change(late, last)
}

/// The pictures shown `half_ms` before and after one.
fn ends_around(
    looks: &[TimedLook],
    position: usize,
    half_ms: u64,
) -> Option<(&TimedLook, &TimedLook)> {
    let time_ms = looks[position].time_ms;
    let before_ms = time_ms.checked_sub(half_ms)?;
    let before = looks[..position]
        .iter()
        .rfind(|look| look.time_ms <= before_ms)?;
    let after = looks[position..]
        .iter()
        .find(|look| look.time_ms >= time_ms + half_ms)?;
    Some((before, after))
}

/// Of all pictures that were kept as files those that are worth looking at: the first of each shot, then one every
/// `interval_ms`, and any that looks quite different from the last. One that shows two shots at once only where a shot
/// has no other.
pub(super) fn choose(
    mut frames: Vec<Frame>,
    looks: &[&TimedLook],
    changes: &[Change],
    interval_ms: u64,
) -> Vec<Frame> {
    frames.sort_by_key(|frame| frame.time_ms);
    frames.dedup_by_key(|frame| frame.time_ms);
    let shot_at = |time_ms: u64| changes.partition_point(|change| change.cut_ms <= time_ms);
    let is_clear = |frame: &Frame| {
        !changes
            .iter()
            .any(|change| change.is_blended_at(frame.time_ms))
    };
    let clear_shots: BTreeSet<usize> = frames
        .iter()
        .filter(|frame| is_clear(frame))
        .map(|frame| shot_at(frame.time_ms))
        .collect();
    frames.retain(|frame| is_clear(frame) || !clear_shots.contains(&shot_at(frame.time_ms)));
    let look_at = |time_ms: u64| -> Option<&Look> {
        let found = looks.binary_search_by_key(&time_ms, |look| look.time_ms);
        found.ok().map(|position| &looks[position].look)
    };
    let mut chosen: Vec<Frame> = Vec::new();
    for frame in frames {
        let Some(last) = chosen.last() else {
            chosen.push(frame);
            continue;
        };
        let begins_shot = shot_at(last.time_ms) != shot_at(frame.time_ms);
        let is_due = frame.time_ms + TOLERANCE_MS >= last.time_ms + interval_ms;
        let differs = match (look_at(last.time_ms), look_at(frame.time_ms)) {
            (Some(before), Some(now)) => before.difference(now) > UNLIKE,
            _ => false,
        };
        if begins_shot || is_due || differs {
            chosen.push(frame);
        }
    }
    chosen
}

#[cfg(test)]
mod tests;
