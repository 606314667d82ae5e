//! Numbers in words become numbers in digits.

use super::{Rule, apply, parts::Part};
use regex::Regex;
use std::{fmt, sync::LazyLock};

static AND_A_HALF: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\band\s+a\s+half\b").expect("the pattern is right here and tested")
});
/// Digits stand apart from letters, unless these are a suffix.
static APART: LazyLock<[Rule; 3]> = LazyLock::new(|| {
    [
        Rule::new("([a-z])([0-9])", "${1} ${2}"),
        Rule::new("([0-9])([a-z])", "${1} ${2}"),
        Rule::new(r"([0-9])\s+(st|nd|rd|th|s)\b", "${1}${2}"),
    ]
});
/// `$2 and ¢7` is `$2.07`, `$0.99` is `¢99`, and one is a word.
static MONEY_AND_ONE: LazyLock<[Rule; 4]> = LazyLock::new(|| {
    [
        Rule::new(r"([€£$][0-9]+) (?:and )?¢([0-9])\b", "${1}.0${2}"),
        Rule::new(r"([€£$][0-9]+) (?:and )?¢([0-9]{2})\b", "${1}.${2}"),
        Rule::new(r"[€£$]0.(?:0([0-9])|([0-9]{1,2}))\b", "¢${1}${2}"),
        Rule::new(r"\b1(s?)\b", "one${1}"),
    ]
});

/// The text with all numbers in digits, `twenty dollars` as `$20`.
pub fn in_digits(text: &str) -> String {
    let text = apply(&*APART, with_halves(text));
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut writer = Writer::default();
    let mut at = 0;
    while at < words.len() {
        at += writer.read(&words, at);
    }
    writer.flush();
    apply(&*MONEY_AND_ONE, writer.written.join(" "))
}

/// `two and a half` is `two point five`.
fn with_halves(text: &str) -> String {
    let segments: Vec<&str> = AND_A_HALF.split(text).collect();
    let mut parts = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let Some(word) = segment.split_whitespace().next_back() else {
            continue;
        };
        parts.push(*segment);
        if at + 1 < segments.len() {
            let counts = |part: Part| part.is_decimal() || part.is_multiplier();
            let is_number = Part::of(word).is_some_and(counts);
            parts.push(if is_number {
                "point five"
            } else {
                "and a half"
            });
        }
    }
    parts.join(" ")
}

/// What was read of a number.
enum Value {
    Number(u128),
    /// Digits that are no sum: with a decimal point, with zeros in front, or said one by one.
    Digits(String),
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Digits(digits) => digits.fmt(formatter),
        }
    }
}

/// Goes through the words and holds back what may still grow.
#[derive(Default)]
struct Writer {
    /// A sign or a currency.
    prefix: Option<char>,
    value: Option<Value>,
    written: Vec<String>,
}

impl Writer {
    /// Reads the word at `at`; answers how many words that took.
    fn read(&mut self, words: &[&str], at: usize) -> usize {
        let word = words[at];
        let before = at.checked_sub(1).and_then(|at| Part::of(words[at]));
        let behind = words.get(at + 1).copied().unwrap_or_default();
        let next = Part::of(behind);
        let goes_on = next.is_some() || is_number(behind);
        let prefix = word
            .chars()
            .next()
            .filter(|letter| "-+£€$¢".contains(*letter));
        let bare = &word[prefix.map_or(0, char::len_utf8)..];
        if is_number(bare) {
            self.read_digits(word, prefix, bare);
            return 1;
        }
        match Part::of(word) {
            Some(Part::Zero) => {
                let digits = self.take_digits() + "0";
                self.value = Some(Value::Digits(digits));
            }
            Some(Part::Small(number, suffix)) => {
                let value = joined(self.value.take(), number, before);
                self.hold(value, suffix);
            }
            Some(Part::Multiplier(factor, suffix)) => self.multiply(factor, suffix),
            Some(Part::Sign(sign)) if goes_on => {
                self.flush();
                self.prefix = Some(sign);
            }
            Some(Part::Currency(currency)) if self.value.is_some() => {
                self.prefix = Some(currency);
                self.flush();
            }
            Some(Part::Percent) if self.value.is_some() => self.end_with("%"),
            Some(Part::Per) if self.value.is_some() && behind == "cent" => {
                self.end_with("%");
                return 2;
            }
            Some(Part::And) if goes_on && before.is_some_and(Part::is_multiplier) => {}
            Some(Part::Repeat(times)) if next.is_some_and(is_digit) => {
                let number = match next {
                    Some(Part::Small(number, _)) => number,
                    _ => 0,
                };
                let digits = self.take_digits() + &number.to_string().repeat(times);
                self.value = Some(Value::Digits(digits));
                return 2;
            }
            Some(Part::Point) if next.is_some_and(Part::is_decimal) || is_number(behind) => {
                let digits = self.take_digits() + ".";
                self.value = Some(Value::Digits(digits));
            }
            // Whisper's normaliser loses it.
            Some(Part::Point) if goes_on => {}
            _ => {
                self.flush();
                self.write(word);
            }
        }
        1
    }

