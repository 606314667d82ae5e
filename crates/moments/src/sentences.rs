//! Where sentences end.

/// Marks that end a sentence; closing quotes and brackets may follow.
const ENDS: &[char] = &['.', '!', '?', '…', '。', '！', '？', '।', '؟'];
const CLOSERS: &[char] = &['"', '\'', '”', '’', '»', ')', ']', '」', '』'];

/// Whether a sentence ends where the text ends.
#[must_use]
pub fn ends_sentence(text: &str) -> bool {
    text.trim_end().trim_end_matches(CLOSERS).ends_with(ENDS)
}

/// Whether a sentence ends with this word: as [`ends_sentence`] says, and it is no title or initial.
#[must_use]
pub fn is_last_of_sentence(word: &str) -> bool {
    ends_sentence(word) && !is_abbreviation(word)
}

/// Splits a text after each word that ends a sentence. Words are what white space separates; the pieces
/// joined by a space hold every word of the text in order.
pub(crate) fn split_sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut sentence = String::new();
    for word in text.split_whitespace() {
        push_word(&mut sentence, word);
        if is_last_of_sentence(word) {
            sentences.push(std::mem::take(&mut sentence));
        }
    }
    if !sentence.is_empty() {
        sentences.push(sentence);
    }
    sentences
}

/// Cuts a text into parts of at most so many characters: at white space, and inside a word that is longer.
pub(crate) fn cut(text: &str, most_chars: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for bit in text
        .split_whitespace()
        .flat_map(|word| bits(word, most_chars))
    {
        if part.chars().count() + 1 + bit.chars().count() > most_chars && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        }
        push_word(&mut part, bit);
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// A word in bits of so many characters; the last one may have fewer.
fn bits(word: &str, chars: usize) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let end = rest
            .char_indices()
            .nth(chars)
            .map_or(rest.len(), |(end, _)| end);
        let (bit, after) = rest.split_at(end);
        rest = after;
        (!bit.is_empty()).then_some(bit)
    })
}

/// Appends a word or a run of words with one space between.
pub(crate) fn push_word(text: &mut String, words: &str) {
    if !text.is_empty() && !words.is_empty() {
        text.push(' ');
    }
    text.push_str(words);
}

/// Initials and the commonest titles: too short to be the last word of most sentences.
fn is_abbreviation(word: &str) -> bool {
    const TITLES: &[&str] = &["mr.", "mrs.", "ms.", "dr.", "st.", "vs.", "e.g.", "i.e."];
    let mut letters = word.chars().filter(|letter| letter.is_alphabetic());
    let is_initial = letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_none()
        && word.ends_with('.')
        && word.chars().count() == 2;
    is_initial || TITLES.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(split_sentences(text), expected, "{text:?}");
    }

    #[test]
    fn sentences_end_at_their_marks_only() {
        check("One. Two!  Three", &["One.", "Two!", "Three"]);
        check(
            "It slopes 2.5 centimetres.",
            &["It slopes 2.5 centimetres."],
        );
        check("“Who?” he said.", &["“Who?”", "he said."]);
        check("Dr. J. Smith came.", &["Dr. J. Smith came."]);
        check("   ", &[]);
    }

    #[test]
    fn long_texts_are_cut_at_spaces_and_long_words_anywhere() {
        assert_eq!(cut("one two  three four", 9), ["one two", "three", "four"]);
        assert_eq!(cut("a 春夏秋冬春 b", 4), ["a", "春夏秋冬", "春 b"]);
        assert_eq!(cut("   ", 4), [""; 0]);
    }

    #[test]
    fn closing_quotes_belong_to_the_sentence() {
        assert!(ends_sentence("He said \"go.\" "));
        assert!(!ends_sentence("and then,"));
        assert!(!ends_sentence(""));
    }
}
