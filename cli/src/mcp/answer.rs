//! What a tool answers: text that reads alone, beside the same as data; or why it can't.

use anyhow::Context;
use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;

use crate::{failure::Failure, text::printable};

/// A text and the same as data: some agents hand on one, some the other.
pub fn answer(text: String, data: &impl Serialize) -> Result<CallToolResult, Failure> {
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(serde_json::to_value(data).context("write the answer")?);
    Ok(result)
}

/// What the tool did, or why not, in words that name the way out.
pub fn answered(result: Result<CallToolResult, Failure>) -> CallToolResult {
    result.unwrap_or_else(|failure| match failure {
        Failure::Refused(401, message) => refused(&format!(
            "{message}. Then call again: a new token in `.vindex/env` is taken up at once; one that this server was \
             started with in VINDEX_TOKEN has to be changed in the agent's configuration"
        )),
        other => refused(&other.to_string()),
    })
}

/// An answer that says why there is none.
pub fn refused(message: &str) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(message.to_owned())])
}

/// Text of others on one line, cut to so many characters.
pub fn short(text: &str, most_chars: usize) -> String {
    let text = printable(text);
    match text.char_indices().nth(most_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        for (text, expected) in [
            ("ääää", "äää…"),
            ("äää", "äää"),
            ("", ""),
            ("a\n\u{1b}", "a \u{fffd}"),
        ] {
            assert_eq!(short(text, 3), expected);
        }
    }
}
