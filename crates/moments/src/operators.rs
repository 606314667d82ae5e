//! What a query says besides its words: phrases, exclusions, filters, and one thing after another.
//!
//! | written | means |
//! |---|---|
//! | `"some words"` | these words, one after the other |
//! | `-word`, `-"some words"` | nothing that has them |
//! | `channel:speech`, `video:ID`, `tag:x`, `tag:"two words"` | only what lies there |
//! | `after:2026-01-31`, `before:2026-01-31` | only videos made known then |
//! | `A then B within 30 s` | B soon after A |
//!
//! All else is a plain word, so that a sentence that was not meant as anything more is found as it stands.

use contracts::{VideoId, segments::Channel};

/// A query, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParsedQuery {
    /// What to look for by words and by meaning: plain words and those of phrases, in order, without exclusions and
    /// filters. Of a sequence the words of both halves.
    pub words: String,
    /// What must stand there word for word. Empty for a sequence, whose halves have their own.
    pub phrases: Vec<String>,
    /// Words and phrases that must not stand there. Empty for a sequence, whose halves have their own.
    pub excluded: Vec<String>,
    /// Only these channels; empty: all.
    pub channels: Vec<Channel>,
    /// Only these videos; empty: all.
    pub videos: Vec<VideoId>,
    /// Only videos with all of these tags.
    pub tags: Vec<String>,
    /// Only videos made known before this day (`2026-01-31`).
    pub before: Option<String>,
    /// Only videos made known on this day or later.
    pub after: Option<String>,
    /// Two things that are looked for, one soon after the other.
    pub sequence: Option<Sequence>,
    /// What was meant as an operator and makes no sense, a sentence each.
    pub problems: Vec<String>,
}

/// One thing soon after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// What comes first, with its phrases and exclusions as they were written: a query of its own.
    pub first: String,
    /// What comes second, likewise.
    pub second: String,
    /// How long after the end of the first the second starts at most, in milliseconds.
    pub within_ms: u64,
}

/// Takes a query apart. Never fails: what is no operator is a plain word.
#[must_use]
pub fn parse_query(text: &str) -> ParsedQuery {
    let mut query = ParsedQuery::default();
    let mut content = Vec::new();
    for piece in pieces(text) {
        match piece.kind {
            Kind::Filter(operator, value) => query.filter(operator, value),
            _ => content.push(piece),
        }
    }
    query.sequence = sequence(&content);
    if let Some(sequence) = &query.sequence {
        let halves = [&sequence.first, &sequence.second].map(|half| parse_query(half).words);
        query.words = halves.join(" ");
        return query;
    }
    let mut words = Vec::new();
    for piece in content {
        match piece.kind {
            Kind::Word(word) => words.push(word),
            Kind::Phrase(phrase) => {
                words.push(phrase);
                query.phrases.push(phrase.to_owned());
            }
            Kind::Excluded(excluded) => query.excluded.push(excluded.to_owned()),
            Kind::Filter(..) => {}
        }
    }
    query.words = words.join(" ");
    query
}

impl ParsedQuery {
    fn filter(&mut self, operator: Operator, value: &str) {
        match operator {
            Operator::Channel => match Channel::ALL.iter().find(|known| known.as_str() == value) {
                Some(channel) => self.channels.push(*channel),
                None => self.problems.push(unknown_channel(value)),
            },
            Operator::Video => self.videos.push(value.into()),
            Operator::Tag => self.tags.push(value.to_owned()),
            Operator::Before | Operator::After if !is_day(value) => self.problems.push(format!(
                "{}: names {value:?}, which is no day: write one as 2026-01-31",
                operator.name()
            )),
            // Both of two days hold: the earlier `before`, the later `after`. Days sort as text.
            Operator::Before => {
                let known = self.before.take().unwrap_or_else(|| value.to_owned());
                self.before = Some(known.min(value.to_owned()));
            }
            Operator::After => self.after = self.after.take().max(Some(value.to_owned())),
        }
    }
}

fn unknown_channel(value: &str) -> String {
    let known: Vec<&str> = Channel::ALL
        .iter()
        .map(|channel| channel.as_str())
        .collect();
    format!(
        "channel: names {value:?}: the channels are {}",
        known.join(", ")
    )
}

/// Whether the text is a day of the calendar, written as `2026-01-31`.
fn is_day(text: &str) -> bool {
    let day: Option<jiff::civil::Date> = text.parse().ok();
    day.is_some_and(|day| day.to_string() == text)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Channel,
    Video,
    Tag,
    Before,
    After,
}

