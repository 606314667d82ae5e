//! The words of a query that say what is looked for, and how much of them a text has.
//!
//! A word counts by how rare it is in what is searched (the inverse document frequency of BM25, Robertson and Spärck
//! Jones): a passage that has all of a query's words but the one that matters has little of it.

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::BTreeSet;

/// More words than this say nothing more, and each costs the index a count.
const MAX_WORDS: usize = 16;

/// Words that say nothing about what is looked for: articles, pronouns, prepositions, auxiliary verbs and what
/// questions begin with.
const LITTLE_WORDS: &[&str] = &[
    "a",
    "about",
    "after",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "before",
    "being",
    "but",
    "by",
    "can",
    "could",
    "did",
    "do",
    "does",
    "doing",
    "for",
    "from",
    "get",
    "gets",
    "had",
    "has",
    "have",
    "he",
    "her",
    "here",
    "hers",
    "him",
    "his",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "let",
    "like",
    "me",
    "moment",
    "my",
    "no",
    "not",
    "of",
    "off",
    "on",
    "one",
    "or",
    "other",
    "our",
    "out",
    "over",
    "part",
    "s",
    "say",
    "says",
    "said",
    "scene",
    "she",
    "should",
    "show",
    "shows",
    "so",
    "some",
    "somebody",
    "someone",
    "something",
    "such",
    "t",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "things",
    "this",
    "those",
    "to",
    "too",
    "under",
    "up",
    "us",
    "very",
    "video",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whom",
    "whose",
    "why",
    "will",
    "with",
    "would",
    "you",
    "your",
];

/// The words of a query, weighted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueryTerms {
    terms: Vec<Term>,
}

/// A word of the query: what a text may have for it, each as a run of stems, and how rare it is.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    forms: Vec<Vec<String>>,
    rarity: f64,
}

impl QueryTerms {
    /// `words` as [`content_words`] gives them, and for each how many of all `documents` have it; a word that was not
    /// counted is as rare as can be. `numbers` as [`number_forms`](crate::number_forms) gives them: a number is there
    /// in whatever form it is said.
    #[must_use]
    pub fn new(
        words: &[String],
        containing: &[u64],
        documents: u64,
        numbers: &[Vec<String>],
    ) -> Self {
        let count = |position: usize| containing.get(position).copied().unwrap_or(0);
        let mut terms: Vec<Term> = words
            .iter()
            .enumerate()
            .map(|(position, word)| Term {
                forms: vec![stems(word)],
                rarity: rarity(count(position), documents),
            })
            .collect();
        for number in numbers {
            let forms: Vec<Vec<String>> = number.iter().map(|form| stems(form)).collect();
            say_as_number(&mut terms, forms);
        }
        Self { terms }
    }

    /// The share of the query's words that the texts have between them, 0 to 1, each word by its rarity; 0 where the
    /// query has no words.
    #[must_use]
    pub fn coverage<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> f64 {
        let all: f64 = self.terms.iter().map(|term| term.rarity).sum();
        if all <= 0.0 {
            return 0.0;
        }
        let texts: Vec<Vec<String>> = texts.into_iter().map(stems).collect();
        let had = self.terms.iter().filter(|term| term.is_in(&texts));
        had.map(|term| term.rarity).sum::<f64>() / all
    }

