//! Sentences that the border of two chunks cut, made whole again.

use contracts::artifacts::{ChunkTranscript, Cue, TranscriptSource};
use moments::ends_sentence;

/// The rest of a sentence starts at most so long after its beginning ends, in milliseconds.
const MAX_GAP_MS: u64 = 2_000;
/// A cue that was joined is at most this long, in milliseconds.
const MAX_CUE_MS: u64 = 30_000;

/// The cues of all chunks, which come with their position in the plan and in its order.
///
/// Recognised speech only: where the last cue of a chunk does not end its sentence and the first of the next
/// chunk goes on within two seconds in the same language, both become one. Subtitles are left as their author
/// made them.
pub(crate) fn join_cut_sentences(chunks: Vec<(u32, ChunkTranscript)>) -> Vec<Cue> {
    let mut joined: Vec<Cue> = Vec::new();
    let mut before: Option<(u32, Option<String>)> = None;
    for (index, chunk) in chunks {
        let is_speech = chunk.source == TranscriptSource::Speech;
        let goes_on = before.take().is_some_and(|(index_before, language)| {
            is_speech && index_before.checked_add(1) == Some(index) && {
                let first = chunk.cues.first();
                first.is_some_and(|cue| language == language_of(cue, &chunk))
            }
        });
        if is_speech && let Some(last) = chunk.cues.last() {
            before = Some((index, language_of(last, &chunk)));
        }
        let mut cues = chunk.cues.into_iter();
        if goes_on
            && let (Some(last), Some(first)) = (joined.last_mut(), cues.as_slice().first())
            && is_cut_between(last, first)
        {
            append(last, first);
            cues.next();
        }
        joined.extend(cues);
    }
    joined
}

fn language_of(cue: &Cue, chunk: &ChunkTranscript) -> Option<String> {
    cue.language.clone().or_else(|| chunk.language.clone())
}

fn is_cut_between(last: &Cue, first: &Cue) -> bool {
    let gap_ms = first.start_ms.saturating_sub(last.end_ms);
    let joined_ms = first.end_ms.saturating_sub(last.start_ms);
    !last.text.trim().is_empty()
        && !ends_sentence(&last.text)
        && last.words.is_empty() == first.words.is_empty()
        && gap_ms <= MAX_GAP_MS
        && joined_ms <= MAX_CUE_MS
}

fn append(cue: &mut Cue, rest: &Cue) {
    let (text, more) = (cue.text.trim_end(), rest.text.trim_start());
    let space = if captions::needs_space(text, more) {
        " "
    } else {
        ""
    };
    cue.confidence = match (cue.confidence, rest.confidence) {
        (Some(first), Some(second)) => {
            let (first_words, second_words) = (word_count(cue), word_count(rest));
            let all = (first_words + second_words).max(1.0);
            Some((first * first_words + second * second_words) / all)
        }
        (first, second) => first.or(second),
    };
    cue.text = format!("{text}{space}{more}");
    cue.end_ms = cue.end_ms.max(rest.end_ms);
    let joins_at = cue.words.len();
    cue.words.extend_from_slice(&rest.words);
    if let Some(word) = cue.words.get_mut(joins_at)
        && !word.text.starts_with(char::is_whitespace)
    {
        word.text.insert_str(0, space);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a cue of 30 seconds has some hundred words"
)]
fn word_count(cue: &Cue) -> f32 {
    let count = match cue.words.len() {
        0 => cue.text.split_whitespace().count(),
        words => words,
    };
    count as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::artifacts::Word;

    fn cue(start_ms: u64, end_ms: u64, text: &str, confidence: f32) -> Cue {
        let words = text.split_inclusive(' ').map(|word| Word {
            start_ms,
            end_ms,
            text: word.trim().to_owned(),
            confidence,
            interpolated: false,
        });
        Cue {
            start_ms,
            end_ms,
            text: text.into(),
            words: words.collect(),
            confidence: Some(confidence),
            language: None,
        }
    }

    fn chunk(cue: Cue) -> ChunkTranscript {
        ChunkTranscript {
            source: TranscriptSource::Speech,
            language: Some("en".into()),
            cues: vec![cue],
            speech_model: None,
            dropped: None,
            warnings: Vec::new(),
        }
    }

    fn first() -> ChunkTranscript {
        chunk(cue(290_000, 299_000, "and then we", 0.9))
    }

    fn second() -> ChunkTranscript {
        chunk(cue(300_500, 302_000, "went home.", 0.4))
    }

    #[track_caller]
    fn check(chunks: Vec<(u32, ChunkTranscript)>, expected: &[&str]) {
        let cues = join_cut_sentences(chunks);
        let texts: Vec<&str> = cues.iter().map(|cue| cue.text.as_str()).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_sentence_that_was_cut_is_one_cue() {
        let cues = join_cut_sentences(vec![(0, first()), (1, second())]);
        assert_eq!(cues.len(), 1);
        let whole = &cues[0];
        assert_eq!(whole.text, "and then we went home.");
        assert_eq!((whole.start_ms, whole.end_ms), (290_000, 302_000));
        assert_eq!(whole.words[3].text, " went");
        assert!((whole.confidence.unwrap() - 0.7).abs() < 1e-6);
    }

    #[test]
    fn words_without_spaces_get_none() {
        let first = chunk(cue(0, 1_000, "今天天气", 1.0));
        check(
            vec![(0, first), (1, chunk(cue(1_000, 2_000, "很好。", 1.0)))],
            &["今天天气很好。"],
        );
    }

    #[test]
    fn what_was_not_cut_is_left_alone() {
        let apart = ["and then we", "went home."];
        let change = |change: fn(&mut ChunkTranscript)| {
            let mut chunk = second();
            change(&mut chunk);
            chunk
        };
        check(vec![(0, first()), (2, second())], &apart);
        let languages = change(|chunk| chunk.cues[0].language = Some("de".into()));
        check(vec![(0, first()), (1, languages)], &apart);
        let late = change(|chunk| chunk.cues[0].start_ms = 301_001);
        check(vec![(0, first()), (1, late)], &apart);
        let long = change(|chunk| chunk.cues[0].end_ms = 320_001);
        check(vec![(0, first()), (1, long)], &apart);
        let wordless = change(|chunk| chunk.cues[0].words.clear());
        check(vec![(0, first()), (1, wordless)], &apart);
        let subtitles = change(|chunk| chunk.source = TranscriptSource::SubtitleTrack);
        check(vec![(0, first()), (1, subtitles)], &apart);
        let ended = chunk(cue(290_000, 299_000, "And then we left.", 0.9));
        check(
            vec![(0, ended), (1, second())],
            &["And then we left.", "went home."],
        );
    }

    #[test]
    fn a_sentence_may_cross_a_chunk_of_one_cue() {
        let middle = chunk(cue(300_000, 301_000, "all", 1.0));
        let last = chunk(cue(301_000, 302_000, "went home.", 1.0));
        check(
            vec![(0, first()), (1, middle), (2, last)],
            &["and then we all went home."],
        );
    }
}
