//! What is shown, by example and by property.

use super::*;
use contracts::artifacts::{Cue, TranscriptSource, Word};
use media::subtitles::{self, SubtitleLimits};
use proptest::prelude::*;

const HOUR_MS: u64 = 3_600_000;

fn transcript(source: TranscriptSource, language: &str, cues: Vec<Cue>) -> Transcript {
    Transcript {
        source,
        language: Some(language.into()),
        cues,
        speech_model: None,
        dropped: None,
    }
}

/// One recognised cue; each word with its start, and its end after it.
fn spoken(words: &[(&str, u64, u64)]) -> Cue {
    let words: Vec<Word> = words
        .iter()
        .map(|(text, start_ms, end_ms)| Word {
            start_ms: *start_ms,
            end_ms: *end_ms,
            text: (*text).to_owned(),
            confidence: 0.9,
            interpolated: false,
        })
        .collect();
    Cue {
        start_ms: words.first().map_or(0, |word| word.start_ms),
        end_ms: words.last().map_or(0, |word| word.end_ms),
        text: words.iter().map(|word| word.text.as_str()).collect(),
        words,
        ..Cue::default()
    }
}

/// A text whose words begin every `pace_ms` and are spoken without a pause.
fn speech(text: &str, start_ms: u64, pace_ms: u64) -> Cue {
    let words: Vec<String> = text.split(' ').map(|word| format!(" {word}")).collect();
    let words: Vec<_> = (0..)
        .zip(&words)
        .map(|(position, word)| {
            let from_ms = start_ms + position * pace_ms;
            (word.as_str(), from_ms, from_ms + pace_ms)
        })
        .collect();
    spoken(&words)
}

fn subtitle(start_ms: u64, end_ms: u64, text: &str) -> Cue {
    Cue {
        start_ms,
        end_ms,
        text: text.into(),
        ..Cue::default()
    }
}

