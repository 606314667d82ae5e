//! From words to cues: a sentence each, as far as there are sentences.

use crate::{SAMPLE_RATE_HZ, hygiene::Segment, language::bcp47, words::TimedWord};
use contracts::artifacts::{Cue, Word};

/// A longer pause ends a cue, in samples.
const MAX_PAUSE: usize = 2 * SAMPLE_RATE_HZ;
/// A cue that grows longer than this is cut where that does least harm, in samples.
const MAX_LENGTH: usize = 20 * SAMPLE_RATE_HZ;
const MAX_WORDS: usize = 60;
/// Titles that end with a full stop and no sentence.
const ABBREVIATIONS: [&str; 9] = ["mr", "mrs", "ms", "dr", "prof", "st", "vs", "jr", "sr"];

/// A word and its language.
type Spoken<'s> = (&'s TimedWord, &'s str);

/// One cue for each sentence of the segments, which come in order of time. `with_language` notes the language of
/// each.
pub(crate) fn cues(segments: &[Segment], with_language: bool) -> Vec<Cue> {
    let words: Vec<Spoken<'_>> = segments
        .iter()
        .flat_map(|segment| {
            segment
                .words
                .iter()
                .map(|word| (word, segment.language.as_str()))
        })
        .collect();
    let mut cues = Vec::new();
    let mut rest = &words[..];
    while !rest.is_empty() {
        let (sentence, behind) = rest.split_at(sentence_length(rest));
        let (part, left) = sentence.split_at(fitting_length(sentence));
        cues.push(cue(part, with_language));
        // What was cut off a long sentence begins the next cue.
        rest = &rest[part.len()..];
        debug_assert_eq!(rest.len(), left.len() + behind.len());
    }
    cues
}

