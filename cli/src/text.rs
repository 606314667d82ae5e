//! Pieces of text for people: times, tables, marked words.

/// `h:mm:ss`, rounded down.
pub fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// `m:ss.s`, or `h:mm:ss.s` from an hour on; rounded down.
pub fn moment(ms: u64) -> String {
    let (hours, minutes, seconds, tenths) = (
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms / 100 % 10,
    );
    if hours > 0 {
        return format!("{hours}:{minutes:02}:{seconds:02}.{tenths}");
    }
    format!("{minutes}:{seconds:02}.{tenths}")
}

/// Seconds with three decimals, as programs read them.
pub fn seconds_of(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// A time in milliseconds: seconds, or minutes and hours before a colon, such as `12.3`, `1:05`, `1:02:03.5`.
///
/// # Errors
/// When it is none.
pub fn time_ms(text: &str) -> Result<u64, String> {
    let wrong = || "must be a time such as 12.3, 1:05 or 1:02:03.5".to_owned();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let number = |digits: &str| {
        let is_plain =
            (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse::<u64>().ok().filter(|_| is_plain);
        number.ok_or_else(wrong)
    };
    let parts: Vec<&str> = whole.split(':').collect();
    let mut seconds = 0;
    for (index, part) in parts.iter().enumerate() {
        let part = number(part)?;
        if parts.len() > 3 || (index > 0 && part > 59) {
            return Err(wrong());
        }
        seconds = seconds * 60 + part;
    }
    number(fraction)?;
    let thousandths: String = fraction.chars().chain("00".chars()).take(3).collect();
    Ok(seconds * 1000 + number(&thousandths)?)
}

/// Text of others without anything that would steer a terminal.
pub fn printable(text: &str) -> String {
    let is_unseen = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let spaced = |character: char| {
        if character.is_whitespace() {
            ' '
        } else {
            '\u{fffd}'
        }
    };
    text.chars()
        .map(|character| {
            if is_unseen(character) {
                spaced(character)
            } else {
                character
            }
        })
        .collect()
}

/// Columns two spaces apart; the last is not padded.
pub fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns)
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let padded = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// The text with its highlights, `[from, to)` in UTF-16 code units, in bold.
pub fn highlighted(text: &str, highlights: &[[u32; 2]], bold: bool) -> String {
    if !bold {
        return printable(text);
    }
    let mut marked = String::new();
    let (mut position, mut is_on) = (0_u32, false);
    for character in text.chars() {
        let inside = highlights
            .iter()
            .any(|[from, to]| (*from..*to).contains(&position));
        if inside != is_on {
            marked.push_str(if inside { "\u{1b}[1m" } else { "\u{1b}[0m" });
            is_on = inside;
        }
        marked.push_str(&printable(character.encode_utf8(&mut [0; 4])));
        position += character.len_utf16() as u32;
    }
    if is_on {
        marked.push_str("\u{1b}[0m");
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_and_exact() {
        assert_eq!(duration(3_725_999), "1:02:05");
        assert_eq!(duration(59_999), "0:00:59");
        assert_eq!(moment(12_345), "0:12.3");
        assert_eq!(moment(3_725_999), "1:02:05.9");
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("12.3", Some(12_300)),
            ("0", Some(0)),
            ("90", Some(90_000)),
            ("1:05", Some(65_000)),
            ("1:02:03.5", Some(3_723_500)),
            ("0.0009", Some(0)),
            ("1:60", None),
            ("1:2:3:4", None),
            ("", None),
            (".5", None),
            ("1.", None),
            ("-1", None),
            ("1e3", None),
        ] {
            assert_eq!(time_ms(text).ok(), expected, "{text:?}");
        }
        assert_eq!(seconds_of(12_340), "12.340");
    }

    #[test]
    fn highlights_count_in_utf16() {
        // The face is two units of UTF-16.
        let text = "😀 ice melts";
        assert_eq!(
            highlighted(text, &[[3, 6]], true),
            "😀 \u{1b}[1mice\u{1b}[0m melts"
        );
        assert_eq!(
            highlighted(text, &[[7, 12]], true),
            "😀 ice \u{1b}[1mmelts\u{1b}[0m"
        );
        assert_eq!(highlighted(text, &[[3, 6]], false), text);
    }

    #[test]
    fn a_title_can_not_steer_the_terminal() {
        let hostile = "a\u{1b}[2Jb\nc\u{202e}d\u{9b}1m";
        for bold in [false, true] {
            assert_eq!(
                highlighted(hostile, &[], bold),
                "a\u{fffd}[2Jb c\u{fffd}d\u{fffd}1m"
            );
        }
    }

    #[test]
    fn columns_line_up() {
        let rows = [["ID", "TITLE"], ["longer", "ä"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), ["ID      TITLE", "longer  ä"]);
    }
}
