//! Parts of queries over words.

use serde_json::{Value, json};

/// How much a number in another form counts: as much as a word, which counts both stemmed and as it stands.
const NUMBER_BOOST: f64 = 2.0;
/// Up to here scripts have spaces between words; beyond there are signs, ideographs and syllables.
const LAST_OF_SPACED_SCRIPTS: char = '\u{1fff}';

/// These words one after the other, as they stand.
pub(crate) fn phrase(words: &str) -> Value {
    json!({"match_phrase": {"text.exact": words}})
}

/// What matches the words, or has a number in any of its forms; the more the better.
pub(crate) fn or_numbers(words: Value, numbers: &[Vec<String>]) -> Value {
    if numbers.is_empty() {
        return words;
    }
    let any_form = |forms: &Vec<String>| {
        let forms: Vec<Value> = forms.iter().map(|form| phrase(form)).collect();
        json!({"dis_max": {"queries": forms, "boost": NUMBER_BOOST}})
    };
    let mut should = vec![words];
    should.extend(numbers.iter().map(any_form));
    json!({"bool": {"should": should, "minimum_should_match": 1}})
}

/// The text up to the end of this many words. What the server may take as a word counts: an ideograph, a sign.
pub(crate) fn first_words(text: &str, most: usize) -> &str {
    let mut count = 0;
    let mut in_word = false;
    for (at, character) in text.char_indices() {
        let joins = character <= LAST_OF_SPACED_SCRIPTS
            && (character.is_alphanumeric() || !character.is_ascii());
        let is_word = joins || !(character.is_ascii() || character.is_whitespace());
        if is_word && !(joins && in_word) {
            count += 1;
            if count > most {
                return text[..at].trim_end();
            }
        }
        in_word = joins && !character.is_whitespace();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_words() {
        for (text, expected) in [
            ("one, two! three four", "one, two!"),
            ("one two", "one two"),
            ("", ""),
            ("  - one", "  - one"),
            ("Häuser, élan vital", "Häuser, élan"),
            ("东京都", "东京"),
            ("a东京", "a东"),
            ("🐶🐱🐭", "🐶🐱"),
            ("हिन्दी में लिखा", "हिन्दी में"),
        ] {
            assert_eq!(first_words(text, 2), expected);
        }
    }
}