/// How many words the first sentence has.
fn sentence_length(words: &[Spoken<'_>]) -> usize {
    let ends = |pair: &[Spoken<'_>]| {
        let ((word, language), (next, next_language)) = (pair[0], pair[1]);
        language != next_language
            || next.span.start.saturating_sub(word.span.end) > MAX_PAUSE
            || (ends_sentence(&word.text) && !begins_small(&next.text))
    };
    let last = words.windows(2).position(ends);
    last.map_or(words.len(), |last| last + 1)
}

fn ends_sentence(word: &str) -> bool {
    let bare = word
        .trim()
        .trim_end_matches(['"', '\'', '”', '’', ')', ']', '»', '」']);
    let Some(last) = bare.chars().next_back() else {
        return false;
    };
    let stem = bare
        .trim_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    ".?!…。？！".contains(last) && !(last == '.' && ABBREVIATIONS.contains(&stem.as_str()))
}

/// Goes on with a small letter: the full stop before it ended no sentence.
fn begins_small(word: &str) -> bool {
    word.chars()
        .find(|letter| letter.is_alphanumeric())
        .is_some_and(char::is_lowercase)
}

/// How many words of a sentence one cue takes: all, or up to the best cut in the second half of what fits.
fn fitting_length(words: &[Spoken<'_>]) -> usize {
    let start = words[0].0.span.start;
    let fits = |(word, _): &Spoken<'_>| word.span.end.saturating_sub(start) <= MAX_LENGTH;
    let most = words
        .iter()
        .take(MAX_WORDS)
        .take_while(|word| fits(word))
        .count();
    // A word that is drawn out for longer than a cue may last is a cue all the same.
    let most = most.max(1);
    if most == words.len() {
        return most;
    }
    (most.div_ceil(2)..=most)
        .max_by_key(|length| {
            let last = words[length - 1].0;
            let pause = words[*length].0.span.start.saturating_sub(last.span.end);
            (
                last.text.ends_with([',', ';', ':', '、', '，']),
                pause,
                *length,
            )
        })
        .unwrap_or(most)
}

fn cue(words: &[Spoken<'_>], with_language: bool) -> Cue {
    let text: String = words.iter().map(|(word, _)| word.text.as_str()).collect();
    let mut end_ms = 0;
    let timed: Vec<Word> = words
        .iter()
        .enumerate()
        .map(|(at, (word, _))| {
            // Words that came out of order by a little are put in order.
            let start_ms = milliseconds(word.span.start).max(if at == 0 { 0 } else { end_ms });
            // Two words can be heard in the same 20 ms, and yet the end lies behind the start.
            end_ms = milliseconds(word.span.end).max(start_ms + 1);
            Word {
                start_ms,
                end_ms,
                text: if at == 0 {
                    word.text.trim_start()
                } else {
                    &word.text
                }
                .to_owned(),
                confidence: rounded(word.log_probability.exp()),
                interpolated: word.interpolated,
            }
        })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a cue has at most 60 words")]
    let mean = words
        .iter()
        .map(|(word, _)| word.log_probability)
        .sum::<f32>()
        / words.len() as f32;
    Cue {
        start_ms: timed.first().map_or(0, |word| word.start_ms),
        end_ms,
        text: text.trim().to_owned(),
        confidence: Some(rounded(mean.exp())),
        language: with_language.then(|| bcp47(words[0].1)),
        words: timed,
    }
}

fn milliseconds(samples: usize) -> u64 {
    (samples * 1000 / SAMPLE_RATE_HZ) as u64
}

/// To three digits: more would only make files longer.
fn rounded(probability: f32) -> f32 {
    (probability * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word every half second; `|` is a pause of three seconds.
    fn segments(text: &str, language: &str) -> Vec<Segment> {
        let mut at = 0;
        let mut words = Vec::new();
        for part in text.split_whitespace() {
            if part == "|" {
                at += 3 * SAMPLE_RATE_HZ;
                continue;
            }
            words.push(TimedWord {
                text: format!(" {part}"),
                span: at..at + SAMPLE_RATE_HZ / 2,
                log_probability: 0.5_f32.ln(),
                interpolated: false,
            });
            at += SAMPLE_RATE_HZ / 2;
        }
        vec![Segment {
            words,
            language: language.into(),
            is_no_speech: false,
        }]
    }

    fn check(text: &str, expected: &[&str]) {
        let cues = cues(&segments(text, "en"), false);
        let texts: Vec<&str> = cues.iter().map(|cue| cue.text.as_str()).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_sentence_is_a_cue() {
        check(
            "We left. \"Why?\" Nobody knew.",
            &["We left.", "\"Why?\"", "Nobody knew."],
        );
        check(
            "It cost 3.50 at approx. six.",
            &["It cost 3.50 at approx. six."],
        );
        check("Ask Dr. Brown. Thanks", &["Ask Dr. Brown.", "Thanks"]);
        check(
            "Two came (Mr. Hill, Mrs. Poe).",
            &["Two came (Mr. Hill, Mrs. Poe)."],
        );
        check("one two | three", &["one two", "three"]);
        check("", &[]);
    }

    #[test]
    fn a_language_never_shares_a_cue() {
        let mut both = segments("so we said", "en");
        let mut german = segments("und dann", "de");
        for word in &mut german[0].words {
            word.span = word.span.start + 24_000..word.span.end + 24_000;
        }
        both.append(&mut german);
        let cues = cues(&both, true);
        let found: Vec<_> = cues
            .iter()
            .map(|cue| (cue.text.as_str(), cue.language.as_deref()))
            .collect();
        assert_eq!(
            found,
            [("so we said", Some("en")), ("und dann", Some("de"))]
        );
    }

    #[test]
    fn a_long_sentence_is_cut_at_a_comma() {
        let text = format!("{}, {}", ["word"; 30].join(" "), ["more"; 30].join(" "));
        let found = cues(&segments(&text, "en"), false);
        assert_eq!(found.len(), 2);
        assert!(found[0].text.ends_with("word,"));
        assert_eq!(found[1].start_ms, 15_000);
    }

    #[test]
    fn every_word_and_cue_has_some_length() {
        let mut segments = segments("We left. No. Yes.", "en");
        for word in &mut segments[0].words {
            word.span.end = word.span.start;
        }
        segments[0].words[2].span.start = 0;
        for cue in cues(&segments, false) {
            assert!(cue.start_ms < cue.end_ms);
            assert!(cue.words.iter().all(|word| word.start_ms < word.end_ms));
        }
    }

    #[test]
    fn a_word_longer_than_a_cue_is_one() {
        let mut sung = segments("We | ooooh", "en");
        sung[0].words[1].span.end += MAX_LENGTH;
        let found = cues(&sung, false);
        let texts: Vec<&str> = found.iter().map(|cue| cue.text.as_str()).collect();
        assert_eq!(texts, ["We", "ooooh"]);
    }

    #[test]
    fn words_carry_times_and_confidence() {
        let found = cues(&segments("We left.", "en"), false);
        let cue = &found[0];
        assert_eq!(
            (cue.start_ms, cue.end_ms, cue.confidence),
            (0, 1000, Some(0.5))
        );
        let words: Vec<_> = cue
            .words
            .iter()
            .map(|word| (word.start_ms, word.end_ms, word.text.as_str()))
            .collect();
        assert_eq!(words, [(0, 500, "We"), (500, 1000, " left.")]);
        assert_eq!(cue.language, None);
    }
}
