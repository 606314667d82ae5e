//! Where one slide takes the place of another.
//!
//! Slides of a talk have paper and layout in common: as whole pictures they differ less than two pictures of a camera
//! that moves, and yet they say something else. So they are told apart by the cells of their looks that change
//! clearly, and by nothing else that moves: a cell counts if it stood still before and stands still after.

use super::{
    looks::{LOOK_BYTES, Look, TimedLook},
    pictures::{LOOK_HEIGHT_PX, LOOK_WIDTH_PX},
    sampling::Change,
};

/// A cell has changed if its brightness differs by more, of 255: a few letters on paper make 20 and more, while
/// compression and noise make 4 at most.
const CLEAR: u8 = 16;
/// A cell stands still while its brightness differs by no more.
const STILL: u8 = 8;
/// Captions come and go in the lowest quarter of a picture; what changes there begins no shot.
const COUNTED_CELLS: usize = LOOK_WIDTH_PX * (LOOK_HEIGHT_PX * 3 / 4);
/// Another slide changes this part of all cells: one line of text 0.027, another slide of the lectures in
/// `samples/evaluation` 0.041 and more; cameras and things that move less than 0.013 from one picture to the next.
const NEW_SLIDE: f32 = 0.02;
/// Where a slide is blended into another, so much less moves than changes. In photographs that are panned and zoomed
/// at least twice as much moves.
const MOVING_PART: f32 = 0.5;
/// Neighbouring cells of paper differ by no more, though its brightness may change slowly.
const EVEN: u8 = 2;
/// Of a slide this part is paper: of those of the lectures 0.68 and more, or 0.5 with a picture of the speaker in a
/// corner; of photographs 0.3 and less but for one in twenty.
const PAPER: f32 = 0.45;
/// For so long a cell has to stand still before and after a change, in milliseconds.
const STILL_MS: u64 = 500;
/// Within this time one slide is blended into the next, in milliseconds.
const BLEND_MS: u64 = 1000;

/// What becomes of a picture's cells from one time to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn<'a> {
    before: &'a Look,
    after: &'a Look,
    /// The part of all cells that changed and stood still before and after.
    changed: f32,
    /// The part of all cells that did not stand still.
    moving: f32,
}

impl<'a> Turn<'a> {
    /// From `before` to `after`; `early` was shown some time before and `late` some time after.
    pub(super) fn between([early, before, after, late]: [&'a Look; 4]) -> Self {
        let (mut changed, mut moving) = (0, 0);
        for at in 0..LOOK_BYTES {
            let [early, before, after, late] =
                [early, before, after, late].map(|look| look.cells()[at]);
            let moves = early.abs_diff(before) > STILL || late.abs_diff(after) > STILL;
            let changes = before.abs_diff(after) > CLEAR && at < COUNTED_CELLS;
            moving += usize::from(moves);
            changed += usize::from(changes && !moves);
        }
        Self {
            before,
            after,
            changed: part(changed),
            moving: part(moving),
        }
    }

    /// Whether as much changed as from one slide to another.
    fn is_large(self) -> bool {
        self.changed > NEW_SLIDE
    }

    /// Whether both pictures are slides and as much changed as from one to another.
    pub(super) fn is_from_slide_to_slide(self) -> bool {
        self.is_large() && is_slide(self.before) && is_slide(self.after)
    }

    fn is_steady(self) -> bool {
        self.moving < MOVING_PART * self.changed
    }
}

/// Pictures that follow each other and show another slide: nothing else changes so much at once and stands still before
/// and after.
pub(super) fn steps_among(looks: &[TimedLook]) -> Vec<Change> {
    let pairs = (1..looks.len()).map(|after| (after - 1, after));
    pairs
        .filter(|pair| turn(looks, *pair).is_some_and(Turn::is_large))
        .map(|(_, after)| Change::cut(looks[after].time_ms))
        .collect()
}

/// Slides that are blended, or pushed, into the next, in which none of `known` lies.
pub(super) fn slide_blends_among(looks: &[TimedLook], known: &[Change]) -> Vec<Change> {
    // The first and the last picture from which on one blend is seen.
    let mut found: Vec<(u64, u64)> = Vec::new();
    for (position, before) in looks.iter().enumerate() {
        let start_ms = before.time_ms;
        let after = position_of(looks, start_ms + BLEND_MS);
        let has_change = |end_ms| {
            known
                .iter()
                .any(|change| (start_ms + 1..=end_ms).contains(&change.cut_ms))
        };
        let is_blend = after < looks.len()
            && !has_change(looks[after].time_ms)
            && turn(looks, (position, after))
                .is_some_and(|turn| turn.is_steady() && turn.is_from_slide_to_slide());
        match found.last_mut() {
            Some((first_ms, last_ms)) if is_blend && start_ms <= *first_ms + BLEND_MS => {
                *last_ms = start_ms;
            }
            _ if is_blend => found.push((start_ms, start_ms)),
            _ => {}
        }
    }
    let middles = found.into_iter().map(|(first_ms, last_ms)| {
        let middle_ms = u64::midpoint(first_ms, last_ms) + BLEND_MS / 2;
        Change {
            cut_ms: looks[position_of(looks, middle_ms)].time_ms,
            half_blend_ms: BLEND_MS / 2,
        }
    });
    middles.collect()
}

/// The position of the first picture at a time or after it.
fn position_of(looks: &[TimedLook], time_ms: u64) -> usize {
    looks.partition_point(|look| look.time_ms < time_ms)
}

/// From one picture to another; `None` where too little changes to be worth a closer look.
fn turn(looks: &[TimedLook], (before, after): (usize, usize)) -> Option<Turn<'_>> {
    let (before, after) = (&looks[before], &looks[after]);
    if part(changes(&before.look, &after.look)) <= NEW_SLIDE {
        return None;
    }
    let early = looks.partition_point(|look| look.time_ms + STILL_MS <= before.time_ms);
    let late = position_of(looks, after.time_ms + STILL_MS);
    Some(Turn::between([
        &looks[early.saturating_sub(1)].look,
        &before.look,
        &after.look,
        &looks[late.min(looks.len() - 1)].look,
    ]))
}

/// How many cells changed.
fn changes(before: &Look, after: &Look) -> usize {
    let pairs = before.cells()[..COUNTED_CELLS].iter().zip(after.cells());
    pairs
        .filter(|(before, after)| before.abs_diff(**after) > CLEAR)
        .count()
}

/// Whether most of a picture is paper, as of a slide with or without the one who speaks beside it.
fn is_slide(look: &Look) -> bool {
    let cells = look.cells();
    let is_even = |at: usize| {
        cells[at].abs_diff(cells[at + 1]) <= EVEN
            && cells[at].abs_diff(cells[at + LOOK_WIDTH_PX]) <= EVEN
    };
    let last_row = LOOK_BYTES - LOOK_WIDTH_PX;
    part((0..last_row).filter(|at| is_even(*at)).count()) > PAPER
}

/// A number of cells as a part of all.
fn part(cells: usize) -> f32 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a look has less cells than 24 bits count"
    )]
    let part = cells as f32 / LOOK_BYTES as f32;
    part
}
