//! From a number to its forms.

use super::Number;

/// Words for 0 to 19.
pub(super) const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
/// Words for 20, 30 and so on.
pub(super) const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
/// Words for powers of a thousand, the largest first.
pub(super) const SCALES: [(u64, &str); 3] = [
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];
/// Ordinals that are no cardinal with `th`.
pub(super) const ORDINALS: [(&str, &str); 7] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
];

/// A number in digits and in words, each form once.
pub(super) fn forms(number: &Number) -> Vec<String> {
    let mut forms = match number {
        Number::Whole(value) => whole(*value),
        Number::Decimal(value, fraction) => decimal(*value, fraction),
        Number::Ordinal(value) => vec![
            format!("{value}{}", suffix(*value)),
            ordinal(&cardinal(*value, "")),
        ],
    };
    let mut known = Vec::new();
    forms.retain(|form| {
        let is_new = !known.contains(form);
        if is_new {
            known.push(form.clone());
        }
        is_new
    });
    forms
}

fn whole(value: u64) -> Vec<String> {
    let mut forms = vec![value.to_string(), grouped(value)];
    forms.extend(["and ", ""].map(|and| cardinal(value, and)));
    let (high, low) = (value / 100, value % 100);
    // "twelve hundred", "nineteen hundred and sixty three"
    if (11..=99).contains(&high) && high % 10 != 0 {
        let hundreds = format!("{} hundred", below_hundred(high));
        match low {
            0 => forms.push(hundreds),
            _ => forms
                .extend(["and ", ""].map(|and| format!("{hundreds} {and}{}", below_hundred(low)))),
        }
    }
    // "nineteen sixty three", "twenty oh five": years, flights, rooms.
    if (1..=99).contains(&high) && low > 0 {
        let oh = if low < 10 { "oh " } else { "" };
        forms.push(format!(
            "{} {oh}{}",
            below_hundred(high),
            below_hundred(low)
        ));
    }
    let with_article: Vec<String> = forms
        .iter()
        .filter_map(|form| form.strip_prefix("one "))
        .filter(|rest| is_scale(rest.split(' ').next().unwrap_or_default()))
        .map(|rest| format!("a {rest}"))
        .collect();
    forms.extend(with_article);
    forms
}

fn is_scale(word: &str) -> bool {
    word == "hundred" || SCALES.iter().any(|(_, scale)| *scale == word)
}

fn decimal(value: u64, fraction: &str) -> Vec<String> {
    let spoken: Vec<&str> = fraction
        .bytes()
        .map(|digit| SMALL[usize::from(digit - b'0')])
        .collect();
    let words = cardinal(value, "and ");
    let mut forms = vec![
        format!("{value}.{fraction}"),
        format!("{words} point {}", spoken.join(" ")),
    ];
    if fraction == "5" && value > 0 {
        forms.push(format!("{words} and a half"));
    }
    forms
}

/// The number in words, with `and` (or nothing) before the last two digits.
fn cardinal(value: u64, and: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = value;
    for (scale, name) in SCALES {
        if rest >= scale {
            words.push(format!("{} {name}", cardinal(rest / scale, and)));
            rest %= scale;
        }
    }
    if rest >= 100 {
        words.push(format!("{} hundred", below_hundred(rest / 100)));
        rest %= 100;
    }
    if words.is_empty() {
        return below_hundred(rest);
    }
    if rest > 0 {
        words.push(format!("{and}{}", below_hundred(rest)));
    }
    words.join(" ")
}

/// The last two digits in words.
fn below_hundred(value: u64) -> String {
    let place = |value: u64| usize::try_from(value % 100).unwrap_or_default();
    match (place(value / 10), place(value % 10)) {
        (0 | 1, _) => SMALL[place(value)].to_owned(),
        (tens, 0) => TENS[tens - 2].to_owned(),
        (tens, unit) => format!("{} {}", TENS[tens - 2], SMALL[unit]),
    }
}

/// `1200` as `1,200`.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Turns the last word of a cardinal into an ordinal.
fn ordinal(cardinal: &str) -> String {
    let (before, last) = match cardinal.rsplit_once(' ') {
        Some((before, last)) => (format!("{before} "), last),
        None => (String::new(), cardinal),
    };
    let irregular = ORDINALS.iter().find(|(known, _)| *known == last);
    match (irregular, last.strip_suffix('y')) {
        (Some((_, ordinal)), _) => format!("{before}{ordinal}"),
        (None, Some(stem)) => format!("{before}{stem}ieth"),
        (None, None) => format!("{before}{last}th"),
    }
}

/// What is written after the digits of an ordinal.
pub(super) fn suffix(value: u64) -> &'static str {
    match (value % 100, value % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// An ordinal of one word as the cardinal that it comes from.
pub(super) fn cardinal_of_ordinal(word: &str) -> Option<String> {
    if let Some((cardinal, _)) = ORDINALS.iter().find(|(_, known)| *known == word) {
        return Some((*cardinal).to_owned());
    }
    let cardinal = match word.strip_suffix("ieth") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix("th")?.to_owned(),
    };
    (ordinal(&cardinal) == word).then_some(cardinal)
}
