//! From marked text to offsets.

/// Marks the start of a matched word. A private-use character: no text that was meant to be read has it.
pub(crate) const START_MARK: char = '\u{f8f0}';
/// Marks its end.
pub(crate) const END_MARK: char = '\u{f8f1}';

/// Matched words as `[from, to)` in UTF-16 code units of `text`, from the same text with marks. Empty where
/// the two don't belong together, so that no offset ever points at the wrong words.
pub(crate) fn highlights(marked: &str, text: &str) -> Vec<[u32; 2]> {
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

    fn check(marked: &str, text: &str, expected: &[[u32; 2]]) {
        let marked = marked.replace('<', "\u{f8f0}").replace('>', "\u{f8f1}");
        assert_eq!(highlights(&marked, text), expected, "{text}");
    }

    #[test]
    fn offsets_count_utf16_code_units() {
        check("the <dogs> ran", "the dogs ran", &[[4, 8]]);
        check("😀 <dogs> <ran>", "😀 dogs ran", &[[3, 7], [8, 11]]);
        check("é <ü>", "é ü", &[[2, 3]]);
        check("nothing", "nothing", &[]);
    }

    #[test]
    fn texts_that_differ_have_no_highlights() {
        check("the <dogs>", "the cats", &[]);
        check("the <dogs>", "the dogs ran", &[]);
        check("the <dogs> ran", "the dogs", &[]);
    }
}
