//! From tokens to words.

use crate::whisper::Vocabulary;
use std::ops::Range;

/// Languages written without spaces, by Whisper's codes: every character counts as a word.
const WITHOUT_SPACES: [&str; 7] = ["zh", "ja", "th", "lo", "my", "km", "yue"];
/// Belongs to the word behind it.
const OPENING: &str = "\"'“¿([{-";
/// Belongs to the word before it.
const CLOSING: &str = "\"'.。,，!！?？:：”)]}、";

/// Text of a word, with the space before it, and its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelled {
    pub(super) text: String,
    pub(super) tokens: Range<usize>,
}

/// Splits tokens of text into words; punctuation goes with its word. All tokens are in exactly one word.
pub(super) fn words(tokens: &[u32], vocabulary: &Vocabulary, language: &str) -> Vec<Spelled> {
    let mut words = characters(tokens, vocabulary);
    if !WITHOUT_SPACES.contains(&language) {
        words = join_at_spaces(words);
    }
    attach_opening(attach_closing(words))
}

/// The smallest runs of tokens that are whole characters.
fn characters(tokens: &[u32], vocabulary: &Vocabulary) -> Vec<Spelled> {
    let mut words = Vec::new();
    let mut start = 0;
    for end in 1..=tokens.len() {
        let part = &tokens[start..end];
        let bytes: Vec<u8> = part
            .iter()
            .flat_map(|token| vocabulary.bytes(*token).iter().copied())
            .collect();
        if end == tokens.len() || !ends_in_character(&bytes) {
            words.push(Spelled {
                text: vocabulary.text(part),
                tokens: start..end,
            });
            start = end;
        }
    }
    words
}

/// Whether more bytes are to come. Bytes that can't become UTF-8 any more wait for nothing.
fn ends_in_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// A word goes on until the next space.
fn join_at_spaces(parts: Vec<Spelled>) -> Vec<Spelled> {
    let mut words: Vec<Spelled> = Vec::new();
    for part in parts {
        let begins = part.text.starts_with(char::is_whitespace);
        match words.last_mut() {
            Some(last) if !begins => join(last, part),
            _ => words.push(part),
        }
    }
    words
}

fn attach_closing(parts: Vec<Spelled>) -> Vec<Spelled> {
    let mut words: Vec<Spelled> = Vec::new();
    for part in parts {
        match words.last_mut() {
            Some(last) if is_only(&part.text, |letter| CLOSING.contains(letter)) => {
                join(last, part)
            }
            _ => words.push(part),
        }
    }
    words
}

/// Punctuation that opens has a space before it and none behind. What has nothing to see, a space or a special token,
/// is no word of its own either.
fn attach_opening(parts: Vec<Spelled>) -> Vec<Spelled> {
    let mut words: Vec<Spelled> = Vec::new();
    let mut opened: Option<Spelled> = None;
    for part in parts {
        let opens = is_blank(&part)
            || part.text.starts_with(' ')
                && is_only(part.text.trim(), |letter| OPENING.contains(letter));
        let part = match opened.take() {
            Some(mut before) => {
                join(&mut before, part);
                before
            }
            None => part,
        };
        if opens {
            opened = Some(part);
        } else {
            words.push(part);
        }
    }
    if let Some(last) = words.last_mut()
        && let Some(blank) = opened.take_if(|part| is_blank(part))
    {
        last.tokens.end = blank.tokens.end;
    }
    words.extend(opened);
    words
}

fn is_blank(part: &Spelled) -> bool {
    part.text.trim().is_empty()
}

fn join(word: &mut Spelled, part: Spelled) {
    word.text.push_str(&part.text);
    word.tokens.end = part.tokens.end;
}

fn is_only(text: &str, is_one: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parts: &[&str], spaced: bool, expected: &[&str]) {
        let mut at = 0;
        let parts: Vec<Spelled> = parts
            .iter()
            .map(|text| {
                at += 1;
                Spelled {
                    text: (*text).to_owned(),
                    tokens: at - 1..at,
                }
            })
            .collect();
        let count = parts.len();
        let parts = if spaced { join_at_spaces(parts) } else { parts };
        let words = attach_opening(attach_closing(parts));
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, expected);
        let mut end = 0;
        for word in &words {
            assert_eq!(word.tokens.start, end);
            end = word.tokens.end;
        }
        assert_eq!(end, count);
    }

    #[test]
    fn words_go_from_space_to_space() {
        check(
            &[" break", "ing", " the", " ice"],
            true,
            &[" breaking", " the", " ice"],
        );
        check(&[" don", "'t", " stop"], true, &[" don't", " stop"]);
        check(&[" 3", ".", "5", " %"], true, &[" 3.5", " %"]);
        check(&[" $", "20"], true, &[" $20"]);
    }

    #[test]
    fn punctuation_goes_with_its_word() {
        check(
            &[" he", " said", ",", " \"", "go", "!\""],
            true,
            &[" he", " said,", " \"go!\""],
        );
        check(&[" (", "no", ")", "."], true, &[" (no)."]);
        check(
            &["氷", "を", "割", "る", "。"],
            false,
            &["氷", "を", "割", "る。"],
        );
        check(&[" end", " \""], true, &[" end", " \""]);
        check(&[], true, &[]);
    }

    #[test]
    fn what_has_nothing_to_see_is_no_word() {
        check(&["", " yes", " ", " no", " "], true, &[" yes", "  no"]);
        check(&["氷", " ", "割", ""], false, &["氷", " 割"]);
        check(&[" "], true, &[" "]);
    }

    #[test]
    fn only_what_can_become_a_character_waits_for_more_bytes() {
        let check = |bytes: &[u8], expected| assert_eq!(ends_in_character(bytes), expected);
        check("氷".as_bytes(), false);
        check(&"氷".as_bytes()[..2], true);
        // A model may write the replacement character itself, and bytes that are no text.
        check("\u{fffd}".as_bytes(), false);
        check(&[0xFF], false);
        check(&[], false);
    }
}
