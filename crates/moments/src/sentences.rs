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
    fn closing_quotes_belong_to_the_sentence() {
        assert!(ends_sentence("He said \"go.\" "));
        assert!(!ends_sentence("and then,"));
        assert!(!ends_sentence(""));
    }
}
