//! Whether two pictures show the same, told by a few grey pixels of each.

use std::{io, path::Path};

use super::{
    packets::read_lines,
    pictures::{LOOK_HEIGHT_PX, LOOK_TIMES_FILE, LOOK_WIDTH_PX, LOOKS_FILE},
};

pub(super) const LOOK_BYTES: usize = LOOK_WIDTH_PX * LOOK_HEIGHT_PX;
/// Width and height of a look as a whole picture is judged by it, in blocks of cells.
const COARSE_SIDE: usize = 16;
const COARSE_BYTES: usize = COARSE_SIDE * COARSE_SIDE;
const BLOCK_WIDTH: usize = LOOK_WIDTH_PX / COARSE_SIDE;
const BLOCK_HEIGHT: usize = LOOK_HEIGHT_PX / COARSE_SIDE;

/// A grey thumbnail of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Row by row.
    cells: [u8; LOOK_BYTES],
    /// The means of blocks of cells. A camera that moves changes them less than the cells.
    coarse: [u8; COARSE_BYTES],
}

/// A look and when it is shown, in milliseconds of the video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimedLook {
    pub(super) time_ms: u64,
    pub(super) look: Look,
}

impl Look {
    fn new(cells: [u8; LOOK_BYTES]) -> Self {
        let mut sums = [0_u16; COARSE_BYTES];
        for (at, cell) in cells.iter().enumerate() {
            let (x, y) = (at % LOOK_WIDTH_PX, at / LOOK_WIDTH_PX);
            sums[y / BLOCK_HEIGHT * COARSE_SIDE + x / BLOCK_WIDTH] += u16::from(*cell);
        }
        let cells_a_block = (BLOCK_WIDTH * BLOCK_HEIGHT) as u16;
        let coarse = sums.map(|sum| ((sum + cells_a_block / 2) / cells_a_block) as u8);
        Self { cells, coarse }
    }

    /// Its pixels, row by row.
    pub(super) fn cells(&self) -> &[u8; LOOK_BYTES] {
        &self.cells
    }

    /// Mean difference of brightness, 0 to 1.
    pub(super) fn difference(&self, other: &Self) -> f32 {
        let sum: u32 = self
            .coarse
            .iter()
            .zip(&other.coarse)
            .map(|(left, right)| u32::from(left.abs_diff(*right)))
            .sum();
        mean(sum)
    }

    /// How far this look is from lying halfway between two others, 0 to 1: pictures that are blended into one another
    /// do lie there, things that move don't.
    pub(super) fn distance_from_middle(&self, before: &Self, after: &Self) -> f32 {
        let pairs = before.coarse.iter().zip(&after.coarse);
        let doubled: u32 = pairs
            .zip(&self.coarse)
            .map(|((before, after), middle)| {
                (u16::from(*before) + u16::from(*after)).abs_diff(2 * u16::from(*middle))
            })
            .map(u32::from)
            .sum();
        mean(doubled) / 2.0
    }

    /// Of blocks of cells, row by row.
    #[cfg(test)]
    pub(super) fn of(grey: impl Fn(usize) -> u8) -> Self {
        Self::of_cells(|x, y| grey(y / BLOCK_HEIGHT * COARSE_SIDE + x / BLOCK_WIDTH))
    }

    #[cfg(test)]
    pub(super) fn of_cells(grey: impl Fn(usize, usize) -> u8) -> Self {
        Self::new(std::array::from_fn(|at| {
            grey(at % LOOK_WIDTH_PX, at / LOOK_WIDTH_PX)
        }))
    }
}

fn mean(sum: u32) -> f32 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a few hundred bytes add up to less than 24 bits"
    )]
    let mean = sum as f32 / (COARSE_BYTES as f32 * 255.0);
    mean
}

/// The looks that a run left in `folder`, in order of time; none where it had no pictures.
pub(super) fn read_looks(folder: &Path) -> io::Result<Vec<TimedLook>> {
    let Some(lines) = read_lines(&folder.join(LOOK_TIMES_FILE))? else {
        return Ok(Vec::new());
    };
    let bytes = std::fs::read(folder.join(LOOKS_FILE))?;
    let (looks, _) = bytes.as_chunks::<LOOK_BYTES>();
    let timed = lines.iter().zip(looks).map(|(line, look)| TimedLook {
        time_ms: line.time_ms,
        look: Look::new(*look),
    });
    let mut timed: Vec<TimedLook> = timed.collect();
    timed.sort_by_key(|timed| timed.time_ms);
    Ok(timed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_go_from_nothing_to_one() {
        let (black, white) = (Look::of(|_| 0), Look::of(|_| 255));
        let half = Look::of(|pixel| if pixel < COARSE_BYTES / 2 { 0 } else { 255 });
        assert_eq!(black.difference(&black), 0.0);
        assert_eq!(black.difference(&white), 1.0);
        assert_eq!(half.difference(&white), 0.5);
    }

    #[test]
    fn a_blend_lies_in_the_middle_and_a_move_does_not() {
        let (left, right) = (Look::of(|at| (at % 200) as u8), Look::of(|_| 100));
        let blend = Look::of(|at| ((at % 200) as u8).midpoint(100));
        assert!(blend.distance_from_middle(&left, &right) < 0.003);
        assert!(left.distance_from_middle(&left, &right) > 0.08);
    }
}