/// Start, end and lines, a `/` between them.
#[track_caller]
fn check(cues: Vec<Cue>, expected: &[(u64, u64, &str)]) {
    let shown = captions(&transcript(TranscriptSource::Speech, "en", cues), HOUR_MS);
    let shown: Vec<_> = shown
        .iter()
        .map(|caption| (caption.start_ms, caption.end_ms, caption.lines.join("/")))
        .collect();
    let shown: Vec<_> = shown
        .iter()
        .map(|(start, end, lines)| (*start, *end, lines.as_str()))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn sentences_and_phrases_are_kept_together() {
    check(
        vec![speech(
            "The pond was frozen over. We broke the ice with a hammer, and then we waited for the birds to come back \
             before the sun went down.",
            0,
            400,
        )],
        &[
            (0, 2_000, "The pond was frozen over."),
            (2_000, 4_800, "We broke the ice with a hammer,"),
            (
                4_800,
                10_800,
                "and then we waited for the birds/to come back before the sun went down.",
            ),
        ],
    );
}

#[test]
fn a_short_word_stays_into_the_silence_after_it_or_comes_early() {
    check(
        vec![
            spoken(&[(" Yes.", 1_000, 1_200)]),
            speech("Of course I do.", 5_000, 300),
        ],
        &[(1_000, 2_000, "Yes."), (5_000, 6_200, "Of course I do.")],
    );
    // The video ends with the word.
    let shown = captions(
        &transcript(
            TranscriptSource::Speech,
            "en",
            vec![spoken(&[(" Yes.", 9_800, 10_000)])],
        ),
        10_000,
    );
    assert_eq!((shown[0].start_ms, shown[0].end_ms), (9_000, 10_000));
}

#[test]
fn what_was_cut_into_two_cues_is_one_sentence() {
    check(
        vec![
            speech("and then we", 0, 300),
            speech("all went home.", 950, 300),
        ],
        &[(0, 1_850, "and then we all went home.")],
    );
}

#[test]
fn faster_speech_keeps_its_words_and_stays_near_them() {
    // 30 columns a second for 20 seconds.
    let text = ["word"; 120].join(" ");
    let shown = captions(
        &transcript(TranscriptSource::Speech, "en", vec![speech(&text, 0, 167)]),
        HOUR_MS,
    );
    let words: Vec<&str> = shown
        .iter()
        .flat_map(|caption| &caption.lines)
        .flat_map(|line| line.split(' '))
        .collect();
    assert_eq!(words.len(), 120);
    let last = shown.last().unwrap();
    let words_before = 120 - last.lines.iter().flat_map(|line| line.split(' ')).count() as u64;
    assert!(last.start_ms <= words_before * 167 + SLIP_MS);
}

#[test]
fn subtitles_that_keep_the_limits_stay_as_they_are() {
    check(
        vec![
            subtitle(500, 2_500, "- Who is there?\n- Me."),
            subtitle(2_540, 4_000, "I see."),
            subtitle(4_000, 4_000, "  \n "),
        ],
        &[
            (500, 2_500, "- Who is there?/- Me."),
            (2_540, 4_000, "I see."),
        ],
    );
}

#[test]
fn subtitles_that_are_too_short_too_long_or_at_the_same_time_are_mended() {
    check(
        vec![
            subtitle(1_000, 1_300, "Short"),
            subtitle(3_000, 5_000, "Good."),
        ],
        &[(1_000, 2_000, "Short"), (3_000, 5_000, "Good.")],
    );
    check(
        vec![subtitle(
            0,
            12_000,
            "This is a long cue that was never broken.\nIts author had no mercy with those who read.\nA third line.",
        )],
        &[
            (0, 4_950, "This is a long cue that was never broken."),
            (
                4_950,
                10_350,
                "Its author had no mercy/with those who read.",
            ),
            (10_350, 12_000, "A third line."),
        ],
    );
    check(
        vec![
            subtitle(0, 3_000, "One"),
            subtitle(0, 2_000, "Two"),
            subtitle(2_000, 4_000, "Three"),
        ],
        &[(0, 2_000, "One/Two"), (2_000, 4_000, "Three")],
    );
}

#[test]
fn languages_without_spaces_are_broken_between_words() {
    let words = ["今天", "天气", "很", "好", "，"].repeat(6);
    let words: Vec<_> = (0..)
        .zip(words)
        .map(|(position, word)| (word, position * 300, position * 300 + 300))
        .collect();
    let shown = captions(
        &transcript(TranscriptSource::Speech, "zh", vec![spoken(&words)]),
        HOUR_MS,
    );
    assert!(shown.len() > 1);
    for caption in &shown {
        for line in &caption.lines {
            assert!(
                line.chars().count() <= 21 && !line.contains(' ') && !line.starts_with('，'),
                "{line}"
            );
        }
        assert!(caption.lines.last().unwrap().ends_with('，'), "{caption:?}");
    }
    let arabic = "السلام عليكم ورحمة الله";
    check(vec![subtitle(0, 3_000, arabic)], &[(0, 3_000, arabic)]);
}

#[test]
fn files_are_as_the_formats_ask() {
    let caption = Caption {
        start_ms: 3_723_004,
        end_ms: 3_724_000,
        lines: vec!["a < b & c --> d".into(), "<i>&amp;".into()],
    };
    let captions = std::slice::from_ref(&caption);
    assert_eq!(
        webvtt(captions),
        "WEBVTT\n\n01:02:03.004 --> 01:02:04.000\na &lt; b &amp; c --&gt; d\n&lt;i&gt;&amp;amp;\n\n"
    );
    assert_eq!(
        subrip(captions),
        "1\n01:02:03,004 --> 01:02:04,000\na < b & c --\u{2060}> d\n<\u{2060}i>&\u{2060}amp;\n\n"
    );
    assert_eq!(
        (webvtt(&[]).as_str(), subrip(&[]).as_str()),
        ("WEBVTT\n\n", "")
    );
}

/// Words with everything that means something in a file of captions.
fn any_word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-zA-Zäß€0-9]{1,12}[.,!]?",
        1 => "[a-z]{40,60}",
        1 => "[今天气很好日本語]{1,4}",
        1 => prop::sample::select(vec!["-->", "<i>", "&amp;", "{\\an8}", "NOTE", "12", "the", "--", "->", "سلام"]).prop_map(str::to_owned),
    ]
}

/// Words, the silence before each, and how long each is spoken for each of its columns.
fn any_speech(
    silence_ms: std::ops::Range<u64>,
    pace_ms: std::ops::Range<u64>,
) -> impl Strategy<Value = Vec<Cue>> {
    let silence = prop_oneof![4 => Just(0_u64), 1 => silence_ms];
    let word = (any_word(), silence, pace_ms);
    let cue = prop::collection::vec(word, 1..20);
    prop::collection::vec(cue, 1..8).prop_map(|cues| {
        let mut at_ms = 0;
        let mut cue = |words: Vec<(String, u64, u64)>| {
            let words: Vec<_> = words
                .into_iter()
                .map(|(text, silence_ms, pace_ms)| {
                    let from_ms = at_ms + silence_ms;
                    at_ms = from_ms + (columns::columns(&text) as u64 + 1) * pace_ms;
                    (format!(" {text}"), from_ms, at_ms)
                })
                .collect();
            let words: Vec<_> = words
                .iter()
                .map(|(text, from, to)| (text.as_str(), *from, *to))
                .collect();
            spoken(&words)
        };
        cues.into_iter().map(&mut cue).collect()
    })
}

