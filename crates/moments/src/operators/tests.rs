//! What is an operator and what is not, by example and by property.

use super::*;
use proptest::prelude::*;

fn check(text: &str, expected: ParsedQuery) {
    assert_eq!(parse_query(text), expected, "{text:?}");
}

fn words(words: &str) -> ParsedQuery {
    ParsedQuery {
        words: words.into(),
        ..ParsedQuery::default()
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_plain_sentence_is_its_words() {
    for text in [
        "a dog on a beach",
        "the score was 3-4, and - well - he left",
        "note: ask at 10:30 or at http://x.org",
        "5\" pipe and 6\" pipe",
        "first he runs, then he falls",
        "what happens then within the house",
        "then within 30 s",
        "tag: and channel: alone",
        "an \"unclosed quote",
        "an “unclosed quote",
        "-\"unclosed",
        "tag:\"unclosed",
        "-- -",
        "\"\" \" ... \"",
    ] {
        let parsed = parse_query(text);
        check(text, words(&parsed.words));
        assert_eq!(parsed.words, text);
    }
    check("  two \t words\n", words("two words"));
    check("", ParsedQuery::default());
}

#[test]
fn quotes_of_every_shape_hold_a_phrase() {
    let phrase = |all: &str, phrase: &str| ParsedQuery {
        phrases: texts(&[phrase]),
        ..words(all)
    };
    let moon = phrase("we go to the moon today", "to the moon");
    check("we go \"to the moon\" today", moon.clone());
    check("we go “to the moon” today", moon.clone());
    check("we go „to the moon“ today", moon.clone());
    check("we go \" to the moon \" today", moon);
    check(
        "“say \"hi\" now”",
        phrase("say \"hi\" now", "say \"hi\" now"),
    );
    check(
        "\"hi\", -x",
        ParsedQuery {
            excluded: texts(&["x"]),
            ..phrase("hi ,", "hi")
        },
    );
    check("\"hi\"-x", phrase("hi -x", "hi"));
}

#[test]
fn a_minus_before_a_word_leaves_it_out() {
    let without = |all: &str, excluded: &[&str]| ParsedQuery {
        excluded: texts(excluded),
        ..words(all)
    };
    check("dogs -cats run", without("dogs run", &["cats"]));
    check("-été", without("", &["été"]));
    check("dogs -\"hot dogs\"", without("dogs", &["hot dogs"]));
    check("dogs -“hot dogs” -42", without("dogs", &["hot dogs", "42"]));
    check("well-known", words("well-known"));
}

#[test]
fn filters_are_no_words() {
    check(
        "moon Channel:speech channel:screen-text video:v-1 tag:space TAG:\"old films\"",
        ParsedQuery {
            channels: vec![Channel::Speech, Channel::ScreenText],
            videos: vec!["v-1".into()],
            tags: texts(&["space", "old films"]),
            ..words("moon")
        },
    );
    check(
        "after:2026-01-02 before:2026-03-01 moon before:2026-02-28 after:2025-12-31",
        ParsedQuery {
            before: Some("2026-02-28".into()),
            after: Some("2026-01-02".into()),
            ..words("moon")
        },
    );
}

#[test]
fn an_operator_that_makes_no_sense_is_named() {
    for (text, named) in [
        ("channel:sound", "\"sound\": the channels are title, speech"),
        ("before:2026-02-30", "before: names \"2026-02-30\""),
        ("after:yesterday", "after: names \"yesterday\""),
        ("after:20260102", "after: names \"20260102\""),
    ] {
        let parsed = parse_query(text);
        assert_eq!(parsed.problems.len(), 1, "{text}");
        assert!(parsed.problems[0].contains(named), "{}", parsed.problems[0]);
        assert_eq!(
            (parsed.words.as_str(), parsed.before, parsed.after),
            ("", None, None)
        );
    }
}

#[test]
fn one_thing_soon_after_another_is_a_sequence() {
    let sequence = |first: &str, second: &str, within_ms| {
        Some(Sequence {
            first: first.into(),
            second: second.into(),
            within_ms,
        })
    };
    for (text, expected) in [
        (
            "a dog then a cat within 30 s",
            sequence("a dog", "a cat", 30_000),
        ),
        ("A THEN B WITHIN 2 Min.", sequence("A", "B", 120_000)),
        ("a then b within 45seconds", sequence("a", "b", 45_000)),
        (
            "a then b then c within 1 minute",
            sequence("a then b", "c", 60_000),
        ),
        (
            "\"lift off\" -nasa then “the moon” within 5 sec channel:speech",
            sequence("\"lift off\" -nasa", "“the moon”", 5_000),
        ),
        ("a then b within 30", None),
        ("a then b within 30 yards", None),
        ("a then b within 99999999999 s", None),
        ("a then b within 30 s of it", None),
        ("a \"then\" b within 30 s", None),
        ("then b within 30 s", None),
        ("a then -b within 30 s", None),
    ] {
        assert_eq!(parse_query(text).sequence, expected, "{text:?}");
    }
    let parsed = parse_query("\"lift off\" -nasa then “the moon” within 5 sec channel:speech");
    assert_eq!(parsed.words, "lift off the moon");
    assert_eq!((parsed.phrases, parsed.excluded), (Vec::new(), Vec::new()));
    assert_eq!(parsed.channels, [Channel::Speech]);
}

/// Text with many of the characters and words that mean something.
fn any_query() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        any::<String>(),
        "[a-z0-9]{1,6}",
        prop::sample::select(vec![
            "\"", "“", "”", "-", "then", "within", "30", "s", "tag:", "channel:", "before:", " ",
        ])
        .prop_map(str::to_owned),
    ];
    let glue = prop::sample::select(vec!["", " "]);
    prop::collection::vec((token, glue), 0..20).prop_map(|tokens| {
        tokens
            .iter()
            .map(|(token, glue)| format!("{token}{glue}"))
            .collect()
    })
}

proptest! {
    #[test]
    fn any_text_parses_and_makes_up_no_word(text in any_query()) {
        let parsed = parse_query(&text);
        // Each letter and digit of the words is one of the text, in its order.
        let mut of_text = text.chars();
        let mut kept = parsed.words.chars().filter(|character| character.is_alphanumeric());
        prop_assert!(kept.all(|character| of_text.any(|of_text| of_text == character)));
    }

    #[test]
    fn plain_words_survive_in_order(
        all in prop::collection::vec("[A-Za-zäöü0-9][A-Za-zäöü0-9'.,?!-]{0,8}", 0..20),
        operators in prop::collection::vec((0usize..20, prop::sample::select(vec![
            "-no", "-\"no no\"", "tag:no", "video:no", "channel:speech", "before:2026-01-31", "after:2026-01-31",
        ])), 0..5),
    ) {
        let mut mixed: Vec<&str> = all.iter().map(String::as_str).collect();
        for (at, operator) in operators {
            mixed.insert(at.min(mixed.len()), operator);
        }
        let parsed = parse_query(&mixed.join(" "));
        prop_assert_eq!(parsed.words, all.join(" "));
        prop_assert_eq!(parsed.problems, Vec::<String>::new());
    }
}
