//! Finds the captions in a file: a timing line and the lines after it, up to an empty line or the next caption.

use super::{Cue, text, time};

/// One caption as it stands in the file.
pub(super) struct CueBlock<'a> {
    timing_line: &'a str,
    text_lines: Vec<&'a str>,
}

impl CueBlock<'_> {
    /// The caption, unless its times can't be read, it ends before it starts or it says nothing.
    pub(super) fn cue(&self) -> Option<Cue> {
        let (start_ms, end_ms) = time::timing(self.timing_line)?;
        let text = text::plain(&self.text_lines);
        (end_ms >= start_ms && !text.is_empty()).then_some(Cue {
            start_ms,
            end_ms,
            text,
            ..Cue::default()
        })
    }
}

/// Every block with a timing line. Headers and `NOTE`, `STYLE` and `REGION` blocks have none, or begin with their name.
pub(super) fn cue_blocks(decoded: &str) -> Vec<CueBlock<'_>> {
    let lines: Vec<&str> = lines(decoded);
    let mut blocks: Vec<CueBlock<'_>> = Vec::new();
    let mut is_inside_cue = false;
    let mut is_inside_comment = false;
    for (position, line) in lines.iter().enumerate() {
        let is_empty = line.trim().is_empty();
        if is_empty {
            is_inside_cue = false;
            is_inside_comment = false;
        } else if is_inside_comment {
            // A comment ends at an empty line, whatever stands in it.
        } else if !is_inside_cue && begins_comment(line) {
            is_inside_comment = true;
        } else if line.contains("-->") {
            drop_number_of_next(&mut blocks, is_inside_cue, &lines, position);
            blocks.push(CueBlock {
                timing_line: line,
                text_lines: Vec::new(),
            });
            is_inside_cue = true;
        } else if is_inside_cue && let Some(block) = blocks.last_mut() {
            block.text_lines.push(line);
        }
    }
    blocks
}

/// Where no empty line separates two captions, the second one's number was taken for text of the first.
fn drop_number_of_next(
    blocks: &mut [CueBlock<'_>],
    is_inside_cue: bool,
    lines: &[&str],
    position: usize,
) {
    let Some(before) = position.checked_sub(1).and_then(|index| lines.get(index)) else {
        return;
    };
    let is_number = before.trim().bytes().all(|byte| byte.is_ascii_digit());
    if let (true, true, Some(block)) = (is_inside_cue, is_number, blocks.last_mut()) {
        block.text_lines.pop();
    }
}

fn begins_comment(line: &str) -> bool {
    let first_word = line.split_whitespace().next().unwrap_or_default();
    ["NOTE", "STYLE", "REGION"].contains(&first_word)
}

/// Lines ended by `\n`, `\r\n` or a lone `\r`.
fn lines(text: &str) -> Vec<&str> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .collect()
}
