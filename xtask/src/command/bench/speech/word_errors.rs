//! Word error rates: how many words are wrong, missing or too many, of those that were said.

/// The words of a text in lower case, letters and digits alone.
pub fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| letter.is_whitespace() || letter == '-');
    let bare = words.map(|word| {
        let kept = word.chars().filter(|letter| letter.is_alphanumeric());
        kept.flat_map(char::to_lowercase).collect::<String>()
    });
    bare.filter(|word| !word.is_empty()).collect()
}

/// Errors in `heard`, divided by the words of `said`; both are texts.
pub fn word_error_rate(said: &str, heard: &str) -> f64 {
    let (said, heard) = (words(said), words(heard));
    errors(&said, &heard) as f64 / said.len().max(1) as f64
}

/// The fewest words to replace, insert and remove that make `said` of `heard`.
fn errors(said: &[String], heard: &[String]) -> usize {
    // `row[n]` is for the words of `said` so far and the first n of `heard`.
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for word in said {
        let mut diagonal = row[0];
        row[0] += 1;
        for (at, candidate) in heard.iter().enumerate() {
            let replaced = diagonal + usize::from(candidate != word);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[heard.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &str, heard: &str, expected: usize) {
        assert_eq!(
            errors(&words(said), &words(heard)),
            expected,
            "{said} / {heard}"
        );
    }

    #[test]
    fn wrong_missing_and_added_words_are_errors() {
        check("a b c d", "a b c d", 0);
        check("a b c d", "a x c d", 1);
        check("a b c d", "b c d", 1);
        check("a b c d", "a b b c d e", 2);
        check("a b", "", 2);
        check("", "a b", 2);
    }

    #[test]
    fn case_and_punctuation_are_no_errors() {
        check("It's half-past TEN.", "its half past ten", 0);
        check("a — b", "A B", 0);
    }

    #[test]
    fn a_rate_is_of_the_words_that_were_said() {
        assert_eq!(word_error_rate("one two three four", "one two"), 0.5);
    }
}
