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
    let mut blocks: Vec<CueBlock<'_>> = Vec::new();
    let mut is_inside_cue = false;
    let mut is_inside_comment = false;
    let mut before = "";
    for line in lines(decoded) {
        let is_after_number = is_inside_cue && is_number(before);
        if line.trim().is_empty() {
            is_inside_cue = false;
            is_inside_comment = false;
        } else if is_inside_comment {
            // A comment ends at an empty line, whatever stands in it.
        } else if !is_inside_cue && begins_comment(line) {
            is_inside_comment = true;
        } else if is_timing(line, is_inside_cue && !is_after_number) {
            // Where no empty line separates two captions, the second one's number was taken for text of the first.
            if let (true, Some(block)) = (is_after_number, blocks.last_mut()) {
                block.text_lines.pop();
            }
            blocks.push(CueBlock {
                timing_line: line,
                text_lines: Vec::new(),
            });
            is_inside_cue = true;
        } else if is_inside_cue && let Some(block) = blocks.last_mut() {
            block.text_lines.push(line);
        }
        before = line;
    }
    blocks
}

/// Whether a caption begins with this line. Where text may stand, an arrow between anything but times is text;
/// elsewhere it is a timing line, though maybe a mangled one.
fn is_timing(line: &str, may_be_text: bool) -> bool {
    line.contains("-->") && (!may_be_text || time::timing(line).is_some())
}

fn is_number(line: &str) -> bool {
    line.trim().bytes().all(|byte| byte.is_ascii_digit())
}

fn begins_comment(line: &str) -> bool {
    let first_word = line.split_whitespace().next().unwrap_or_default();
    ["NOTE", "STYLE", "REGION"].contains(&first_word)
}

/// Lines ended by `\n`, `\r\n`, `\r\r\n` (converted twice) or a lone `\r`.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.trim_end_matches('\r').split('\r'))
}
