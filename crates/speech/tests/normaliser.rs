//! The English text normaliser against transformers' own (`reference/make.py`), and the word error rate.

#[path = "support/normaliser/mod.rs"]
mod normaliser;
#[path = "support/wer.rs"]
mod wer;

use normaliser::normalise;
use wer::{errors, word_error_rate};

#[test]
fn texts_are_normalised_as_whisper_does_it() {
    let pairs: Vec<(String, String)> =
        serde_json::from_str(include_str!("reference/normaliser.json")).unwrap();
    let different: Vec<_> = pairs
        .iter()
        .map(|(text, expected)| (text, expected, normalise(text)))
        .filter(|(_, expected, found)| *expected != found)
        .collect();
    assert!(different.is_empty(), "{different:#?}");
    assert!(pairs.len() > 50);
}

#[test]
fn numbers_too_large_to_reckon_with_stay_as_they_are() {
    let digits = "9".repeat(60);
    assert_eq!(normalise(&digits), digits);
    assert_eq!(
        normalise(&format!("{digits} million")),
        format!("{digits} 1000000")
    );
}

#[test]
fn errors_are_words_put_in_left_out_or_changed() {
    let check = |reference, hypothesis, expected| {
        assert_eq!(
            errors(reference, hypothesis),
            expected,
            "{reference} / {hypothesis}"
        );
    };
    check("We left at six.", "we left, at 6", (0, 4));
    check("we left at six", "we left six", (1, 4));
    check("we left at six", "so we left at six", (1, 4));
    check("we left at six", "he left by six", (2, 4));
    check("kitten on the mat", "the kitten sat on a mat", (3, 4));
    check("we left", "", (2, 2));
    check("", "we left", (2, 0));
    check("", "", (0, 0));
}

#[test]
fn the_rate_is_of_the_references_words() {
    let check = |reference, hypothesis, expected: f64| {
        let found = word_error_rate(reference, hypothesis);
        assert!((found - expected).abs() < 1e-9, "{found}");
    };
    check("we left at six", "he left at six", 0.25);
    check("we left", "so then we left the hut", 2.0);
    check("", "", 0.0);
}
