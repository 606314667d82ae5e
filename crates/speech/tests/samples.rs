//! The whole recogniser on the samples, whose exact words and their times are known.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/normaliser/mod.rs"]
mod normaliser;
mod support;
#[path = "support/wer.rs"]
mod wer;

use contracts::artifacts::Cue;
use serde::Deserialize;
use speech::{SAMPLE_RATE_HZ, Transcription};
use std::path::Path;
use support::{
    SAMPLES, options, reference_folder, repository, sound_of, transcriber, whisper_folder,
};
use wer::errors;

#[derive(Deserialize)]
struct Truth {
    scenes: Vec<Scene>,
}

#[derive(Deserialize)]
struct Scene {
    narration: Option<Narration>,
}

#[derive(Clone, Deserialize)]
struct Narration {
    text: String,
    /// In seconds.
    start: f64,
    end: f64,
}

fn narrations(sample: &str) -> Vec<Narration> {
    let path = repository(&format!("samples/truth/{sample}.json"));
    let truth: Truth = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    truth
        .scenes
        .into_iter()
        .filter_map(|scene| scene.narration)
        .collect()
}

fn text(cues: &[Cue]) -> String {
    let texts: Vec<&str> = cues.iter().map(|cue| cue.text.as_str()).collect();
    texts.join(" ")
}

/// Word error rate over all samples, in per cent.
fn error_rate(whisper_folder: &Path) -> f64 {
    let mut transcriber = transcriber(whisper_folder);
    let (mut wrong, mut all) = (0, 0);
    for sample in SAMPLES {
        let heard = transcriber
            .transcribe(&sound_of(sample), &options(None))
            .unwrap();
        let said: Vec<String> = narrations(sample)
            .into_iter()
            .map(|narration| narration.text)
            .collect();
        let (edits, words) = errors(&said.join(" "), &text(&heard.cues));
        assert_eq!(heard.language.as_deref(), Some("en"), "{sample}");
        assert_eq!(heard.dropped.total(), 0, "{sample}");
        wrong += edits;
        all += words;
    }
    100.0 * wrong as f64 / all as f64
}

#[test]
fn one_word_in_twenty_is_wrong_at_most_and_small_weights_cost_no_more_than_one_in_a_hundred() {
    let small = error_rate(&whisper_folder());
    let full = error_rate(&reference_folder());
    println!("word error rate: {small:.2} % with small weights, {full:.2} % with full ones");
    assert!(small <= 5.0, "{small}");
    assert!(small <= full + 1.0, "{small} against {full}");
}

#[test]
fn the_same_seed_hears_the_same() {
    let mut transcriber = transcriber(&whisper_folder());
    // Noise makes the model guess, and guesses are drawn by chance.
    let mut sound = sound_of("hill-walk");
    let mut random = fastrand::Rng::with_seed(7);
    for sample in &mut sound[..20 * SAMPLE_RATE_HZ] {
        *sample += 0.25 * (random.f32() - 0.5);
    }
    let mut hear = || transcriber.transcribe(&sound, &options(None)).unwrap();
    assert_eq!(hear(), hear());
}

/// Twenty minutes of the samples one after the other: every sentence once, at its time.
#[test]
fn every_sentence_of_a_long_recording_is_found_once_at_its_time() {
    const LENGTH: usize = 20 * 60 * SAMPLE_RATE_HZ;
    let mut sound = Vec::new();
    let mut said = Vec::new();
    for sample in SAMPLES.iter().cycle() {
        if sound.len() >= LENGTH {
            break;
        }
        let offset_s = sound.len() as f64 / SAMPLE_RATE_HZ as f64;
        said.extend(narrations(sample).into_iter().map(|narration| Narration {
            start: narration.start + offset_s,
            end: narration.end + offset_s,
            ..narration
        }));
        sound.extend(sound_of(sample));
    }
    let heard = transcriber(&whisper_folder())
        .transcribe(&sound, &options(None))
        .unwrap();
    check_times(&heard, &said);
}

/// Each narration's words are heard between its start and its end, and its first word at its start.
fn check_times(heard: &Transcription, said: &[Narration]) {
    let words: Vec<_> = heard.cues.iter().flat_map(|cue| &cue.words).collect();
    assert!(
        words
            .windows(2)
            .all(|pair| pair[0].start_ms <= pair[1].start_ms)
    );
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let (mut edits, mut all) = (0, 0);
    let mut late = Vec::new();
    for narration in said {
        let middle = |start_ms, end_ms| (seconds(start_ms) + seconds(end_ms)) / 2.0;
        let inside: Vec<_> = words
            .iter()
            .filter(|word| {
                (narration.start - 0.5..narration.end + 0.5)
                    .contains(&middle(word.start_ms, word.end_ms))
            })
            .collect();
        let text: String = inside
            .iter()
            .map(|word| word.text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let (wrong, count) = errors(&narration.text, &text);
        assert!(
            wrong * 2 <= count,
            "at {:.1} s: {text:?} instead of {:?}",
            narration.start,
            narration.text
        );
        edits += wrong;
        all += count;
        let start_s = inside
            .first()
            .map_or(f64::MAX, |word| seconds(word.start_ms));
        let end_s = inside.last().map_or(f64::MAX, |word| seconds(word.end_ms));
        late.push((start_s - narration.start, end_s - narration.end));
    }
    // Nothing is heard beside what was said, and nothing twice.
    let (wrong, count) = errors(
        &said
            .iter()
            .map(|narration| narration.text.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        &text(&heard.cues),
    );
    println!(
        "{} narrations, {edits} of {all} words wrong, {wrong} of {count} as a whole",
        said.len()
    );
    assert!(wrong as f64 <= 0.05 * count as f64, "{wrong} of {count}");
    let worst =
        |of: fn(&(f64, f64)) -> f64| late.iter().map(|pair| of(pair).abs()).fold(0.0, f64::max);
    println!(
        "starts at most {:.3} s off, ends {:.3} s",
        worst(|pair| pair.0),
        worst(|pair| pair.1)
    );
    assert!(worst(|pair| pair.0) <= 0.2, "starts");
    assert!(worst(|pair| pair.1) <= 0.5, "ends");
}
