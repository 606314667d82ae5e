//! When each caption comes and goes.

use crate::{
    Caption, MAX_COLUMNS_PER_SECOND, MAX_SHOWN_MS, MIN_GAP_MS, MIN_SHOWN_MS, SLIP_MS,
    columns::columns,
};

/// As the end of a range.
pub(crate) const MAX_SHOWN: u64 = MAX_SHOWN_MS;
/// Where nothing else is possible, a caption is shown for so long, in milliseconds.
const SHORTEST_MS: u64 = 100;

/// A caption with the times of its words.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub start_ms: u64,
    pub end_ms: u64,
    pub lines: Vec<String>,
    /// Whether these times stay.
    pub is_fixed: bool,
}

impl Draft {
    fn needed_ms(&self) -> u64 {
        if self.is_fixed {
            self.end_ms - self.start_ms
        } else {
            needed_ms(&self.lines)
        }
    }

    fn slip_ms(&self) -> u64 {
        if self.is_fixed { 0 } else { SLIP_MS }
    }
}

/// How long lines have to be shown, in milliseconds.
pub(crate) fn needed_ms(lines: &[String]) -> u64 {
    let shown: usize = lines.iter().map(|line| columns(line)).sum();
    needed_for_ms(shown + lines.len().saturating_sub(1))
}

/// How long so many columns have to be shown, in milliseconds.
pub(crate) fn needed_for_ms(columns: usize) -> u64 {
    (columns as u64 * 1000)
        .div_ceil(MAX_COLUMNS_PER_SECOND)
        .clamp(MIN_SHOWN_MS, MAX_SHOWN_MS)
}

/// Gives every caption the time that reading takes, as near to its words as can be.
pub(crate) fn place(drafts: Vec<Draft>, duration_ms: u64) -> Vec<Caption> {
    let starts = latest_starts(&drafts, duration_ms);
    let mut captions: Vec<Caption> = Vec::with_capacity(drafts.len());
    let mut free_from_ms = 0;
    for (position, draft) in drafts.iter().enumerate() {
        let start_ms = starts[position].max(free_from_ms);
        let enough_ms = start_ms + draft.needed_ms();
        // The next one comes in time, unless this one needs longer; then it waits for a while.
        let until_ms = match drafts.get(position + 1) {
            Some(next) => starts[position + 1].max(enough_ms.min(next.start_ms + next.slip_ms())),
            None => enough_ms.max(draft.end_ms),
        };
        let end_ms = enough_ms.max(draft.end_ms).min(until_ms);
        let end_ms = end_ms.clamp(start_ms + SHORTEST_MS, start_ms + MAX_SHOWN_MS);
        free_from_ms = end_ms;
        captions.push(Caption {
            start_ms,
            end_ms,
            lines: draft.lines.clone(),
        });
    }
    close_gaps(&mut captions, &drafts);
    captions
}

/// When each caption has to start so that those after it are in time: with its words, or earlier by at most
/// [`SLIP_MS`].
fn latest_starts(drafts: &[Draft], duration_ms: u64) -> Vec<u64> {
    let mut starts = vec![0; drafts.len()];
    let mut until_ms = duration_ms.max(drafts.last().map_or(0, |last| last.end_ms));
    for (start_ms, draft) in starts.iter_mut().zip(drafts).rev() {
        let earliest_ms = draft.start_ms.saturating_sub(draft.slip_ms());
        let in_time_ms = until_ms.saturating_sub(draft.needed_ms());
        *start_ms = in_time_ms.clamp(earliest_ms, draft.start_ms);
        until_ms = *start_ms;
    }
    starts
}

fn close_gaps(captions: &mut [Caption], drafts: &[Draft]) {
    for position in 1..captions.len() {
        let (before, after) = (&captions[position - 1], &captions[position]);
        let gap_ms = after.start_ms - before.end_ms;
        if gap_ms == 0 || gap_ms >= MIN_GAP_MS {
            continue;
        }
        let (from_ms, to_ms) = (before.end_ms, after.start_ms);
        if !drafts[position - 1].is_fixed && to_ms - before.start_ms <= MAX_SHOWN_MS {
            captions[position - 1].end_ms = to_ms;
        } else if !drafts[position].is_fixed && after.end_ms - from_ms <= MAX_SHOWN_MS {
            captions[position].start_ms = from_ms;
        }
    }
}
