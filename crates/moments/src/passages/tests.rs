//! What becomes of cues, by example and by property.

use super::*;
use proptest::prelude::*;

fn cue(start_ms: u64, end_ms: u64, text: &str) -> Cue {
    Cue {
        start_ms,
        end_ms,
        text: text.into(),
        ..Cue::default()
    }
}

fn check(cues: &[(u64, u64, &str)], expected: &[(u64, u64, &str)]) {
    let cues: Vec<Cue> = cues
        .iter()
        .map(|(from, to, text)| cue(*from, *to, text))
        .collect();
    let found = passages(&cues);
    let found: Vec<_> = found
        .iter()
        .map(|passage| (passage.start_ms, passage.end_ms, passage.text.as_str()))
        .collect();
    assert_eq!(found, expected);
}

const SENTENCE: &str = "The day starts before the light does, at five.";

#[test]
fn cues_of_one_sentence_are_joined() {
    check(
        &[
            (0, 2000, "The day starts before"),
            (2000, 4000, "the light does."),
        ],
        &[(0, 4000, "The day starts before the light does.")],
    );
}

#[test]
fn sentences_in_one_breath_are_joined_as_long_as_they_fit() {
    let both = format!("{SENTENCE} {SENTENCE}");
    let two = [(0, 4000, SENTENCE), (4200, 8000, SENTENCE)];
    check(&two, &[(0, 8000, &both)]);
    let three = [two[0], two[1], (8200, 12_100, SENTENCE)];
    check(&three, &[(0, 8000, &both), (8200, 12_100, SENTENCE)]);
}

#[test]
fn a_sentence_that_says_enough_is_a_passage_of_its_own() {
    let long = [SENTENCE; 5].join(" ").replace(". ", ", and ");
    check(
        &[(0, 6000, &long), (6200, 8000, SENTENCE)],
        &[(0, 6000, &long), (6200, 8000, SENTENCE)],
    );
}

#[test]
fn short_sentences_take_in_the_next() {
    check(
        &[
            (0, 900, "Yes."),
            (1000, 1900, "No."),
            (2000, 2900, "Maybe."),
        ],
        &[(0, 2900, "Yes. No. Maybe.")],
    );
}

#[test]
fn a_silence_ends_a_passage_even_inside_a_sentence() {
    check(
        &[(0, 1000, "and then"), (2001, 3000, "nothing")],
        &[(0, 1000, "and then"), (2001, 3000, "nothing")],
    );
}

#[test]
fn captions_that_roll_up_are_taken_once() {
    check(
        &[
            (0, 2000, "so we went up"),
            (2000, 4000, "so we went up the hill in"),
            (4000, 6000, "the hill in the rain."),
            (6000, 7000, "the hill in the rain."),
        ],
        &[(0, 7000, "so we went up the hill in the rain.")],
    );
}

#[test]
fn repetitions_longer_than_any_caption_are_not_looked_for() {
    let words = |count: u64| (0..count).map(|word| word.to_string()).collect::<Vec<_>>();
    for (count, kept) in [(200, 200), (201, 402)] {
        let text = words(count).join(" ");
        let found = passages(&[cue(0, 9000, &text), cue(9000, 18_000, &text)]);
        let found = found.iter().flat_map(|passage| passage.text.split(' '));
        assert_eq!(found.count(), kept);
    }
}

#[test]
fn what_is_said_twice_stays_twice() {
    check(
        &[(0, 900, "Again."), (5000, 5900, "Again.")],
        &[(0, 900, "Again."), (5000, 5900, "Again.")],
    );
}

#[test]
fn only_a_long_cue_is_split_into_its_sentences() {
    let two = format!("{SENTENCE} {SENTENCE}");
    check(&[(0, 8000, &two)], &[(0, 8000, &two)]);
    check(
        &[(0, 20_000, &two)],
        &[(0, 10_000, SENTENCE), (10_000, 20_000, SENTENCE)],
    );
}

#[test]
fn text_without_punctuation_is_cut_all_the_same() {
    let cues: Vec<Cue> = (0..60)
        .map(|second| {
            cue(
                second * 1000,
                second * 1000 + 1000,
                &format!("word{second}"),
            )
        })
        .collect();
    let found = passages(&cues);
    assert!(found.len() >= 2);
    assert!(
        found
            .iter()
            .all(|passage| passage.end_ms - passage.start_ms <= 24_000)
    );
}

#[test]
fn a_long_cue_without_punctuation_is_cut_at_spaces() {
    let half = ["word"; 60].join(" ");
    let whole = format!("{half} {half} {half}");
    check(
        &[(0, 90_000, &whole)],
        &[
            (0, 30_000, &half),
            (30_000, 60_000, &half),
            (60_000, 90_000, &half),
        ],
    );
}

#[test]
fn a_long_cue_without_spaces_is_cut_between_characters() {
    let part = "語".repeat(300);
    let whole = format!("{part}{part}語語語");
    check(
        &[(0, 603_000, &whole)],
        &[
            (0, 300_000, &part),
            (300_000, 600_000, &part),
            (600_000, 603_000, "語語語"),
        ],
    );
}

#[test]
fn cues_without_words_make_no_passage() {
    check(&[(0, 1000, " \n "), (1000, 2000, "")], &[]);
}

prop_compose! {
    /// Cues with distinct words, so that nothing counts as repeated.
    fn distinct_cues()(
        shapes in prop::collection::vec((0u64..4000, 0u64..30_000, 1usize..120, any::<bool>()), 0..30)
    ) -> Vec<Cue> {
        let mut start_ms = 0;
        let mut number = 0;
        shapes.into_iter().map(|(gap_ms, length_ms, words, ends)| {
            start_ms += gap_ms;
            let text: Vec<String> = (0..words).map(|_| { number += 1; format!("w{number}") }).collect();
            let mark = if ends { "." } else { "" };
            start_ms += length_ms;
            cue(start_ms - length_ms, start_ms, &format!("{}{mark}", text.join(" ")))
        }).collect()
    }
}

proptest! {
    #[test]
    fn no_word_is_lost_and_order_is_kept(cues in distinct_cues()) {
        let words = |texts: Vec<&String>| -> Vec<String> {
            texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
        };
        let found = passages(&cues);
        prop_assert_eq!(
            words(found.iter().map(|passage| &passage.text).collect()),
            words(cues.iter().map(|cue| &cue.text).collect())
        );
        prop_assert!(found.windows(2).all(|pair| pair[0].start_ms <= pair[1].start_ms));
    }

    #[test]
    fn passages_lie_inside_the_hull_of_the_cues(cues in distinct_cues()) {
        let start_ms = cues.iter().map(|cue| cue.start_ms).min().unwrap_or(0);
        let end_ms = cues.iter().map(|cue| cue.end_ms).max().unwrap_or(0);
        for passage in passages(&cues) {
            prop_assert!(start_ms <= passage.start_ms && passage.start_ms <= passage.end_ms);
            prop_assert!(passage.end_ms <= end_ms);
            prop_assert!(!passage.text.is_empty());
        }
    }

    #[test]
    fn any_cues_at_all_are_survived(
        cues in prop::collection::vec(
            (0u64..u64::MAX / 1_000_000, 0u64..u64::MAX / 1_000_000, ".{0,40}").prop_map(|(from, to, text)| cue(from, to, &text)),
            0..20,
        )
    ) {
        let found = passages(&cues);
        prop_assert!(found.len() <= cues.len() * 40);
        prop_assert_eq!(passages(&cues), found);
    }
}
