//! Numbers of a query in every way in which they are said and written.
//!
//! A subtitle has `1963` where a person types `nineteen sixty-three`, and the other way round; words alone would not
//! find the one by the other. English only: what other languages say is not turned into digits.
//!
//! - `read` finds the numbers of a text.
//! - `spell` puts a number into words.

mod read;
mod spell;

/// More numbers than this in one query are not looked for in other forms: each has up to ten, and the server takes
/// about a thousand conditions.
const MAX_NUMBERS: usize = 16;

/// Something that is counted, measured or dated.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Number {
    /// `25`, `1,200`, `1963`
    Whole(u64),
    /// `2.5`: the part before the point, and the digits after it.
    Decimal(u64, String),
    /// `25th`
    Ordinal(u64),
}

/// All forms of each number in the text, that of the text among them: digits first, then words. Words are separated
/// by spaces where a hyphen may stand (`twenty five`).
#[must_use]
pub fn number_forms(text: &str) -> Vec<Vec<String>> {
    let mut numbers = read::numbers(text);
    numbers.truncate(MAX_NUMBERS);
    numbers.iter().map(spell::forms).collect()
}

#[cfg(test)]
mod tests;
