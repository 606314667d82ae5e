//! The numbers of a text.

use super::{
    Number,
    spell::{SCALES, SMALL, TENS, cardinal_of_ordinal, suffix},
};

/// Numbers with more digits than this are ids, which nobody says as one number.
const MAX_DIGITS: usize = 9;

/// Every number of the text, in order.
pub(super) fn numbers(text: &str) -> Vec<Number> {
    let words: Vec<String> = text.split_whitespace().flat_map(words_of).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut numbers = Vec::new();
    let mut rest = &words[..];
    while !rest.is_empty() {
        let (number, after) = split_number(rest).unwrap_or((None, &rest[1..]));
        numbers.extend(number);
        rest = after;
    }
    numbers
}

/// A token without the marks around it, in lower case; a hyphen joins words.
fn words_of(token: &str) -> Vec<String> {
    let token = token.trim_matches(|character: char| !character.is_alphanumeric());
    token.split('-').map(str::to_lowercase).collect()
}

type Split<'a, Value> = Option<(Value, &'a [&'a str])>;

/// The number that the words start with; none where they are words of a number that is no one's aim.
fn split_number<'a>(words: &'a [&'a str]) -> Split<'a, Option<Number>> {
    if let Some(number) = written(words[0]) {
        return Some((Some(number), &words[1..]));
    }
    if let Some((value, after)) = split_ordinal(words) {
        // "at first", "a second"
        let is_idle = words.len() - after.len() == 1 && value <= 2;
        return Some(((!is_idle).then_some(Number::Ordinal(value)), after));
    }
    let (value, after) = split_pair(words).or_else(|| split_cardinal(words))?;
    if let Some((fraction, after)) = split_fraction(after) {
        return Some((Some(Number::Decimal(value, fraction)), after));
    }
    // "the one who"
    let is_idle = words[0] == "one" && words.len() - after.len() == 1;
    Some(((!is_idle).then_some(Number::Whole(value)), after))
}

/// A number in digits.
fn written(word: &str) -> Option<Number> {
    let whole = |digits: &str| {
        let is_number = (1..=MAX_DIGITS).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'));
        is_number.then(|| digits.parse().ok())?
    };
    if let Some(value) = whole(word) {
        return Some(Number::Whole(value));
    }
    if let Some((before, fraction)) = word.split_once('.') {
        let is_fraction = (1..=MAX_DIGITS).contains(&fraction.len())
            && fraction.bytes().all(|byte| byte.is_ascii_digit());
        return is_fraction.then_some(Number::Decimal(whole(before)?, fraction.to_owned()));
    }
    if word.contains(',') {
        let mut groups = word.split(',');
        let first = groups
            .next()
            .is_some_and(|first| (1..=3).contains(&first.len()));
        let all_of_three = first && groups.all(|group| group.len() == 3);
        return all_of_three.then(|| whole(&word.replace(',', "")).map(Number::Whole))?;
    }
    let digits = word.trim_end_matches(|last: char| last.is_ascii_alphabetic());
    let value = whole(digits)?;
    (word[digits.len()..] == *suffix(value)).then_some(Number::Ordinal(value))
}

/// `twenty second`, `fifth`
fn split_ordinal<'a>(words: &'a [&'a str]) -> Split<'a, u64> {
    let unit =
        |word: &str| split_below_hundred(&[&cardinal_of_ordinal(word)?]).map(|(value, _)| value);
    if let Some(value) = unit(words[0]) {
        return Some((value, &words[1..]));
    }
    let (tens, unit) = (tens(words[0])?, unit(words.get(1)?)?);
    (unit < 10).then_some((tens + unit, &words[2..]))
}

/// Two numbers below a hundred that are read as one: `nineteen sixty three`, `twenty oh five`, `three seventy`.
fn split_pair<'a>(words: &'a [&'a str]) -> Split<'a, u64> {
    let (high, after) = split_below_hundred(words).filter(|(high, _)| *high > 0)?;
    let (low, rest) = match after.first() {
        Some(&"oh") => split_below_hundred(&after[1..]).filter(|(low, _)| (1..10).contains(low))?,
        _ => split_below_hundred(after).filter(|(low, _)| *low >= 10)?,
    };
    // "nineteen sixty thousand" is two numbers.
    let goes_on = rest
        .first()
        .is_some_and(|next| scale(next).is_some() || *next == "hundred");
    (!goes_on).then_some((high * 100 + low, rest))
}

/// `two hundred and five thousand one hundred`
fn split_cardinal<'a>(words: &'a [&'a str]) -> Split<'a, u64> {
    let (mut value, mut rest) = split_scaled(words, u64::MAX)?;
    let mut smallest = smallest_scale(words, rest);
    while smallest > 1 {
        let next = match rest.first() {
            Some(&"and") => &rest[1..],
            _ => rest,
        };
        let Some((more, after)) = split_scaled(next, smallest) else {
            break;
        };
        value += more;
        smallest = smallest_scale(next, after);
        rest = after;
    }
    Some((value, rest))
}

/// What the last word of a part multiplies by: what follows must be smaller.
fn smallest_scale(words: &[&str], rest: &[&str]) -> u64 {
    scale(words[words.len() - rest.len() - 1]).unwrap_or(1)
}

/// A part of a number with the thousands or millions that it counts, if these are below `limit`.
fn split_scaled<'a>(words: &'a [&'a str], limit: u64) -> Split<'a, u64> {
    let (value, rest) = split_below_thousand(words)?;
    match rest.first().and_then(|next| scale(next)) {
        Some(scale) if scale < limit => Some((value * scale, &rest[1..])),
        Some(_) => None,
        None => Some((value, rest)),
    }
}

/// `two hundred and five`, `nineteen hundred`, `a hundred`, `sixty`
fn split_below_thousand<'a>(words: &'a [&'a str]) -> Split<'a, u64> {
    let (value, rest) = match words.first()? {
        &"a" if words
            .get(1)
            .is_some_and(|next| *next == "hundred" || scale(next).is_some()) =>
        {
            (1, &words[1..])
        }
        _ => split_below_hundred(words)?,
    };
    if rest.first() != Some(&"hundred") {
        return Some((value, rest));
    }
    let rest = &rest[1..];
    let low = match rest.first() {
        Some(&"and") => split_below_hundred(&rest[1..]),
        _ => split_below_hundred(rest),
    };
    // "two hundred thirty thousand" goes on above; "two hundred and a dog" ends here.
    Some(low.map_or((value * 100, rest), |(low, rest)| (value * 100 + low, rest)))
}

fn split_below_hundred<'a>(words: &'a [&'a str]) -> Split<'a, u64> {
    let first = words.first()?;
    if let Some(value) = small(first) {
        return Some((value, &words[1..]));
    }
    let tens = tens(first)?;
    match words.get(1).and_then(|next| small(next)) {
        Some(unit) if (1..10).contains(&unit) => Some((tens + unit, &words[2..])),
        _ => Some((tens, &words[1..])),
    }
}

/// `point two five`, `and a half`
fn split_fraction<'a>(words: &'a [&'a str]) -> Split<'a, String> {
    if let ["and", "a", "half", rest @ ..] = words {
        return Some(("5".to_owned(), rest));
    }
    let ["point", rest @ ..] = words else {
        return None;
    };
    let digits: String = rest
        .iter()
        .map_while(|word| small(word).filter(|digit| *digit < 10))
        .take(MAX_DIGITS)
        .map(|digit| digit.to_string())
        .collect();
    (!digits.is_empty()).then(|| {
        let after = &rest[digits.len()..];
        (digits, after)
    })
}

fn small(word: &str) -> Option<u64> {
    (0..)
        .zip(SMALL)
        .find_map(|(value, known)| (known == word).then_some(value))
}

fn tens(word: &str) -> Option<u64> {
    (2..)
        .zip(TENS)
        .find_map(|(value, known)| (known == word).then_some(value * 10))
}

fn scale(word: &str) -> Option<u64> {
    SCALES
        .iter()
        .find_map(|(value, known)| (*known == word).then_some(*value))
}