    /// Whether the query has no words that say anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

impl Term {
    fn is_in(&self, texts: &[Vec<String>]) -> bool {
        let has = |text: &Vec<String>, form: &Vec<String>| {
            !form.is_empty() && text.windows(form.len()).any(|run| run == form)
        };
        let forms = self.forms.iter();
        forms
            .into_iter()
            .any(|form| texts.iter().any(|text| has(text, form)))
    }
}

/// Makes one term, as rare as the rarest, of the terms that stand for a number: those whose words are all in one of
/// its forms.
fn say_as_number(terms: &mut Vec<Term>, forms: Vec<Vec<String>>) {
    let is_part = |term: &Term| {
        let mut runs = forms.iter();
        term.forms.len() == 1
            && runs.any(|form| term.forms[0].iter().all(|word| form.contains(word)))
    };
    let Some(first) = terms.iter().position(is_part) else {
        return;
    };
    let parts = terms.iter().filter(|term| is_part(term));
    let rarity = parts.map(|term| term.rarity).fold(0.0, f64::max);
    let mut position = 0;
    terms.retain(|term| {
        position += 1;
        position - 1 == first || !is_part(term)
    });
    terms[first] = Term { forms, rarity };
}

/// The words of a query that say what is looked for: in lower case, each once, in order, `MAX_WORDS` at most. A
/// query of little words only has them all.
#[must_use]
pub fn content_words(query: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let all: Vec<String> = words(query)
        .filter(|word| seen.insert(word.clone()))
        .collect();
    let telling = |word: &&String| !LITTLE_WORDS.contains(&word.as_str());
    let some: Vec<String> = all
        .iter()
        .filter(telling)
        .take(MAX_WORDS)
        .cloned()
        .collect();
    if some.is_empty() {
        all.into_iter().take(MAX_WORDS).collect()
    } else {
        some
    }
}

/// BM25's inverse document frequency.
fn rarity(containing: u64, documents: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of documents, and two digits matter"
    )]
    let (with, all) = (containing.min(documents) as f64, documents as f64);
    (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
}

/// The words of a text, stemmed, in order.
fn stems(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    words(text)
        .map(|word| stemmer.stem(&word).into_owned())
        .collect()
}

/// Runs of letters and digits in lower case; a mark between digits belongs to the number, an apostrophe ends a word.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_apart =
        |character: char| !character.is_alphanumeric() && !matches!(character, '.' | ',');
    let pieces = text.split(is_apart).flat_map(|piece| {
        let trimmed = piece.trim_matches(['.', ',']);
        let is_number = trimmed.chars().all(|character| !character.is_alphabetic());
        let apart: Vec<String> = if is_number {
            vec![trimmed.replace(',', "")]
        } else {
            trimmed.split(['.', ',']).map(str::to_lowercase).collect()
        };
        apart
    });
    pieces.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number_forms;

    fn terms(query: &str, containing: &[u64]) -> QueryTerms {
        QueryTerms::new(
            &content_words(query),
            containing,
            1000,
            &number_forms(query),
        )
    }

    #[track_caller]
    fn check(terms: &QueryTerms, text: &str, least: f64, most: f64) {
        let covered = terms.coverage([text]);
        assert!((least..=most).contains(&covered), "{text}: {covered}");
    }

    #[test]
    fn little_words_are_left_out_unless_there_are_no_others() {
        for (query, expected) in [
            (
                "who hunts the mice at night",
                vec!["hunts", "mice", "night"],
            ),
            ("the who", vec!["the", "who"]),
            ("Dogs, dogs — DOGS!", vec!["dogs"]),
            (
                "2.5 centimetres, 1,200 kg",
                vec!["2.5", "centimetres", "1200", "kg"],
            ),
            ("don't stop", vec!["don", "stop"]),
            ("  ", vec![]),
        ] {
            assert_eq!(content_words(query), expected, "{query}");
        }
    }

    #[test]
    fn a_text_with_every_word_covers_the_query_in_any_form() {
        let terms = terms("hunting mice", &[3, 5]);
        let covered = terms.coverage(["The owl hunted", "a mice."]);
        assert!((covered - 1.0).abs() < 1e-9, "{covered}");
        check(&terms, "nothing of it", 0.0, 0.0);
    }

    #[test]
    fn the_rare_word_counts_most() {
        let terms = terms("octopus colour", &[0, 300]);
        check(&terms, "the colour of the sea", 0.1, 0.2);
        check(&terms, "an octopus", 0.8, 0.9);
    }

    #[test]
    fn a_number_is_there_however_it_is_said() {
        let opened = terms("opened in 1963", &[20, 0]);
        check(&opened, "It opened in nineteen sixty-three.", 1.0, 1.0);
        check(&opened, "It opened in nineteen sixty.", 0.1, 0.5);
        let litres = terms("twenty-five litres", &[30, 40, 10]);
        check(&litres, "25 litres", 1.0, 1.0);
        check(&litres, "twenty five litres", 1.0, 1.0);
        check(&litres, "five litres", 0.3, 0.9);
    }

    #[test]
    fn a_query_without_words_is_covered_by_nothing() {
        check(&terms("", &[]), "anything", 0.0, 0.0);
    }
}
