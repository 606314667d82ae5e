//! From cues to passages.

use crate::sentences::{cut, ends_sentence, push_word, split_sentences};
use contracts::artifacts::{Cue, Passage};

/// A longer silence than this, in milliseconds, ends a passage.
const MAX_GAP_MS: u64 = 1_000;
/// A passage is not made longer than this, in milliseconds, unless one sentence is.
const MAX_PASSAGE_MS: u64 = 12_000;
/// Nor longer than this, in characters.
const MAX_PASSAGE_CHARS: usize = 300;
/// A passage with at least this many characters ends with its sentence; shorter ones take in the next, since
/// what is said in one breath belongs together, and a person wants to hear it from its beginning.
const MIN_PASSAGE_CHARS: usize = 200;
/// A single sentence is cut where it would grow longer than this many times the limits above: text without
/// any punctuation.
const SENTENCE_STRETCH: u64 = 2;

/// Groups cues into passages of a sentence or a few, in order of time.
///
/// Cues of one sentence are joined. A gap of more than a second ends a passage, and so does the end of a
/// sentence once the passage says enough to be found. What a cue repeats of the one before it (captions that
/// roll up) is taken once. Cues without words are left out. Every passage lies inside the hull of its cues.
#[must_use]
pub fn passages(cues: &[Cue]) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut open: Option<Passage> = None;
    for piece in pieces(cues) {
        let joined = open
            .as_mut()
            .is_some_and(|passage| try_extend(passage, &piece));
        if !joined {
            passages.extend(open.replace(piece));
        }
    }
    passages.extend(open);
    passages
}

fn try_extend(passage: &mut Passage, piece: &Passage) -> bool {
    let gap_ms = piece.start_ms.saturating_sub(passage.end_ms);
    let ended = ends_sentence(&passage.text);
    let chars = passage.text.chars().count();
    if gap_ms > MAX_GAP_MS || (ended && chars >= MIN_PASSAGE_CHARS) {
        return false;
    }
    let stretch = if ended { 1 } else { SENTENCE_STRETCH };
    let end_ms = passage.end_ms.max(piece.end_ms);
    let long_ms = end_ms - passage.start_ms > stretch * MAX_PASSAGE_MS;
    let factor = usize::try_from(stretch).unwrap_or(1);
    let long_text = chars + 1 + piece.text.chars().count() > factor * MAX_PASSAGE_CHARS;
    if long_ms || long_text {
        return false;
    }
    passage.end_ms = end_ms;
    push_word(&mut passage.text, &piece.text);
    true
}

/// Cues in order of time, without repetitions, long ones split into their sentences.
fn pieces(cues: &[Cue]) -> Vec<Passage> {
    let mut sorted: Vec<&Cue> = cues.iter().collect();
    sorted.sort_by_key(|cue| (cue.start_ms, cue.end_ms));
    let mut pieces: Vec<Passage> = Vec::new();
    let mut shown = Shown::default();
    for cue in sorted {
        let words: Vec<&str> = cue.text.split_whitespace().collect();
        let fresh = shown.without_repetition(cue, &words);
        if fresh.is_empty() {
            // The same words stand longer: the passage they belong to does too.
            if let (Some(last), false) = (pieces.last_mut(), words.is_empty()) {
                last.end_ms = last.end_ms.max(cue.end_ms);
            }
            continue;
        }
        pieces.extend(split_long(Passage {
            start_ms: cue.start_ms,
            end_ms: cue.end_ms.max(cue.start_ms),
            text: fresh.join(" "),
            thumbnail_key: None,
        }));
    }
    // A long cue that was split may end after the next one starts.
    pieces.sort_by_key(|piece| piece.start_ms);
    pieces
}

/// The words of the cue before.
#[derive(Default)]
struct Shown {
    words: Vec<String>,
    end_ms: u64,
}

impl Shown {
    /// The words of `cue` that the cue before did not end with. Words count as repeated only where the cues
    /// touch or overlap in time and whole lines' worth of them (two at least) agree: a speaker may say a
    /// word twice. No more words than captions roll up are compared, since every number of them is tried.
    fn without_repetition<'a>(&mut self, cue: &Cue, words: &'a [&'a str]) -> &'a [&'a str] {
        const TOUCHING_MS: u64 = 100;
        const MOST_REPEATED: usize = 200;
        let touches = cue.start_ms <= self.end_ms.saturating_add(TOUCHING_MS);
        let repeated = if touches {
            let longest = self.words.len().min(words.len()).min(MOST_REPEATED);
            (2..=longest)
                .rev()
                .find(|count| self.words[self.words.len() - count..] == words[..*count])
                .unwrap_or(usize::from(longest == 1 && self.words == words))
        } else {
            0
        };
        if !words.is_empty() {
            self.words = words.iter().map(|word| (*word).to_owned()).collect();
            self.end_ms = cue.end_ms;
        }
        &words[repeated..]
    }
}

/// Splits a cue that is longer than a passage may be at the ends of its sentences, and a sentence that is far too
/// long wherever it has to be, giving each part the share of time that it has of the characters.
fn split_long(cue: Passage) -> Vec<Passage> {
    let duration_ms = cue.end_ms - cue.start_ms;
    let total_chars = cue.text.chars().count();
    if duration_ms <= MAX_PASSAGE_MS && total_chars <= MAX_PASSAGE_CHARS {
        return vec![cue];
    }
    let parts: Vec<String> = split_sentences(&cue.text)
        .into_iter()
        .flat_map(cut_sentence)
        .collect();
    let chars_of = |text: &String| text.chars().count() as u64;
    let all: u64 = parts.iter().map(chars_of).sum();
    let duration_share = |chars: u64| {
        let share_ms = u128::from(duration_ms) * u128::from(chars) / u128::from(all.max(1));
        u64::try_from(share_ms).unwrap_or(duration_ms)
    };
    let mut before = 0;
    parts
        .into_iter()
        .map(|text| {
            let start_ms = cue.start_ms + duration_share(before);
            before += chars_of(&text);
            Passage {
                start_ms,
                end_ms: cue.start_ms + duration_share(before),
                text,
                thumbnail_key: None,
            }
        })
        .collect()
}

/// A model reads only the beginning of a text that is longer than any sentence.
fn cut_sentence(sentence: String) -> Vec<String> {
    if sentence.chars().count() <= 2 * MAX_PASSAGE_CHARS {
        return vec![sentence];
    }
    cut(&sentence, MAX_PASSAGE_CHARS)
}

#[cfg(test)]
mod tests;