impl Operator {
    const ALL: [Self; 5] = [
        Self::Channel,
        Self::Video,
        Self::Tag,
        Self::Before,
        Self::After,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Video => "video",
            Self::Tag => "tag",
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// A piece of a query and how it was written.
struct Piece<'a> {
    source: &'a str,
    kind: Kind<'a>,
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Word(&'a str),
    Phrase(&'a str),
    Excluded(&'a str),
    Filter(Operator, &'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (kind, after) = split_piece(rest);
        let source = &rest[..rest.len() - after.len()];
        pieces.push(Piece { source, kind });
        // What is written onto a closing quote starts nothing.
        let (glued, after) = split_word(after);
        if !glued.is_empty() {
            pieces.push(Piece {
                source: glued,
                kind: Kind::Word(glued),
            });
        }
        rest = after.trim_start();
    }
    pieces
}

/// The piece that a text starts with, and what follows.
fn split_piece(text: &str) -> (Kind<'_>, &str) {
    if let Some((phrase, rest)) = split_phrase(text) {
        return (Kind::Phrase(phrase), rest);
    }
    if let Some(negated) = text.strip_prefix('-') {
        if let Some((phrase, rest)) = split_phrase(negated) {
            return (Kind::Excluded(phrase), rest);
        }
        if negated.starts_with(char::is_alphanumeric) {
            let (word, rest) = split_word(negated);
            return (Kind::Excluded(word), rest);
        }
    }
    if let Some((operator, value, rest)) = split_filter(text) {
        return (Kind::Filter(operator, value), rest);
    }
    let (word, rest) = split_word(text);
    (Kind::Word(word), rest)
}

fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// A phrase in quotes, straight or curly. None where the quote is never closed or holds no word.
fn split_phrase(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix(['"', '“', '”', '„'])?;
    let closers: &[char] = if text.starts_with('"') {
        &['"']
    } else {
        &['“', '”']
    };
    let (phrase, closed) = inner.split_at(inner.find(closers)?);
    let rest = closed.strip_prefix(closers)?;
    phrase
        .contains(char::is_alphanumeric)
        .then(|| (phrase.trim(), rest))
}

/// An operator with its value, in quotes or without.
fn split_filter(text: &str) -> Option<(Operator, &str, &str)> {
    let (name, value) = text.split_once(':')?;
    let operator = Operator::ALL
        .into_iter()
        .find(|operator| operator.name().eq_ignore_ascii_case(name))?;
    let (value, rest) = match split_phrase(value) {
        Some(quoted) => quoted,
        None if value.starts_with(['"', '“', '”', '„']) => return None,
        None => split_word(value),
    };
    (!value.is_empty()).then_some((operator, value, rest))
}

/// What stands on both sides of the last `then`, where the text ends with `within` and a time.
fn sequence(content: &[Piece]) -> Option<Sequence> {
    let word = |piece: &Piece| match piece.kind {
        Kind::Word(word) => Some(word.to_lowercase()),
        _ => None,
    };
    let within = content
        .iter()
        .rposition(|piece| word(piece).as_deref() == Some("within"))?;
    let (halves, time) = content.split_at(within);
    let time: Option<String> = time[1..].iter().map(word).collect();
    let within_ms = duration_ms(&time?)?;
    let then = halves
        .iter()
        .rposition(|piece| word(piece).as_deref() == Some("then"))?;
    let text = |half: &[Piece]| {
        let is_wanted = |piece: &Piece| matches!(piece.kind, Kind::Word(_) | Kind::Phrase(_));
        let sources: Vec<&str> = half.iter().map(|piece| piece.source).collect();
        half.iter().any(is_wanted).then(|| sources.join(" "))
    };
    Some(Sequence {
        first: text(&halves[..then])?,
        second: text(&halves[then + 1..])?,
        within_ms,
    })
}

/// A time such as `30s` or `2minutes` in milliseconds.
fn duration_ms(text: &str) -> Option<u64> {
    let unit_at = text.find(|character: char| !character.is_ascii_digit())?;
    let (count, unit) = text.split_at(unit_at);
    let unit_ms = match unit.trim_end_matches('.') {
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
        _ => return None,
    };
    // A count beyond any video's length is none.
    Some(u64::from(count.parse::<u32>().ok()?) * unit_ms)
}

#[cfg(test)]
mod tests;
