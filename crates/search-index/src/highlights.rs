//! From marked text to offsets.

use crate::{QueryPlan, SearchIndex, SearchIndexError};
use opensearch::http::Method;
use serde_json::Value;
use std::collections::HashMap;

/// Matched words of documents by their `_id`: each as `[from, to)` in UTF-16 code units of the document's text, in
/// order.
pub type Highlights = HashMap<String, Vec<[u32; 2]>>;

impl SearchIndex {
    /// Where the words of a plan's query stand in the documents of these ids. Those of other tenants, and those that a
    /// filter keeps out, have none.
    ///
    /// It is asked for what is answered alone: marking words takes longer than finding them.
    ///
    /// # Errors
    /// The index can't be reached.
    pub async fn highlights(
        &self,
        plan: &QueryPlan,
        ids: &[&str],
    ) -> Result<Highlights, SearchIndexError> {
        let Some(body) = plan.marking(ids) else {
            return Ok(Highlights::new());
        };
        let path = format!("/{}/_search?preference={}", self.alias(), plan.preference());
        let reply = self.send(Method::Post, &path, Some(&body)).await?;
        let found = reply.success()?;
        let hits = found["hits"]["hits"].as_array().into_iter().flatten();
        let marked = hits.filter_map(|hit| {
            let text = hit["_source"]["text"].as_str()?;
            let id = hit["_id"].as_str()?.to_owned();
            Some((id, highlights(&hit["highlight"], text)))
        });
        Ok(marked.collect())
    }
}

/// Marks the start of a matched word. A private-use character: no text that was meant to be read has it.
pub(crate) const START_MARK: char = '\u{f8f0}';
/// Marks its end.
pub(crate) const END_MARK: char = '\u{f8f1}';

/// Matched words as `[from, to)` in UTF-16 code units of `text`, in order, from what the server marked: the same text
/// once for each field that matched.
fn highlights(marked: &Value, text: &str) -> Vec<[u32; 2]> {
    let fields = marked
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.values());
    let mut found: Vec<[u32; 2]> = fields
        .filter_map(|field| field[0].as_str())
        .flat_map(|marked| offsets(marked, text))
        .collect();
    found.sort_unstable();
    // Fields cut the same words in other places: what overlaps is one.
    found.dedup_by(|next, kept| {
        let overlaps = next[0] < kept[1];
        if overlaps {
            kept[1] = kept[1].max(next[1]);
        }
        overlaps
    });
    found
}

/// Empty where the two texts don't belong together, so that no offset ever points at the wrong words.
fn offsets(marked: &str, text: &str) -> Vec<[u32; 2]> {
    let mut found = Vec::new();
    let mut open = None;
    let mut position = 0_u32;
    let mut plain = text.chars();
    for character in marked.chars() {
        match character {
            START_MARK => open = Some(position),
            END_MARK => found.extend(open.take().map(|from| [from, position])),
            _ if plain.next() == Some(character) => {
                position += if character.len_utf16() == 2 { 2 } else { 1 }
            }
            _ => return Vec::new(),
        }
    }
    if plain.next().is_some() {
        return Vec::new();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(marked: &[&str], text: &str, expected: &[[u32; 2]]) {
        let mut fields = json!({});
        for (position, marked) in marked.iter().enumerate() {
            let marked = marked.replace('<', "\u{f8f0}").replace('>', "\u{f8f1}");
            fields[position.to_string()] = json!([marked]);
        }
        assert_eq!(highlights(&fields, text), expected, "{text}");
    }

    #[test]
    fn offsets_count_utf16_code_units() {
        check(&["the <dogs> ran"], "the dogs ran", &[[4, 8]]);
        check(&["😀 <dogs> <ran>"], "😀 dogs ran", &[[3, 7], [8, 11]]);
        check(&["é <ü>"], "é ü", &[[2, 3]]);
        check(&["nothing"], "nothing", &[]);
    }

    #[test]
    fn texts_that_differ_have_no_highlights() {
        check(&["the <dogs>"], "the cats", &[]);
        check(&["the <dogs>"], "the dogs ran", &[]);
        check(&["the <dogs> ran"], "the dogs", &[]);
    }

    #[test]
    fn what_several_fields_mark_is_marked_once() {
        let text = "the hot dogs ran";
        check(
            &["the hot <dogs> ran", "the <hot> <dogs> ran"],
            text,
            &[[4, 7], [8, 12]],
        );
        check(
            &["the <hot dogs> ran", "the hot <dogs> <ran>"],
            text,
            &[[4, 12], [13, 16]],
        );
        check(
            &["<the> hot dogs ran", "the hot dogs <ran>"],
            text,
            &[[0, 3], [13, 16]],
        );
        check(&[], text, &[]);
    }
}
