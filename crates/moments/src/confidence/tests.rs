use super::*;
use crate::{Found, Hit, content_words};

const CHANCE: Chance = Chance {
    location: 0.66,
    growth: 0.03,
    scale: 0.02,
};

fn hit(channel: Channel, text: &str) -> Hit {
    Hit {
        id: text.to_owned(),
        video_id: "v".into(),
        generation: 1,
        chunk: Some(0),
        channel,
        start_ms: 0,
        end_ms: 1000,
        text: text.to_owned(),
        labels: Vec::new(),
        thumbnail_key: None,
        rank: 1,
        score: 0.0,
    }
}

fn moment(text: &str, found_by: &[(Retriever, f64)]) -> FoundMoment {
    let found = |score: &f64| Found {
        rank: 1,
        score: *score,
        relevance: 1.0,
    };
    FoundMoment {
        video_id: "v".into(),
        generation: 1,
        start_ms: 0,
        end_ms: 1000,
        evidence_start_ms: 0,
        evidence_end_ms: 1000,
        repeats: Vec::new(),
        score: 0.0,
        confidence: None,
        signs: None,
        evidence: vec![hit(Channel::Speech, text)],
        found_by: found_by
            .iter()
            .map(|(retriever, score)| (*retriever, found(score)))
            .collect(),
    }
}

fn judge(query: &str, documents: u64) -> Judge {
    let words = content_words(query);
    let containing = vec![documents / 100; words.len()];
    Judge {
        terms: QueryTerms::new(&words, &containing, documents, &[]),
        documents: BTreeMap::from([(Channel::Speech, documents)]),
        chances: BTreeMap::from([(Retriever::Meaning, CHANCE)]),
        is_quoted: false,
    }
}

fn confidence(judge: &Judge, moment: FoundMoment) -> f64 {
    let mut moments = [moment];
    judge.judge(&mut moments);
    moments[0].confidence.expect("it was judged")
}

#[test]
fn the_same_score_says_less_among_more_documents() {
    let excess: Vec<f64> = [100, 10_000, 1_000_000]
        .map(|documents| CHANCE.excess(0.9, documents))
        .into();
    assert!(excess[0] > excess[1] && excess[1] > excess[2], "{excess:?}");
    assert!(CHANCE.excess(0.66, 1).abs() < 1e-9);
    assert!((CHANCE.excess(0.0, 1) - LEAST_EXCESS).abs() < 1e-9);
    assert!((CHANCE.excess(9.0, 1) - MOST_EXCESS).abs() < 1e-9);
}

/// Scores of the first of a list where all lie this far above chance.
fn scores_above_chance(above: f64, count: usize, documents: u64) -> Vec<f64> {
    let score = |rank| CHANCE.location + above + CHANCE.gain(documents, rank);
    (1..=count).map(score).collect()
}

#[test]
fn a_query_that_is_near_everything_is_held_against_everything() {
    let shift_among = |above: f64, count, documents| {
        let scores = scores_above_chance(above, count, documents);
        CHANCE.of_query(&scores, documents).location - CHANCE.location
    };
    let shift = |above, count| shift_among(above, count, 1000);
    let half = CHANCE.scale / 2.0;
    for (above, count, expected) in [
        (half, 200, half),
        (-half, 200, 0.0),
        (9.0 * half, 200, CHANCE.scale),
        (half, 19, half),
        (half, 18, 0.0),
        (half, 0, 0.0),
    ] {
        let found = shift(above, count);
        assert!((found - expected).abs() < 1e-9, "{above} {count}: {found}");
    }
    // Of few documents too many are among the first.
    assert!((shift_among(half, 75, 75)).abs() < 1e-9);
    assert!((shift_among(half, 76, 76) - half).abs() < 1e-9);
}

#[test]
fn few_that_are_right_change_no_chance() {
    let mut scores = scores_above_chance(0.0, 200, 1000);
    for right in &mut scores[..7] {
        *right += 1.0;
    }
    let location = CHANCE.of_query(&scores, 1000).location;
    assert!((location - CHANCE.location).abs() < 1e-9, "{location}");
}

#[test]
fn words_and_meaning_together_are_sure_and_chance_alone_is_not() {
    let judge = judge("shearing sheep", 1000);
    let said = [(Retriever::Meaning, 0.88), (Retriever::Words, 15.0)];
    let right = confidence(&judge, moment("They shear the sheep.", &said));
    let chance = confidence(
        &judge,
        moment("The trumpets came late.", &[(Retriever::Meaning, 0.76)]),
    );
    assert!(right > 0.9 && chance < 0.1, "{right} {chance}");
}

#[test]
fn what_is_quoted_is_answered_with_wherever_it_stands() {
    let quoted = Judge {
        is_quoted: true,
        ..judge("shearing sheep", 1000)
    };
    assert!(confidence(&quoted, moment("Nothing.", &[])) >= LEAST_CONFIDENCE);
}

#[test]
fn more_of_any_sign_never_makes_a_moment_less_likely() {
    let none = Signs::default();
    for position in 0..WEIGHTS.len() {
        let mut more = none;
        let signs = [
            &mut more.said_meaning,
            &mut more.said_words,
            &mut more.said_strength,
            &mut more.written_meaning,
            &mut more.written_words,
            &mut more.written_strength,
            &mut more.looks,
            &mut more.seen_words,
        ];
        *signs.into_iter().nth(position).expect("as many as weights") = 1.0;
        assert!(more.log_odds() >= none.log_odds(), "{position}");
        assert!((more.named()[position].1 - 1.0).abs() < 1e-9, "{position}");
    }
}

#[test]
fn the_likeliest_comes_first_whatever_the_fusion_said() {
    let judge = judge("shearing sheep", 1000);
    let mut weak = moment("The trumpets came late.", &[(Retriever::Meaning, 0.76)]);
    weak.score = 1.0;
    let strong = moment("They shear the sheep.", &[(Retriever::Meaning, 0.9)]);
    let mut moments = [weak, strong];
    judge.judge(&mut moments);
    assert!(moments[0].evidence[0].text.contains("shear"));
}
