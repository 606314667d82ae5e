//! When two lines are the same one.

use crate::text::TextLine;
use std::collections::VecDeque;

/// How alike two lines are that are the same: fewer edits first, then more overlap.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Likeness {
    edits: usize,
    apart: f32,
}

/// Share of the smaller line's upright rectangle that the other covers where both stand in one place.
const MIN_OVERLAP: f32 = 0.4;
/// An equal text of so many letters is the same line wherever it stands: credits roll, captions make room.
const MIN_LENGTH_TO_MOVE: usize = 10;

/// A clock steps the wrong way in one step of so many at most.
const MISREAD_STEPS: usize = 5;

/// Whether the second line is the first one, read again in another shot. `last` is where the first was seen last.
pub(super) fn same(first: &TextLine, last: &TextLine, second: &TextLine) -> Option<Likeness> {
    let edits = text_edits(&first.text, &second.text)?;
    let overlap = overlap(last, second);
    let moved = edits == 0 && letters(&first.text).len() >= MIN_LENGTH_TO_MOVE;
    (overlap >= MIN_OVERLAP || moved).then_some(Likeness {
        edits,
        apart: 1.0 - overlap,
    })
}

/// Whether both stand in one place and say the same, or both are a clock.
pub(super) fn same_static(first: &TextLine, second: &TextLine) -> bool {
    overlap(first, second) >= MIN_OVERLAP && same_text(&first.text, &second.text)
}

/// Whether both say the same, wherever they stand, or both are a clock.
pub(super) fn same_text(first: &str, second: &str) -> bool {
    text_edits(first, second).is_some() || (is_clock(first) && is_clock(second))
}

/// Whether what was read of one place, in order of time, is one line: a clock goes forward or back, but for some mistakes
/// of recognition. Prices and scores do not.
pub(super) fn is_one_line(texts: &[&str]) -> bool {
    let values: Vec<Option<u128>> = texts.iter().map(|text| digits(text).parse().ok()).collect();
    let steps = values.len().saturating_sub(1);
    let falls = values.windows(2).filter(|two| two[1] < two[0]).count();
    let rises = values.windows(2).filter(|two| two[1] > two[0]).count();
    MISREAD_STEPS * falls.min(rises) <= steps
}

/// Digits with a colon between two of them, or a point and two more behind it, and no more letters than digits: `12:34`,
/// `LIVE 12:34`, `00.15`, but no `Step 2` and no `1.2`.
fn is_clock(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let parted = (1..characters.len()).any(|at| {
        let is_digit = |at: usize| characters.get(at).is_some_and(|letter| letter.is_numeric());
        let is_between = is_digit(at - 1) && is_digit(at + 1);
        is_between && (characters[at] == ':' || (characters[at] == '.' && is_digit(at + 2)))
    });
    let count = |kind: fn(char) -> bool| characters.iter().filter(|at| kind(**at)).count();
    parted && count(char::is_alphabetic) <= count(char::is_numeric)
}

/// How many edits apart two texts are that say the same but for recognition's mistakes, if they do: a letter in five,
/// two in ten, in long lines one in twenty. Case, spaces and look-alikes don't count; other digits say another thing.
fn text_edits(first: &str, second: &str) -> Option<usize> {
    let (one, other) = (letters(first), letters(second));
    if one == other {
        return Some(0);
    }
    let length = one.len().min(other.len());
    let allowed = (length / 5).min(2).max(length / 20);
    if digits(first) != digits(second) {
        return None;
    }
    edits(&one, &other, allowed)
}

/// The text as far as it counts.
fn letters(text: &str) -> Vec<char> {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            'o' => '0',
            'l' | 'i' | '|' => '1',
            other => other,
        })
        .collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(|letter| letter.is_numeric()).collect()
}

