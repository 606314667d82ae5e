//! Whisper base against Hugging Face's transformers on the same weights, and Silero against its own package.
//! `reference/make.py` made the expected values.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde::Deserialize;
use speech::{
    LogMel, Request, SAMPLE_RATE_HZ, WINDOW_SAMPLES,
    vad::{FRAME_SAMPLES, SileroVad, SpanSettings, speech_spans},
};
use std::collections::BTreeMap;
use support::{SAMPLES, reference_folder, runtime, sound_of, vad_file, whisper};

#[derive(Deserialize)]
struct Expected {
    windows: Vec<Window>,
    first_token: FirstToken,
    first_token_of_silence: FirstToken,
    log_mel: Vec<MelPlace>,
    speech: Vec<Speech>,
}

#[derive(Deserialize)]
struct Window {
    sample: String,
    start_sample: usize,
    samples: usize,
    text: String,
    tokens: Vec<u32>,
    timestamp_tokens: Vec<u32>,
}

#[derive(Deserialize)]
struct FirstToken {
    #[serde(default)]
    sample: Option<String>,
    no_speech: f32,
    languages: Vec<(String, f32)>,
}

#[derive(Deserialize)]
struct MelPlace {
    sample: String,
    start_sample: usize,
    samples: usize,
    bands: usize,
    frames: usize,
    every: usize,
    offset_values: usize,
}

#[derive(Deserialize)]
struct Speech {
    sample: String,
    samples: usize,
    spans_samples: Vec<(usize, usize)>,
    #[serde(default)]
    chances: Option<Chances>,
}

#[derive(Deserialize)]
struct Chances {
    frames: usize,
    every: usize,
    probabilities: Vec<f32>,
}

fn expected() -> Expected {
    serde_json::from_str(include_str!("reference/expected.json")).unwrap()
}

fn sounds() -> BTreeMap<String, Vec<f32>> {
    SAMPLES
        .map(|sample| (sample.to_owned(), sound_of(sample)))
        .into()
}

#[test]
fn spectrograms_are_those_of_the_reference() {
    let bytes = include_bytes!("reference/log_mel.f32");
    let values: Vec<f32> = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|value| f32::from_le_bytes(*value))
        .collect();
    let sounds = sounds();
    let places = expected().log_mel;
    assert!(places.iter().any(|place| place.bands == 128));
    for place in places {
        let sound = &sounds[&place.sample][place.start_sample..][..place.samples];
        let features = LogMel::new(place.bands).features(sound);
        for band in 0..place.bands {
            for at in 0..place.frames {
                let expected = values[place.offset_values + band * place.frames + at];
                let found = features[band * speech::FRAMES + at * place.every];
                assert!(
                    (expected - found).abs() < 1e-4,
                    "{} from {}, band {band}, frame {}: {found} instead of {expected}",
                    place.sample,
                    place.start_sample,
                    at * place.every
                );
            }
        }
    }
}

/// Every window of 30 s, by itself and together with the others, without and with times.
#[test]
fn tokens_are_those_of_the_reference() {
    let mut whisper = whisper(&reference_folder());
    let sounds = sounds();
    let windows = expected().windows;
    assert_eq!(windows.len(), 2 * SAMPLES.len());
    for at_once in [1, 4] {
        for batch in windows.chunks(at_once) {
            let sound: Vec<&[f32]> = batch
                .iter()
                .map(|window| &sounds[&window.sample][window.start_sample..][..window.samples])
                .collect();
            assert!(sound.iter().all(|sound| sound.len() <= WINDOW_SAMPLES));
            let mut encoded = whisper.encode(&sound).unwrap();
            for timestamps in [false, true] {
                let request = Request {
                    timestamps,
                    ..Request::default()
                };
                let english = |_: &[_]| vec!["en".to_owned(); batch.len()];
                let decoded = whisper
                    .decode(&mut encoded, &vec![request; batch.len()], english)
                    .unwrap();
                for (window, decoded) in batch.iter().zip(decoded) {
                    let expected = if timestamps {
                        &window.timestamp_tokens
                    } else {
                        &window.tokens
                    };
                    assert_eq!(
                        &decoded.tokens, expected,
                        "{} from {}, times: {timestamps}, {at_once} at once",
                        window.sample, window.start_sample
                    );
                    if !timestamps {
                        assert_eq!(whisper.text(&decoded.tokens).trim(), window.text.trim());
                    }
                }
            }
        }
    }
}

#[test]
fn chances_of_silence_and_languages_are_those_of_the_reference() {
    let mut whisper = whisper(&reference_folder());
    let expected = expected();
    for first in [expected.first_token, expected.first_token_of_silence] {
        let sound = match &first.sample {
            Some(sample) => sound_of(sample)[..WINDOW_SAMPLES].to_vec(),
            None => vec![0.0; WINDOW_SAMPLES],
        };
        let mut encoded = whisper.encode(&[&sound]).unwrap();
        let english = |likely: &[Vec<(String, f32)>]| {
            for ((code, chance), (expected_code, expected_chance)) in
                likely[0].iter().zip(&first.languages).take(3)
            {
                assert_eq!(code, expected_code);
                assert!(
                    (chance - expected_chance).abs() < 1e-3,
                    "{code}: {chance} instead of {expected_chance}"
                );
            }
            vec!["en".to_owned()]
        };
        let decoded = whisper
            .decode(&mut encoded, &[Request::default()], english)
            .unwrap();
        let no_speech = decoded[0].no_speech_probability;
        assert!(
            (no_speech - first.no_speech).abs() < 1e-3,
            "{no_speech} instead of {}",
            first.no_speech
        );
    }
}

#[test]
fn speech_is_found_where_the_reference_finds_it() {
    let mut vad = SileroVad::open(&vad_file(), runtime()).unwrap();
    for speech in expected().speech {
        let sound = sound_of(&speech.sample);
        assert_eq!(sound.len(), speech.samples, "{}", speech.sample);
        let probabilities = vad.probabilities(&sound).unwrap();
        assert_eq!(probabilities.len(), sound.len().div_ceil(FRAME_SAMPLES));
        if let Some(chances) = speech.chances {
            assert_eq!(probabilities.len(), chances.frames);
            for (at, expected) in chances.probabilities.iter().enumerate() {
                let found = probabilities[at * chances.every];
                assert!(
                    (found - expected).abs() < 1e-3,
                    "frame {at}: {found} instead of {expected}"
                );
            }
        }
        let spans = speech_spans(&probabilities, sound.len(), &SpanSettings::default());
        let spans: Vec<(usize, usize)> = spans
            .into_iter()
            .map(|span| (span.start, span.end))
            .collect();
        assert_eq!(spans, speech.spans_samples, "{}", speech.sample);
    }
}

#[test]
fn silence_is_no_speech() {
    let mut vad = SileroVad::open(&vad_file(), runtime()).unwrap();
    let probabilities = vad.probabilities(&vec![0.0; 10 * SAMPLE_RATE_HZ]).unwrap();
    assert!(
        speech_spans(
            &probabilities,
            10 * SAMPLE_RATE_HZ,
            &SpanSettings::default()
        )
        .is_empty()
    );
    assert!(vad.probabilities(&[]).unwrap().is_empty());
}
