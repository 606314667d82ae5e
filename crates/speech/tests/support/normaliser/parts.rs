//! What a word can be in a number.

use std::{collections::HashMap, sync::LazyLock};

/// What a word can be in a number. Suffixes are empty where the number may go on behind the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Zero,
    /// 1 to 20, and tens up to 90; the suffix of `third` is `rd`.
    Small(u128, &'static str),
    /// A power of ten from 100 on.
    Multiplier(u128, &'static str),
    Sign(char),
    /// A currency stands behind its number in words and before it in digits.
    Currency(char),
    Percent,
    /// Half of `per cent`.
    Per,
    And,
    /// `double` and `triple`.
    Repeat(usize),
    Point,
}

const ONES: [&str; 19] = [
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
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
/// A thousand, and each a thousand times the one before.
const THOUSANDS: [&str; 11] = [
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
];
const OTHERS: [(&str, Part); 27] = [
    ("o", Part::Zero),
    ("oh", Part::Zero),
    ("zero", Part::Zero),
    ("zeroth", Part::Small(0, "th")),
    ("first", Part::Small(1, "st")),
    ("second", Part::Small(2, "nd")),
    ("third", Part::Small(3, "rd")),
    ("fifth", Part::Small(5, "th")),
    ("twelfth", Part::Small(12, "th")),
    ("minus", Part::Sign('-')),
    ("negative", Part::Sign('-')),
    ("plus", Part::Sign('+')),
    ("positive", Part::Sign('+')),
    ("pound", Part::Currency('£')),
    ("pounds", Part::Currency('£')),
    ("euro", Part::Currency('€')),
    ("euros", Part::Currency('€')),
    ("dollar", Part::Currency('$')),
    ("dollars", Part::Currency('$')),
    ("cent", Part::Currency('¢')),
    ("cents", Part::Currency('¢')),
    ("per", Part::Per),
    ("percent", Part::Percent),
    ("and", Part::And),
    ("double", Part::Repeat(2)),
    ("triple", Part::Repeat(3)),
    ("point", Part::Point),
];

static PARTS: LazyLock<HashMap<String, Part>> = LazyLock::new(parts);

impl Part {
    /// `None` for a word that has no place in numbers.
    pub fn of(word: &str) -> Option<Self> {
        PARTS.get(word).copied()
    }

    /// `one` to `nineteen`.
    pub fn is_ones(self) -> bool {
        matches!(self, Self::Small(1..20, ""))
    }

    /// `twenty` to `ninety`.
    pub fn is_tens(self) -> bool {
        matches!(self, Self::Small(20.., ""))
    }

    /// What may follow `point`.
    pub fn is_decimal(self) -> bool {
        matches!(self, Self::Zero | Self::Small(_, ""))
    }

    /// A power of ten without a suffix.
    pub fn is_multiplier(self) -> bool {
        matches!(self, Self::Multiplier(_, ""))
    }
}

fn parts() -> HashMap<String, Part> {
    let mut parts: HashMap<String, Part> = HashMap::new();
    let mut add = |word: String, part| parts.insert(word, part);
    for (name, value) in ONES.into_iter().zip(1..) {
        let plural = if name == "six" { "es" } else { "s" };
        add(name.to_owned(), Part::Small(value, ""));
        add(format!("{name}{plural}"), Part::Small(value, "s"));
        // Whisper knows `nineth` and not `ninth`.
        if value > 3 && value != 5 && value != 12 {
            let ending = if name.ends_with('t') { "h" } else { "th" };
            add(format!("{name}{ending}"), Part::Small(value, "th"));
        }
    }
    for (name, value) in TENS.into_iter().zip((20..).step_by(10)) {
        add(name.to_owned(), Part::Small(value, ""));
        add(name.replace('y', "ies"), Part::Small(value, "s"));
        add(name.replace('y', "ieth"), Part::Small(value, "th"));
    }
    let thousands = THOUSANDS.into_iter().zip((1..).map(|n| 1000_u128.pow(n)));
    for (name, value) in thousands.chain([("hundred", 100)]) {
        for suffix in ["", "s", "th"] {
            add(format!("{name}{suffix}"), Part::Multiplier(value, suffix));
        }
    }
    for (word, part) in OTHERS {
        add(word.to_owned(), part);
    }
    parts
}