    fn read_digits(&mut self, word: &str, prefix: Option<char>, bare: &str) {
        if let Some(Value::Digits(digits)) = &mut self.value
            && digits.ends_with('.')
        {
            digits.push_str(word);
            return;
        }
        self.flush();
        self.prefix = prefix.or(self.prefix);
        self.value = Some(match product(bare, 1) {
            Some(number) => Value::Number(number),
            None => Value::Digits(bare.to_owned()),
        });
    }

    fn multiply(&mut self, factor: u128, suffix: &str) {
        let number = match &self.value {
            None => Some(factor),
            // Only what is below a thousand: `two thousand five hundred`.
            Some(Value::Number(number)) => (number % 1000)
                .checked_mul(factor)
                .and_then(|product| product.checked_add(number / 1000 * 1000)),
            Some(Value::Digits(digits)) => product(digits, factor),
        };
        if number.is_none() {
            self.flush();
        }
        self.hold(Value::Number(number.unwrap_or(factor)), suffix);
    }

    /// Keeps a number that may go on; one with a suffix does not.
    fn hold(&mut self, value: Value, suffix: &str) {
        self.value = Some(value);
        if !suffix.is_empty() {
            self.end_with(suffix);
        }
    }

    fn end_with(&mut self, suffix: &str) {
        if let Some(value) = self.value.take() {
            self.write(&format!("{value}{suffix}"));
        }
    }

    fn flush(&mut self) {
        self.end_with("");
    }

    fn write(&mut self, text: &str) {
        let prefix = self.prefix.take().map(String::from);
        self.written.push(prefix.unwrap_or_default() + text);
    }

    /// The digits so far; a lone zero does not count.
    fn take_digits(&mut self) -> String {
        match self.value.take() {
            None | Some(Value::Number(0)) => String::new(),
            Some(value) => value.to_string(),
        }
    }
}

/// Puts a number below 100 behind a value: added where there is room for it, `twenty one`, else written behind it,
/// `nineteen ninety`.
fn joined(value: Option<Value>, number: u128, before: Option<Part>) -> Value {
    let room = if number < 10 { 10 } else { 100 };
    match value {
        None => Value::Number(number),
        Some(Value::Digits(mut digits)) => {
            if number < 10 && before.is_some_and(Part::is_tens) {
                digits.pop();
            }
            Value::Digits(format!("{digits}{number}"))
        }
        Some(Value::Number(so_far)) if so_far % room == 0 && !before.is_some_and(Part::is_ones) => {
            Value::Number(so_far + number)
        }
        Some(Value::Number(so_far)) => Value::Digits(format!("{so_far}{number}")),
    }
}

/// What `double` can stand before.
fn is_digit(part: Part) -> bool {
    part == Part::Zero || part.is_ones()
}

/// Digits, perhaps with a decimal point between them.
fn is_number(word: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match word.split_once('.') {
        Some((whole, decimals)) => is_digits(whole) && is_digits(decimals),
        None => is_digits(word),
    }
}

/// A decimal number times `factor`, where that is whole, and not too large to be reckoned with.
fn product(number: &str, factor: u128) -> Option<u128> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let decimals = decimals.trim_end_matches('0');
    let scale = 10_u128.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    let digits: u128 = format!("0{whole}{decimals}").parse().ok()?;
    let product = digits.checked_mul(factor)?;
    product.is_multiple_of(scale).then_some(product / scale)
}
