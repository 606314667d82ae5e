//! Times and timing lines.

use super::Cue;

/// A caption may stand for so long, in milliseconds, whatever it says and whatever follows.
const LONG_MS: u64 = 60_000;
/// And for so long for each of its characters: some files hold a whole speech in one caption.
const LONG_MS_PER_CHARACTER: u64 = 400;
/// Longer than any video; keeps sums far from overflowing.
const LATEST_HOURS: u64 = 10_000;

/// `00:00:01,000 --> 00:00:04,000 align:start` -> start and end in milliseconds. `None` when it is no timing line that
/// can be read.
pub(super) fn timing(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((time_ms(start.trim())?, time_ms(end)?))
}

/// Moves back the ends that are mistyped or stand for "to the end of the video". A caption may stand until the next one
/// starts, else no longer than its text can take to say.
pub(super) fn bound_ends(sorted: &mut [Cue]) {
    let starts: Vec<u64> = sorted.iter().map(|cue| cue.start_ms).collect();
    for cue in sorted {
        let later = starts.partition_point(|start_ms| *start_ms <= cue.start_ms);
        let next_ms = starts.get(later).copied().unwrap_or_default();
        let long_ms = LONG_MS.max(LONG_MS_PER_CHARACTER * cue.text.chars().count() as u64);
        cue.end_ms = cue.end_ms.min(next_ms.max(cue.start_ms + long_ms));
    }
}

/// `1:02:03.5`, `02:03,500` -> milliseconds.
pub(super) fn time_ms(text: &str) -> Option<u64> {
    let (clock, fraction_ms) = match text.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, fraction_ms(fraction)?),
        None => (text, 0),
    };
    let mut parts = clock.split(':').rev();
    let seconds = number(parts.next()?)?;
    let minutes = number(parts.next()?)?;
    let hours = parts.next().map_or(Some(0), number)?;
    let is_sane = seconds < 60 && minutes < 60 && hours <= LATEST_HOURS && parts.next().is_none();
    is_sane.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction_ms)
}

/// `5` -> 500, `0005` -> 0.
fn fraction_ms(digits: &str) -> Option<u64> {
    let has_only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !has_only_digits {
        return None;
    }
    let scaled = format!("{digits:0<3}");
    number(scaled.get(..3)?)
}

fn number(digits: &str) -> Option<u64> {
    let digits = digits.trim();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}