/// Levenshtein's distance, if it is at most `allowed`. Only a band around the diagonal is computed.
fn edits(one: &[char], other: &[char], allowed: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > allowed {
        return None;
    }
    let far = allowed + 1;
    let band = 2 * allowed + 1;
    // The cell `at` of row `row` is column `row + at - allowed`.
    let column = |row: usize, at: usize| (row + at).checked_sub(allowed);
    let mut distances: VecDeque<usize> = (0..band)
        .map(|at| column(0, at).map_or(far, |column| column))
        .collect();
    for row in 1..=one.len() {
        let mut next = VecDeque::with_capacity(band);
        for at in 0..band {
            let Some(column) = column(row, at).filter(|column| *column <= other.len()) else {
                next.push_back(far);
                continue;
            };
            let above = distances.get(at + 1).map_or(far, |distance| distance + 1);
            let before = next.back().map_or(far, |distance| distance + 1);
            let across = match column.checked_sub(1) {
                Some(column) => distances[at] + usize::from(one[row - 1] != other[column]),
                None => far,
            };
            next.push_back(above.min(before).min(across).min(far));
        }
        distances = next;
    }
    let at = (other.len() + allowed).checked_sub(one.len())?;
    distances.get(at).copied().filter(|edits| *edits <= allowed)
}

/// The share of the smaller line's upright rectangle that the other covers.
fn overlap(first: &TextLine, second: &TextLine) -> f32 {
    let (first, second) = (bounds(first), bounds(second));
    let width = first.1.0.min(second.1.0) - first.0.0.max(second.0.0);
    let height = first.1.1.min(second.1.1) - first.0.1.max(second.0.1);
    let area = |((left, top), (right, bottom))| (right - left) * (bottom - top);
    let smaller = f32::min(area(first), area(second));
    if width <= 0.0 || height <= 0.0 || smaller <= 0.0 {
        return 0.0;
    }
    width * height / smaller
}

fn bounds(line: &TextLine) -> ((f32, f32), (f32, f32)) {
    line.corners.iter().fold(
        ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN)),
        |(least, most), corner| {
            (
                (least.0.min(corner.0), least.1.min(corner.1)),
                (most.0.max(corner.0), most.1.max(corner.1)),
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_recognition_gets_wrong_is_the_same() {
        let check = |one, other, expected| assert_eq!(text_edits(one, other), expected, "{one}");
        check("Canyon de Chelly", "Canyon deChelly", Some(0));
        check("GOAL", "G0AL", Some(0));
        check("Canyon de Chelly", "Canyon de Chally", Some(1));
        check("Perth Zoo", "Perth Zoc", Some(1));
        check("Perth Zoo", "Berlin Zoo", None);
        check("Left", "Lift", None);
        check("Step 1", "Step 2", None);
        check("Chapter 9", "Chapter 10", None);
        check("In 1999 it was built", "In 1989 it was built", None);
    }

    #[test]
    fn a_clock_is_more_digits_than_words() {
        let check = |text, expected| assert_eq!(is_clock(text), expected, "{text}");
        check("12:34", true);
        check("LIVE 12:34", true);
        check("12:34:56 PM", true);
        check("00.15", true);
        check("1.2", false);
        check("3.5 GHz", false);
        check("Step 2", false);
        check("2019", false);
        check("Version 1.2 is here", false);
    }

    #[test]
    fn what_goes_one_way_is_one_line() {
        let check =
            |texts: &[&str], expected| assert_eq!(is_one_line(texts), expected, "{texts:?}");
        check(&["LIVE"], true);
        check(&["9:58", "9:59", "10:00", "10:01"], true);
        check(&["0:03", "0:02", "0:01", "0:00"], true);
        check(&["9.99", "12.50", "3.14", "7.25", "2.72"], false);
        check(&["2:1", "0:3", "1:1", "4:0", "2:2"], false);
    }

    /// Without a band.
    fn all_edits(one: &[char], other: &[char]) -> usize {
        let mut distances: Vec<usize> = (0..=other.len()).collect();
        for (row, letter) in one.iter().enumerate() {
            let mut diagonal = std::mem::replace(&mut distances[0], row + 1);
            for column in 0..other.len() {
                let changed = diagonal + usize::from(*letter != other[column]);
                diagonal = distances[column + 1];
                distances[column + 1] = changed.min(diagonal + 1).min(distances[column] + 1);
            }
        }
        distances[other.len()]
    }

    proptest! {
        #[test]
        fn the_band_changes_no_distance(one in "[abc]{0,9}", other in "[abc]{0,9}", allowed in 0_usize..4) {
            let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
            let all = Some(all_edits(&one, &other)).filter(|edits| *edits <= allowed);
            prop_assert_eq!(edits(&one, &other, allowed), all);
        }
    }
}
