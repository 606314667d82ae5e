//! Whisper's English text normaliser, which its published word error rates are measured with.
//!
//! Texts that say the same come out the same: without case, punctuation, brackets and hesitations, contractions
//! written out, numbers in digits, spelled as in America. It follows `EnglishTextNormalizer` of openai/whisper and of
//! Hugging Face's transformers in its quirks, too, for a rate that is to be comparable: `one` and `ones` stay words,
//! `John's` becomes `john is`, and spaces may be left at both ends. Only digits of
//! ASCII count as such, and word borders are Unicode's: at `½` or `①` beside a letter they are not Python's.

mod numbers;
mod parts;

use regex::Regex;
use std::{collections::HashMap, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;

/// Words that are written out, in this order.
const CONTRACTED_WORDS: [(&str, &str); 14] = [
    ("won't", "will not"),
    ("can't", "can not"),
    ("let's", "let us"),
    ("ain't", "aint"),
    ("y'all", "you all"),
    ("wanna", "want to"),
    ("gotta", "got to"),
    ("gonna", "going to"),
    ("i'ma", "i am going to"),
    ("imma", "i am going to"),
    ("woulda", "would have"),
    ("coulda", "could have"),
    ("shoulda", "should have"),
    ("ma'am", "madam"),
];
const TITLES: [(&str, &str); 21] = [
    ("mr", "mister"),
    ("mrs", "missus"),
    ("st", "saint"),
    ("dr", "doctor"),
    ("prof", "professor"),
    ("capt", "captain"),
    ("gov", "governor"),
    ("ald", "alderman"),
    ("gen", "general"),
    ("sen", "senator"),
    ("rep", "representative"),
    ("pres", "president"),
    ("rev", "reverend"),
    ("hon", "honorable"),
    ("asst", "assistant"),
    ("assoc", "associate"),
    ("lt", "lieutenant"),
    ("col", "colonel"),
    ("jr", "junior"),
    ("sr", "senior"),
    ("esq", "esquire"),
];
/// Ends of words, and what follows them where that tells `has` from `is`; in this order.
const CONTRACTED_ENDS: [(&str, &str); 14] = [
    ("'d been", "had been"),
    ("'s been", "has been"),
    ("'d gone", "had gone"),
    ("'s gone", "has gone"),
    ("'d done", "had done"),
    ("'s got", "has got"),
    ("n't", "not"),
    ("'re", "are"),
    ("'s", "is"),
    ("'d", "would"),
    ("'ll", "will"),
    ("'t", "not"),
    ("'ve", "have"),
    ("'m", "am"),
];
/// Letters that decomposition leaves as they are.
const LETTERS: [(&str, &str); 16] = [
    ("œ", "oe"),
    ("Œ", "OE"),
    ("ø", "o"),
    ("Ø", "O"),
    ("æ", "ae"),
    ("Æ", "AE"),
    ("ß", "ss"),
    ("ẞ", "SS"),
    ("đ", "d"),
    ("Đ", "D"),
    ("ð", "d"),
    ("Ð", "D"),
    ("þ", "th"),
    ("Þ", "th"),
    ("ł", "l"),
    ("Ł", "L"),
];

/// British spellings and the American ones.
static SPELLINGS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../reference/english_spelling.json"))
        .expect("the table has nothing but pairs of words without escapes")
});
static BEFORE_SYMBOLS: LazyLock<Vec<Rule>> = LazyLock::new(before_symbols);
static SYMBOLS: LazyLock<[Rule; 2]> = LazyLock::new(|| {
    [
        Rule::new(r"\p{Mn}", ""),
        Rule::new(r"[[\p{M}\p{S}\p{P}]--[.%$¢€£]]", " "),
    ]
});
/// What stood by a number and is left alone.
static AFTER_NUMBERS: LazyLock<[Rule; 3]> = LazyLock::new(|| {
    [
        Rule::new(r"[.$¢€£]([^0-9])", " ${1}"),
        Rule::new(r"([^0-9])%", "${1} "),
        Rule::new(r"\s+", " "),
    ]
});

/// The text as it is compared with another one.
pub fn normalise(text: &str) -> String {
    let text = apply(&BEFORE_SYMBOLS, text.to_lowercase());
    let decomposed = LETTERS
        .iter()
        .fold(text.nfkd().collect(), |text: String, (letter, plain)| {
            text.replace(letter, plain)
        });
    let text = numbers::in_digits(&apply(&*SYMBOLS, decomposed));
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| SPELLINGS.get(word).copied().unwrap_or(word))
        .collect();
    apply(&*AFTER_NUMBERS, words.join(" "))
}

/// A pattern and what takes its place.
struct Rule {
    pattern: Regex,
    replacement: String,
}

impl Rule {
    fn new(pattern: &str, replacement: &str) -> Self {
        Self {
            pattern: Regex::new(pattern).expect("the patterns are in this file and tested"),
            replacement: replacement.to_owned(),
        }
    }
}

/// The text after one rule after the other.
fn apply(rules: &[Rule], text: String) -> String {
    rules.iter().fold(text, |text, rule| {
        let replaced = rule.pattern.replace_all(&text, rule.replacement.as_str());
        replaced.into_owned()
    })
}

fn before_symbols() -> Vec<Rule> {
    let mut rules = vec![
        Rule::new(r"[<\[][^>\]]*[>\]]", ""),
        Rule::new(r"\(([^)]+?)\)", ""),
        Rule::new(r"\b(hmm|mm|mhm|mmm|uh|um)\b", ""),
        Rule::new(r"\s+'", "'"),
    ];
    let words = CONTRACTED_WORDS.iter();
    rules.extend(words.map(|(from, to)| Rule::new(&format!(r"\b{from}\b"), to)));
    let titles = TITLES.iter();
    rules.extend(titles.map(|(from, to)| Rule::new(&format!(r"\b{from}\b"), &format!("{to} "))));
    let ends = CONTRACTED_ENDS.iter();
    rules.extend(ends.map(|(from, to)| Rule::new(&format!(r"{from}\b"), &format!(" {to}"))));
    rules.extend([
        Rule::new(r"([0-9]),([0-9])", "${1}${2}"),
        // A full stop, not a decimal point.
        Rule::new(r"\.([^0-9]|$)", " ${1}"),
    ]);
    rules
}
