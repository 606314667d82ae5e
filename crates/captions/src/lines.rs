//! From pieces to the lines of a caption.

use crate::{LINE_COLUMNS, MAX_LINES, breaks::cost_after, pieces::Piece, runs::Run};
use std::ops::Range;

/// Pieces as text; the space before the first is left out.
pub(crate) fn text(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        if piece.spaced && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&piece.text);
    }
    text
}

/// Columns of pieces in one line.
pub(crate) fn columns(pieces: &[Piece]) -> usize {
    let spaces = pieces.iter().skip(1).filter(|piece| piece.spaced).count();
    pieces.iter().map(|piece| piece.columns).sum::<usize>() + spaces
}

/// One line, or two of about the same length.
pub(crate) fn lines(run: &Run, range: Range<usize>) -> Vec<String> {
    let pieces = &run.pieces[range.clone()];
    if columns(pieces) <= LINE_COLUMNS {
        return vec![text(pieces)];
    }
    let halves = |position: usize| pieces.split_at(position);
    let fits = |position: &usize| {
        let (first, second) = halves(*position);
        columns(first) <= LINE_COLUMNS && columns(second) <= LINE_COLUMNS
    };
    let cost = |position: &usize| {
        let (first, second) = halves(*position);
        let difference = columns(first).abs_diff(columns(second)) as u64;
        difference + cost_after(run, range.start + position - 1) / 4
    };
    match (1..pieces.len()).filter(fits).min_by_key(cost) {
        Some(position) => {
            let (first, second) = halves(position);
            vec![text(first), text(second)]
        }
        None => vec![text(pieces)],
    }
}

/// Whether pieces fit into the lines of a caption, asked one after the other.
#[derive(Default)]
pub(crate) struct Fit {
    full_lines: usize,
    full_columns: usize,
    line_columns: usize,
}

impl Fit {
    /// Takes one more piece; `false` where it does not fit any more. A piece without columns takes one, so that a
    /// caption never takes in any number of them.
    pub fn push(&mut self, piece: &Piece) -> bool {
        let space = usize::from(piece.spaced && self.line_columns > 0);
        let columns = piece.columns.max(1);
        if self.line_columns + space + columns <= LINE_COLUMNS {
            self.line_columns += space + columns;
        } else if self.line_columns > 0 {
            self.full_lines += 1;
            self.full_columns += self.line_columns;
            self.line_columns = columns;
        }
        self.full_lines < MAX_LINES
    }

    /// Columns taken so far, a line break counting as one.
    pub fn columns(&self) -> usize {
        self.full_columns + self.full_lines + self.line_columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::of_text;

    #[test]
    fn pieces_without_columns_fill_lines_too() {
        let pieces = of_text(&"\u{301} ".repeat(100), 0, 1_000);
        let mut fit = Fit::default();
        let fitting = pieces.iter().take_while(|piece| fit.push(piece)).count();
        assert_eq!(pieces[0].columns, 0);
        // 21 in a line, with 20 spaces.
        assert_eq!(fitting, 42);
    }
}
