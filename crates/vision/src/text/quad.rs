//! Rectangles that may be turned.

/// A place in a picture, in pixels.
pub(crate) type Point = (f32, f32);

/// Corners clockwise as one reads: top left, top right, bottom right, bottom left.
pub(crate) type Quad = [Point; 4];

pub(crate) fn distance(from: Point, to: Point) -> f32 {
    (to.0 - from.0).hypot(to.1 - from.1)
}

/// Length of the line of text.
pub(crate) fn width(quad: &Quad) -> f32 {
    distance(quad[0], quad[1])
}

/// Height of its letters, more or less.
pub(crate) fn height(quad: &Quad) -> f32 {
    distance(quad[0], quad[3])
}

/// How the line runs: 0 level, positive downwards.
pub(crate) fn angle(quad: &Quad) -> f32 {
    (quad[1].1 - quad[0].1).atan2(quad[1].0 - quad[0].0)
}

/// Puts the corners of a rectangle into the order of [`Quad`], whichever they come in.
pub(crate) fn in_reading_order(mut corners: [Point; 4]) -> Quad {
    corners.sort_by(|one, other| one.0.total_cmp(&other.0));
    let [first, second, third, fourth] = corners;
    let upper_first = |one: Point, other: Point| {
        if one.1 <= other.1 {
            (one, other)
        } else {
            (other, one)
        }
    };
    let (top_left, bottom_left) = upper_first(first, second);
    let (top_right, bottom_right) = upper_first(third, fourth);
    [top_left, top_right, bottom_right, bottom_left]
}

/// The rectangle with every side moved outwards.
pub(crate) fn grown(quad: &Quad, by: f32) -> Quad {
    let unit = |from: Point, to: Point| {
        let length = distance(from, to).max(f32::MIN_POSITIVE);
        ((to.0 - from.0) / length, (to.1 - from.1) / length)
    };
    let (along, down) = (unit(quad[0], quad[1]), unit(quad[0], quad[3]));
    let moved = |point: Point, right: f32, below: f32| {
        (
            point.0 + by * (right * along.0 + below * down.0),
            point.1 + by * (right * along.1 + below * down.1),
        )
    };
    [
        moved(quad[0], -1.0, -1.0),
        moved(quad[1], 1.0, -1.0),
        moved(quad[2], 1.0, 1.0),
        moved(quad[3], -1.0, 1.0),
    ]
}

/// The smallest rectangle of any angle around the points, or none around less than three corners.
pub(crate) fn smallest_around(points: Vec<Point>) -> Option<Quad> {
    let hull = hull(points);
    if hull.len() < 3 {
        return None;
    }
    let mut best: Option<(f32, Quad)> = None;
    for (index, &start) in hull.iter().enumerate() {
        let end = hull[(index + 1) % hull.len()];
        let length = distance(start, end);
        let (x, y) = ((end.0 - start.0) / length, (end.1 - start.1) / length);
        let (mut along, mut across) = ((f32::MAX, f32::MIN), (f32::MAX, f32::MIN));
        for point in &hull {
            let (forward, sideways) = (point.0 * x + point.1 * y, point.1 * x - point.0 * y);
            along = (along.0.min(forward), along.1.max(forward));
            across = (across.0.min(sideways), across.1.max(sideways));
        }
        let area = (along.1 - along.0) * (across.1 - across.0);
        if best.is_none_or(|(least, _)| area < least) {
            let corner = |forward: f32, sideways: f32| {
                (forward * x - sideways * y, forward * y + sideways * x)
            };
            let corners = [
                corner(along.0, across.0),
                corner(along.1, across.0),
                corner(along.1, across.1),
                corner(along.0, across.1),
            ];
            best = Some((area, corners));
        }
    }
    best.map(|(_, corners)| in_reading_order(corners))
}

/// The convex hull, without points on its sides.
fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut half: Vec<Point> = Vec::new();
        for point in points {
            while let [.., before, last] = half[..]
                && turn(before, last, point) <= 0.0
            {
                half.pop();
            }
            half.push(point);
        }
        half.pop();
        half
    };
    let mut hull = half(&mut points.iter().copied());
    hull.extend(half(&mut points.iter().rev().copied()));
    hull
}

/// Positive where the way from `a` over `b` to `c` turns one way, negative where it turns the other.
pub(crate) fn turn(a: Point, b: Point, c: Point) -> f32 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: Quad, other: Quad) -> bool {
        one.iter()
            .zip(other)
            .all(|(one, other)| distance(*one, other) < 0.01)
    }

    #[test]
    fn the_smallest_rectangle_follows_what_is_turned() {
        let level = [(2.0, 1.0), (12.0, 1.0), (12.0, 4.0), (2.0, 4.0)];
        let filled: Vec<Point> = (2..=12)
            .flat_map(|x| (1..=4).map(move |y| (x as f32, y as f32)))
            .collect();
        assert!(close(smallest_around(filled).unwrap(), level));

        let (sin, cos) = 0.3_f32.sin_cos();
        let turned = level.map(|(x, y)| (x * cos - y * sin, x * sin + y * cos));
        assert!(close(smallest_around(turned.to_vec()).unwrap(), turned));
        assert!((angle(&turned) - 0.3).abs() < 1e-3);
    }

    #[test]
    fn points_on_one_line_have_no_rectangle() {
        assert!(smallest_around(vec![]).is_none());
        assert!(smallest_around(vec![(1.0, 1.0); 3]).is_none());
        assert!(smallest_around((0..9).map(|at| (at as f32, 2.0)).collect()).is_none());
    }

    #[test]
    fn growing_moves_every_side() {
        let grown = grown(&[(2.0, 2.0), (6.0, 2.0), (6.0, 4.0), (2.0, 4.0)], 1.0);
        assert!(close(
            grown,
            [(1.0, 1.0), (7.0, 1.0), (7.0, 5.0), (1.0, 5.0)]
        ));
        assert_eq!((width(&grown), height(&grown)), (6.0, 4.0));
    }
}
