//! From the detector's map to rectangles: what differentiable binarisation leaves to be done.

use super::quad::{Point, Quad, grown, height, smallest_around, turn, width};

/// A pixel belongs to a line from this probability on.
const THRESHOLD: f32 = 0.3;
/// A rectangle is kept from this mean probability on.
const MIN_MEAN: f32 = 0.5;
/// Rectangles with a thinner side, in pixels of the map, are specks.
const MIN_SIDE: f32 = 3.0;
/// The model was taught lines shrunk by their area over their outline; this brings them back to their size.
const GROWTH: f32 = 1.6;
/// Most lines in one frame. A screen full of code has 60.
const MAX_LINES: usize = 200;

/// The detector's answer: for each pixel the probability that it belongs to a line of text.
#[derive(Clone, Copy)]
pub(super) struct Map<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Row by row.
    pub(super) values: &'a [f32],
}

impl Map<'_> {
    fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }

    /// Whether a pixel or one that it touches above or to the left belongs to a line: letters whose parts hardly
    /// touch stay together.
    fn is_set(&self, x: usize, y: usize) -> bool {
        let (left, above) = (x.saturating_sub(1), y.saturating_sub(1));
        self.at(x, y) > THRESHOLD
            || self.at(left, y) > THRESHOLD
            || self.at(x, above) > THRESHOLD
            || self.at(left, above) > THRESHOLD
    }
}

/// The rectangles of the lines in pixels of the map, in no particular order. Where there are too many, the largest.
pub(super) fn regions(map: Map<'_>) -> Vec<Quad> {
    if map.values.iter().all(|value| *value <= THRESHOLD) {
        return Vec::new();
    }
    let mut found: Vec<Quad> = outlines(map)
        .into_iter()
        .filter_map(smallest_around)
        .filter(|quad| {
            width(quad).min(height(quad)) >= MIN_SIDE && mean_inside(map, quad) >= MIN_MEAN
        })
        .map(|quad| {
            let (width, height) = (width(&quad), height(&quad));
            grown(&quad, GROWTH * width * height / (2.0 * (width + height)))
        })
        .collect();
    if found.len() > MAX_LINES {
        let area = |quad: &Quad| width(quad) * height(quad);
        found.sort_by(|one, other| area(other).total_cmp(&area(one)));
        found.truncate(MAX_LINES);
    }
    found
}

/// For each patch of touching pixels the first and the last of every row: all that its hull needs.
fn outlines(map: Map<'_>) -> Vec<Vec<Point>> {
    let mut open: Vec<bool> = (0..map.width * map.height)
        .map(|at| map.is_set(at % map.width, at / map.width))
        .collect();
    let mut outlines = Vec::new();
    let mut waiting = Vec::new();
    for start in 0..open.len() {
        if !std::mem::take(&mut open[start]) {
            continue;
        }
        let first_row = start / map.width;
        let mut rows: Vec<(usize, usize)> = Vec::new();
        waiting.push(start);
        while let Some(at) = waiting.pop() {
            let (x, y) = (at % map.width, at / map.width);
            let row = y - first_row;
            if rows.len() <= row {
                rows.resize(row + 1, (usize::MAX, 0));
            }
            rows[row] = (rows[row].0.min(x), rows[row].1.max(x));
            for y in y.saturating_sub(1)..=(y + 1).min(map.height - 1) {
                for x in x.saturating_sub(1)..=(x + 1).min(map.width - 1) {
                    let neighbour = y * map.width + x;
                    if std::mem::take(&mut open[neighbour]) {
                        waiting.push(neighbour);
                    }
                }
            }
        }
        let ends = |(row, (first, last)): (usize, (usize, usize))| {
            let y = (first_row + row) as f32;
            [(first as f32, y), (last as f32, y)]
        };
        outlines.push(rows.into_iter().enumerate().flat_map(ends).collect());
    }
    outlines
}

fn mean_inside(map: Map<'_>, quad: &Quad) -> f32 {
    let bounds = |coordinate: fn(&Point) -> f32, size: usize| {
        let values = quad.iter().map(coordinate);
        let (least, most) = values.fold((f32::MAX, f32::MIN), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        (
            least.max(0.0) as usize,
            (most.ceil().max(0.0) as usize).min(size - 1),
        )
    };
    let (left, right) = bounds(|point| point.0, map.width);
    let (top, bottom) = bounds(|point| point.1, map.height);
    let (mut sum, mut count) = (0.0, 0_u32);
    for y in top..=bottom {
        for x in left..=right {
            let sides: [f32; 4] = std::array::from_fn(|side| {
                turn(quad[side], quad[(side + 1) % 4], (x as f32, y as f32))
            });
            // Half a pixel of grace for what lies on a side.
            if sides
                .iter()
                .zip(lengths(quad))
                .all(|(side, length)| *side >= -0.5 * length)
            {
                sum += map.at(x, y);
                count += 1;
            }
        }
    }
    sum / count.max(1) as f32
}

fn lengths(quad: &Quad) -> [f32; 4] {
    let (width, height) = (width(quad), height(quad));
    [width, height, width, height]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map in which every `#` is text.
    fn check(rows: &[&str], expected: &[Quad]) {
        let values: Vec<f32> = rows
            .iter()
            .flat_map(|row| row.bytes().map(|byte| f32::from(byte == b'#')))
            .collect();
        let map = Map {
            width: rows[0].len(),
            height: rows.len(),
            values: &values,
        };
        assert_eq!(regions(map), expected);
    }

    #[test]
    fn a_patch_is_grown_back_to_a_line() {
        // The patch spans 8 by 4 pixels after a pixel was added below and to the right.
        check(
            &[
                "............",
                ".########...",
                ".########...",
                ".########...",
                ".########...",
                "............",
                "............",
            ],
            &[[
                (1.0 - 32.0 / 15.0, 1.0 - 32.0 / 15.0),
                (9.0 + 32.0 / 15.0, 1.0 - 32.0 / 15.0),
                (9.0 + 32.0 / 15.0, 5.0 + 32.0 / 15.0),
                (1.0 - 32.0 / 15.0, 5.0 + 32.0 / 15.0),
            ]
            .map(|(x, y)| (x, y))],
        );
    }

    #[test]
    fn specks_and_empty_maps_hold_no_line() {
        check(&["....", "....", "...."], &[]);
        check(&["....", ".#..", "...."], &[]);
        check(&["#"], &[]);
        check(&["########################"], &[]);
    }

    #[test]
    fn patches_at_the_edges_are_found_too() {
        let row = "#####..#####";
        let values: Vec<f32> = [row; 6]
            .concat()
            .bytes()
            .map(|byte| f32::from(byte == b'#'))
            .collect();
        let map = Map {
            width: row.len(),
            height: 6,
            values: &values,
        };
        assert_eq!(regions(map).len(), 2);
    }

    #[test]
    fn the_largest_are_kept_of_too_many() {
        let (width, height) = (640, 640);
        let mut values = vec![0.0; width * height];
        for y in 0..height {
            for x in 0..width {
                if x % 16 < 8 && y % 16 < 8 {
                    values[y * width + x] = 1.0;
                }
            }
        }
        assert_eq!(
            regions(Map {
                width,
                height,
                values: &values
            })
            .len(),
            MAX_LINES
        );
    }
}
