//! The same tiny model in every layout of its graphs writes the same tokens, and those of another implementation.
//! `fixtures/make.py` made the models, `fixtures/decode.py` the expected tokens.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde::Deserialize;
use speech::{Request, SAMPLE_RATE_HZ};
use support::{repository, whisper};

const LAYOUTS: [&str; 4] = ["lean", "hf-with-past", "hf-merged", "hf-timestamped"];

#[derive(Deserialize)]
struct Case {
    input: String,
    rules: String,
    tokens: Vec<u32>,
}

/// The same numbers as `features` in `decode.py`.
fn spectrogram(input: &str) -> Vec<f32> {
    let (x, y, z) = match input {
        "a" => (1, 5, 13),
        "b" => (5, 1, 17),
        other => panic!("there is no input {other}"),
    };
    let value =
        |band: usize, frame: usize| ((x * band + y * frame) % z) as f32 / (z / 2) as f32 - 1.0;
    (0..80)
        .flat_map(|band| (0..3000).map(move |frame| value(band, frame)))
        .collect()
}

fn cases(rules: &str) -> Vec<Case> {
    let all: Vec<Case> = serde_json::from_str(include_str!("fixtures/expected.json")).unwrap();
    all.into_iter().filter(|case| case.rules == rules).collect()
}

fn check(layout: &str, rules: &str, batched: bool) {
    let folder = repository("crates/speech/tests/fixtures").join(layout);
    let mut whisper = whisper(&folder);
    let cases = cases(rules);
    assert_eq!(cases.len(), 2);
    let request = Request {
        timestamps: rules == "timestamps",
        ..Request::default()
    };
    let batches = if batched {
        vec![&cases[..]]
    } else {
        cases.chunks(1).collect()
    };
    for batch in batches {
        let spectrograms = batch.iter().map(|case| spectrogram(&case.input)).collect();
        let mut encoded = whisper.encode_spectrograms(spectrograms).unwrap();
        let requests = vec![request.clone(); batch.len()];
        let english = |_: &[_]| vec!["en".to_owned(); batch.len()];
        let decoded = whisper.decode(&mut encoded, &requests, english).unwrap();
        for (case, decoded) in batch.iter().zip(decoded) {
            let first = &decoded.tokens[..case.tokens.len().min(decoded.tokens.len())];
            assert_eq!(
                first, case.tokens,
                "{layout}, {rules}, {}, batched: {batched}",
                case.input
            );
            let heads = if whisper.gives_attention() { 1 } else { 0 };
            assert!(decoded.attention.heads >= heads, "{layout}");
        }
    }
}

#[test]
fn every_layout_writes_the_same_tokens() {
    for layout in LAYOUTS {
        for rules in ["text", "timestamps"] {
            check(layout, rules, false);
            check(layout, rules, true);
        }
    }
}

#[test]
fn two_exports_tell_where_they_listened_and_agree() {
    let attention = |layout: &str| {
        let mut whisper = whisper(&repository("crates/speech/tests/fixtures").join(layout));
        let mut encoded = whisper.encode_spectrograms(vec![spectrogram("a")]).unwrap();
        let english = |_: &[_]| vec!["en".to_owned()];
        let mut decoded = whisper
            .decode(&mut encoded, &[Request::default()], english)
            .unwrap();
        decoded.remove(0).attention
    };
    let (lean, timestamped) = (attention("lean"), attention("hf-timestamped"));
    assert!(lean.heads > 0 && lean.frames == 1500);
    assert_eq!(
        (lean.heads, lean.weights.len()),
        (timestamped.heads, timestamped.weights.len())
    );
    let furthest = lean
        .weights
        .iter()
        .zip(&timestamped.weights)
        .map(|(left, right)| (left - right).abs());
    assert!(furthest.fold(0.0, f32::max) < 1e-4);
    assert_eq!(attention("hf-merged").heads, 0);
}

#[test]
fn no_window_and_windows_of_next_to_nothing_are_no_failure() {
    let silence = vec![0.0; SAMPLE_RATE_HZ];
    let windows: [&[f32]; 4] = [&[], &[0.5], &[f32::NAN; 400], &silence];
    for layout in LAYOUTS {
        let folder = repository("crates/speech/tests/fixtures").join(layout);
        let mut whisper = whisper(&folder);
        for count in [0, 1, windows.len()] {
            let mut encoded = whisper.encode(&windows[..count]).unwrap();
            let likely = whisper.detect_languages(&mut encoded).unwrap();
            let requests = vec![Request::default(); count];
            let decoded = whisper.decode(&mut encoded, &requests, |likely| {
                vec!["en".into(); likely.len()]
            });
            let decoded = decoded.unwrap();
            assert_eq!((likely.len(), decoded.len()), (count, count), "{layout}");
            for probability in decoded.iter().flat_map(|row| &row.log_probabilities) {
                assert!(*probability <= 0.0, "{layout}: {probability}");
            }
        }
    }
}