fn any_subtitles() -> impl Strategy<Value = Vec<Cue>> {
    let line = prop::collection::vec(any_word(), 0..9).prop_map(|words| words.join(" "));
    let text = prop::collection::vec(line, 1..4).prop_map(|lines| lines.join("\n"));
    prop::collection::vec((0..60_000_u64, 0..12_000_u64, text), 0..20).prop_map(|cues| {
        let mut cues: Vec<Cue> = cues
            .into_iter()
            .map(|(start_ms, length_ms, text)| subtitle(start_ms, start_ms + length_ms, &text))
            .collect();
        cues.sort_by_key(|cue| (cue.start_ms, cue.end_ms));
        cues
    })
}

/// The text without anything that separates: what no break may change.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace())
        .collect()
}

/// What holds for every transcript.
fn always(cues: &[Cue], shown: &[Caption]) {
    let said: String = cues.iter().map(|cue| letters(&cue.text)).collect();
    let seen: String = shown
        .iter()
        .flat_map(|caption| &caption.lines)
        .map(|line| letters(line))
        .collect();
    assert_eq!(seen, said);
    for caption in shown {
        assert!(
            caption.start_ms < caption.end_ms && caption.end_ms - caption.start_ms <= MAX_SHOWN_MS,
            "{caption:?}"
        );
        assert!(
            (1..=MAX_LINES).contains(&caption.lines.len()),
            "{caption:?}"
        );
        for line in &caption.lines {
            assert!(
                columns::columns(line) <= LINE_COLUMNS && !line.trim().is_empty(),
                "{line:?}"
            );
        }
    }
    for pair in shown.windows(2) {
        assert!(pair[0].end_ms <= pair[1].start_ms, "{pair:?}");
    }
}

/// Start, end and lines as they are read from a file.
fn read(file: &str) -> Vec<(u64, u64, String)> {
    let Ok(parsed) = subtitles::parse(file.as_bytes(), &SubtitleLimits::default()) else {
        return Vec::new();
    };
    assert_eq!(parsed.skipped, 0);
    parsed
        .cues
        .into_iter()
        .map(|cue| (cue.start_ms, cue.end_ms, cue.text.replace('\u{2060}', "")))
        .collect()
}

proptest! {
    #[test]
    fn every_limit_holds_where_speech_is_slow_enough(cues in any_speech(80..3_000, 50..150)) {
        let shown = captions(&transcript(TranscriptSource::Speech, "en", cues.clone()), HOUR_MS);
        always(&cues, &shown);
        for caption in &shown {
            let shown_ms = caption.end_ms - caption.start_ms;
            prop_assert!(shown_ms >= timing::needed_ms(&caption.lines), "{:?}", caption);
        }
        for pair in shown.windows(2) {
            let gap_ms = pair[1].start_ms - pair[0].end_ms;
            let is_full = pair.iter().any(|caption| caption.end_ms - caption.start_ms > MAX_SHOWN_MS - MIN_GAP_MS);
            prop_assert!(gap_ms == 0 || gap_ms >= MIN_GAP_MS || is_full, "{:?}", pair);
        }
    }

    #[test]
    fn captions_stay_near_words_of_any_speed(cues in any_speech(0..2_000, 10..80)) {
        let shown = captions(&transcript(TranscriptSource::Speech, "en", cues.clone()), HOUR_MS);
        always(&cues, &shown);
        // For each letter, the word that it belongs to.
        let words = cues.iter().flat_map(|cue| &cue.words);
        let mut spoken = words.flat_map(|word| std::iter::repeat_n(word, letters(&word.text).chars().count()));
        for caption in &shown {
            let word = spoken.next().unwrap();
            prop_assert!(caption.start_ms + SLIP_MS >= word.start_ms, "{:?} {:?}", caption, word);
            prop_assert!(caption.start_ms <= word.end_ms + SLIP_MS, "{:?} {:?}", caption, word);
            let more = letters(&caption.lines.concat()).chars().count() - 1;
            spoken.by_ref().take(more).for_each(drop);
        }
    }

    #[test]
    fn any_subtitles_lose_no_word(cues in any_subtitles()) {
        let shown = captions(&transcript(TranscriptSource::SubtitleFile, "en", cues.clone()), HOUR_MS);
        always(&cues, &shown);
    }

    #[test]
    fn what_is_written_is_read_again(cues in any_speech(80..3_000, 10..100)) {
        let shown = captions(&transcript(TranscriptSource::Speech, "en", cues), HOUR_MS);
        let expected: Vec<_> = shown
            .iter()
            .map(|caption| (caption.start_ms, caption.end_ms, caption.lines.join("\n")))
            .collect();
        prop_assert_eq!(read(&webvtt(&shown)), expected.clone());
        prop_assert_eq!(read(&subrip(&shown)), expected);
    }
}
