//! Which pieces share a caption: the cheapest of all ways to break a run.

use crate::{
    LINE_COLUMNS, MAX_LINES, MAX_SHOWN_MS, MIN_GAP_MS, SLIP_MS,
    breaks::{WORST, cost_after},
    lines::{self, Fit},
    runs::Run,
    timing::{Draft, needed_for_ms},
};
use moments::is_last_of_sentence;
use std::ops::Range;

/// Words of one caption are spoken in at most so long, in milliseconds; leaves room to close a gap.
const MAX_SPOKEN_MS: u64 = MAX_SHOWN_MS - MIN_GAP_MS;
/// Cost of a caption as such: few long ones are better than many short ones.
const CAPTION: u64 = 30;
/// Most that a caption costs for room that it leaves unused; grows with its square, so that captions of one
/// sentence are of about the same length.
const UNUSED: u64 = 30;
/// Cost of a sentence that ends inside a caption, where the caption ends with a sentence too.
const SENTENCE_INSIDE: u64 = 15;
/// Cost of each millisecond that a caption is too short for its text: more than any place to break.
const SHORT: u64 = 10;

/// Captions with the times of their words.
pub(crate) fn drafts(runs: &[Run], duration_ms: u64) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut silent_from_ms = 0;
    for (position, run) in runs.iter().enumerate() {
        let next = runs.get(position + 1);
        let silence = Silence {
            from_ms: silent_from_ms,
            until_ms: next
                .map_or(duration_ms, |next| next.start_ms)
                .max(run.end_ms),
        };
        silent_from_ms = run.end_ms;
        if run.is_fixed {
            drafts.push(Draft {
                start_ms: run.start_ms,
                end_ms: run.end_ms,
                lines: run.lines.clone().unwrap_or_default(),
                is_fixed: true,
            });
        } else {
            let ranges = partition(run, &silence);
            drafts.extend(ranges.into_iter().map(|range| draft(run, range)));
        }
    }
    drafts
}

/// The silence around a run.
struct Silence {
    /// End of what is said before it.
    from_ms: u64,
    /// Start of what is said after it.
    until_ms: u64,
}

fn draft(run: &Run, range: Range<usize>) -> Draft {
    let pieces = &run.pieces[range.clone()];
    let is_whole = range.len() == run.pieces.len();
    let lines = match &run.lines {
        Some(lines) if is_whole => lines.clone(),
        _ => lines::lines(run, range),
    };
    Draft {
        start_ms: pieces.first().map_or(run.start_ms, |piece| piece.start_ms),
        end_ms: pieces
            .iter()
            .map(|piece| piece.end_ms)
            .max()
            .unwrap_or(run.end_ms),
        lines,
        is_fixed: false,
    }
}

fn partition(run: &Run, silence: &Silence) -> Vec<Range<usize>> {
    let count = run.pieces.len();
    // Piece by piece: whether a sentence ends with it, and what a break after it costs.
    let ends: Vec<bool> = run
        .pieces
        .iter()
        .map(|piece| is_last_of_sentence(&piece.text))
        .collect();
    let breaks: Vec<u64> = (0..count)
        .map(|position| cost_after(run, position))
        .collect();
    // For each number of pieces: what the cheapest captions of them cost, and where the last one begins.
    let mut cheapest: Vec<Option<(u64, usize)>> = vec![None; count + 1];
    cheapest[0] = Some((0, 0));
    for from in 0..count {
        let Some((so_far, _)) = cheapest[from] else {
            continue;
        };
        let mut fit = Fit::default();
        let mut has_end_inside = false;
        for last in from..count {
            let to = last + 1;
            let spoken_ms = run.pieces[last]
                .end_ms
                .saturating_sub(run.pieces[from].start_ms);
            if !fit.push(&run.pieces[last]) || (spoken_ms > MAX_SPOKEN_MS && last > from) {
                break;
            }
            let inside = match (has_end_inside, ends[last]) {
                (false, _) => 0,
                (true, true) => SENTENCE_INSIDE,
                (true, false) => WORST,
            };
            let room_ms = room_ms(run, &(from..to), silence);
            let cost = so_far + inside + breaks[last] + cost_of(fit.columns(), room_ms);
            if cheapest[to].is_none_or(|(least, _)| cost < least) {
                cheapest[to] = Some((cost, from));
            }
            has_end_inside |= ends[last];
        }
    }
    let mut ranges = Vec::new();
    let mut to = count;
    while let Some((_, from)) = cheapest[to].filter(|_| to > 0) {
        ranges.push(from..to);
        to = from;
    }
    ranges.reverse();
    ranges
}

/// What a caption of so many columns costs, wherever it ends.
fn cost_of(columns: usize, room_ms: u64) -> u64 {
    let all = MAX_LINES * LINE_COLUMNS;
    let unused = all.saturating_sub(columns) as u64;
    let unused = UNUSED * unused * unused / (all * all) as u64;
    CAPTION + unused + SHORT * needed_for_ms(columns).saturating_sub(room_ms)
}

/// How long a caption could be shown without another one giving way.
fn room_ms(run: &Run, range: &Range<usize>, silence: &Silence) -> u64 {
    let start_ms = run.pieces[range.start].start_ms;
    let before = range
        .start
        .checked_sub(1)
        .map(|position| run.pieces[position].end_ms);
    let silent_ms = start_ms.saturating_sub(before.unwrap_or(silence.from_ms));
    let after = run.pieces.get(range.end).map(|piece| piece.start_ms);
    let until_ms = after.unwrap_or(silence.until_ms);
    until_ms.saturating_sub(start_ms) + silent_ms.min(SLIP_MS)
}
