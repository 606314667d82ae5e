//! The order in which lines are read.

use super::{
    TextLine,
    quad::{self, Point, Quad},
};

/// Pieces on one baseline are one line up to this gap, in heights of the lower piece: some spaces wide.
const MAX_GAP: f32 = 1.2;
/// The height of one piece over the other's, at most. One with descenders is higher than one without.
const MAX_HEIGHT_RATIO: f32 = 1.7;
/// How far apart their middles may be, in heights of the lower one.
const MAX_SHIFT: f32 = 0.4;
/// Columns are at least so far apart, in median heights.
const MIN_COLUMN_GAP: f32 = 0.8;

/// A line's upright extent after the whole frame was turned back to level.
#[derive(Clone, Copy, Debug)]
struct Extent {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Extent {
    fn height(self) -> f32 {
        self.bottom - self.top
    }

    fn middle(self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }
}

struct Piece {
    line: TextLine,
    extent: Extent,
}

/// Joins the pieces of each line and puts the lines into reading order.
pub(super) fn arranged(lines: Vec<TextLine>) -> Vec<TextLine> {
    let angle = common_angle(&lines);
    let pieces: Vec<Piece> = lines
        .into_iter()
        .map(|line| Piece {
            extent: extent(&line.corners, angle),
            line,
        })
        .collect();
    let mut arranged = Vec::with_capacity(pieces.len());
    order(joined(pieces, angle), &mut arranged);
    arranged.into_iter().map(|piece| piece.line).collect()
}

/// The median of the lines' angles, each counted by its length: that of a turned sheet of text. Signs at odd angles
/// don't matter.
fn common_angle(lines: &[TextLine]) -> f32 {
    let mut angles: Vec<(f32, f32)> = lines
        .iter()
        .map(|line| (quad::angle(&line.corners), quad::width(&line.corners)))
        .collect();
    angles.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half: f32 = angles.iter().map(|(_, length)| length).sum::<f32>() / 2.0;
    let mut passed = 0.0;
    for (angle, length) in angles {
        passed += length;
        if passed >= half {
            return angle;
        }
    }
    0.0
}

fn extent(corners: &Quad, angle: f32) -> Extent {
    let corners = corners.map(|corner| turned(corner, -angle));
    let middle = |coordinate: fn(Point) -> f32| corners.map(coordinate).iter().sum::<f32>() / 4.0;
    // A long line at a slightly different angle keeps its height.
    let (x, y) = (middle(|corner| corner.0), middle(|corner| corner.1));
    let (width, height) = (quad::width(&corners), quad::height(&corners));
    Extent {
        left: x - width / 2.0,
        right: x + width / 2.0,
        top: y - height / 2.0,
        bottom: y + height / 2.0,
    }
}

fn turned((x, y): Point, angle: f32) -> Point {
    let (sin, cos) = angle.sin_cos();
    (x * cos - y * sin, x * sin + y * cos)
}

/// From left to right, each piece is added to the line that it goes on with.
fn joined(mut pieces: Vec<Piece>, angle: f32) -> Vec<Piece> {
    pieces.sort_by(|one, other| one.extent.left.total_cmp(&other.extent.left));
    let mut lines: Vec<Piece> = Vec::new();
    for piece in pieces {
        let gap = |line: &Piece| (piece.extent.left - line.extent.right).abs();
        let before = lines
            .iter_mut()
            .filter(|line| goes_on(line.extent, piece.extent))
            .min_by(|one, other| gap(one).total_cmp(&gap(other)));
        match before {
            Some(line) => join(line, piece, angle),
            None => lines.push(piece),
        }
    }
    lines
}

fn goes_on(line: Extent, piece: Extent) -> bool {
    let (low, high) = (
        line.height().min(piece.height()),
        line.height().max(piece.height()),
    );
    let gap = piece.left - line.right;
    high <= MAX_HEIGHT_RATIO * low
        && (line.middle() - piece.middle()).abs() <= MAX_SHIFT * low
        && (-low..=MAX_GAP * low).contains(&gap)
        && piece.right > line.right
}

fn join(line: &mut Piece, piece: Piece, angle: f32) {
    let (first, second) = (&mut line.line, piece.line);
    let count = |text: &str| text.chars().count() as f32;
    let (before, after) = (count(&first.text), count(&second.text));
    first.confidence = (first.confidence * before + second.confidence * after) / (before + after);
    first.text.push(' ');
    first.text.push_str(&second.text);
    line.extent = Extent {
        left: line.extent.left,
        right: line.extent.right.max(piece.extent.right),
        top: line.extent.top.min(piece.extent.top),
        bottom: line.extent.bottom.max(piece.extent.bottom),
    };
    let Extent {
        left,
        right,
        top,
        bottom,
    } = line.extent;
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
    first.corners = corners.map(|corner| turned(corner, angle));
}

/// Columns side by side first; else the widest empty stripe parts what is above it from what is below.
fn order(mut pieces: Vec<Piece>, ordered: &mut Vec<Piece>) {
    if pieces.len() > 1 {
        if let Some(right) = split_columns(&mut pieces) {
            order(pieces, ordered);
            order(right, ordered);
            return;
        }
        if let Some(below) = split_rows(&mut pieces) {
            order(pieces, ordered);
            order(below, ordered);
            return;
        }
    }
    pieces.sort_by(|one, other| one.extent.left.total_cmp(&other.extent.left));
    ordered.append(&mut pieces);
}

/// Takes the right-hand columns off, if there are any: at least two lines on either side of a stripe, at the same
/// height.
fn split_columns(pieces: &mut Vec<Piece>) -> Option<Vec<Piece>> {
    let mut heights: Vec<f32> = pieces.iter().map(|piece| piece.extent.height()).collect();
    heights.sort_by(f32::total_cmp);
    let gap = MIN_COLUMN_GAP * heights[heights.len() / 2];
    let cuts = gaps(pieces, |extent| (extent.left, extent.right));
    let (_, at) = cuts.into_iter().find(|(width, at)| {
        let sides = [true, false].map(|left| {
            let side = pieces
                .iter()
                .filter(|piece| (piece.extent.left < *at) == left);
            let (mut count, mut top, mut bottom) = (0, f32::MAX, f32::MIN);
            for piece in side {
                count += 1;
                top = top.min(piece.extent.top);
                bottom = bottom.max(piece.extent.bottom);
            }
            (count, top, bottom)
        });
        let [
            (left, left_top, left_bottom),
            (right, right_top, right_bottom),
        ] = sides;
        *width >= gap
            && left >= 2
            && right >= 2
            && left_bottom.min(right_bottom) > left_top.max(right_top)
    })?;
    Some(split_off(pieces, |extent| extent.left >= at))
}

fn split_rows(pieces: &mut Vec<Piece>) -> Option<Vec<Piece>> {
    // Lines set tightly overlap by their descenders.
    let inner = |extent: Extent| {
        let margin = extent.height() / 4.0;
        (extent.top + margin, extent.bottom - margin)
    };
    let (_, at) = *gaps(pieces, inner).first()?;
    Some(split_off(pieces, |extent| inner(extent).0 >= at))
}

fn split_off(pieces: &mut Vec<Piece>, beyond: impl Fn(Extent) -> bool) -> Vec<Piece> {
    pieces
        .extract_if(.., |piece| beyond(piece.extent))
        .collect()
}

/// The stripes that no piece touches, the widest first: width, and where the next piece begins.
fn gaps(pieces: &[Piece], span: impl Fn(Extent) -> (f32, f32)) -> Vec<(f32, f32)> {
    let mut spans: Vec<(f32, f32)> = pieces.iter().map(|piece| span(piece.extent)).collect();
    spans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut gaps = Vec::new();
    let mut reached = spans.first().map_or(0.0, |first| first.1);
    for (start, end) in spans.into_iter().skip(1) {
        if start > reached {
            gaps.push((start - reached, start));
        }
        reached = reached.max(end);
    }
    gaps.sort_by(|one, other| other.0.total_cmp(&one.0));
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines by text, left, top, width and height.
    fn check(lines: &[(&str, f32, f32, f32, f32)], expected: &[&str]) {
        for angle in [0.0, 0.08, -0.08] {
            let mut given: Vec<TextLine> = lines
                .iter()
                .map(|(text, x, y, width, height)| TextLine {
                    text: (*text).to_owned(),
                    confidence: 0.95,
                    corners: [
                        (*x, *y),
                        (x + width, *y),
                        (x + width, y + height),
                        (*x, y + height),
                    ]
                    .map(|corner| turned(corner, angle)),
                })
                .collect();
            for _ in 0..given.len().max(1) {
                let found = arranged(given.clone());
                let texts: Vec<&str> = found.iter().map(|line| line.text.as_str()).collect();
                assert_eq!(texts, expected, "at {angle}");
                if !given.is_empty() {
                    given.rotate_left(1);
                }
            }
        }
    }

    #[test]
    fn lines_go_from_top_to_bottom() {
        check(&[], &[]);
        check(
            &[
                ("title", 100.0, 20.0, 400.0, 40.0),
                ("first", 60.0, 90.0, 500.0, 20.0),
                ("second", 60.0, 108.0, 300.0, 20.0),
                ("third", 60.0, 130.0, 540.0, 20.0),
            ],
            &["title", "first", "second", "third"],
        );
    }

    #[test]
    fn pieces_close_together_on_a_baseline_are_one_line() {
        check(
            &[
                ("Canyon", 20.0, 300.0, 100.0, 24.0),
                ("de", 140.0, 303.0, 30.0, 19.0),
                ("Chelly", 190.0, 300.0, 90.0, 28.0),
            ],
            &["Canyon de Chelly"],
        );
        // Far apart, or of another size, they are not.
        check(
            &[
                ("left", 20.0, 300.0, 100.0, 24.0),
                ("right", 500.0, 301.0, 100.0, 24.0),
            ],
            &["left", "right"],
        );
        check(
            &[
                ("HEADLINE", 20.0, 300.0, 200.0, 60.0),
                ("small", 240.0, 320.0, 60.0, 14.0),
            ],
            &["HEADLINE", "small"],
        );
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        check(
            &[
                ("Title over both", 80.0, 20.0, 450.0, 36.0),
                ("l1", 40.0, 100.0, 220.0, 18.0),
                ("r1", 340.0, 100.0, 220.0, 18.0),
                ("l2", 40.0, 130.0, 200.0, 18.0),
                ("r2", 340.0, 130.0, 240.0, 18.0),
                ("l3", 40.0, 160.0, 210.0, 18.0),
                ("r3", 340.0, 160.0, 100.0, 18.0),
                ("footer", 40.0, 320.0, 540.0, 14.0),
            ],
            &[
                "Title over both",
                "l1",
                "l2",
                "l3",
                "r1",
                "r2",
                "r3",
                "footer",
            ],
        );
    }

    #[test]
    fn a_joined_line_spans_its_pieces() {
        let line = |text: &str, x: f32| TextLine {
            text: text.to_owned(),
            confidence: if x > 0.0 { 1.0 } else { 0.9 },
            corners: [(x, 0.0), (x + 50.0, 0.0), (x + 50.0, 20.0), (x, 20.0)],
        };
        let found = arranged(vec![line("def", 60.0), line("abc", 0.0)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, "abc def");
        assert!((found[0].confidence - 0.95).abs() < 1e-6);
        let expected = [(0.0, 0.0), (110.0, 0.0), (110.0, 20.0), (0.0, 20.0)];
        assert_eq!(found[0].corners, expected);
    }
}
