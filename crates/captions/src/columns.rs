//! How much room characters take, and which scripts put spaces between words.

use unicode_width::UnicodeWidthChar;

/// May not begin a line.
const CLOSING: &[char] = &[
    '。', '、', '，', '．', '！', '？', '：', '；', '）', '」', '』', '】', '》', '〉', '〕', '”',
    '’', '…', 'ー', '々', 'っ', 'ッ', 'ゃ', 'ゅ', 'ょ', 'ャ', 'ュ', 'ョ', '.', ',', '!', '?', ':',
    ';', ')', ']', '%',
];
/// May not end a line.
const OPENING: &[char] = &['（', '「', '『', '【', '《', '〈', '〔', '“', '‘', '(', '['];

/// Columns that a text takes: what a reader sees as one character takes one, or two where it is wide.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Columns of a character; 0 where it belongs to the one before it.
pub(crate) fn columns_of(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// Whether a space separates two texts that follow each other: not beside scripts that have none between words.
#[must_use]
pub fn needs_space(before: &str, after: &str) -> bool {
    match (before.chars().next_back(), after.chars().next()) {
        (Some(before), Some(after)) => !has_no_spaces(before) && !has_no_spaces(after),
        _ => false,
    }
}

/// Whether a line may end between two words that no space separates.
pub(crate) fn may_break_between_words(before: &str, after: &str) -> bool {
    may_break(before, after, has_no_spaces)
}

/// Whether a line may end between two characters of a text that was not cut into words.
pub(crate) fn may_break_inside(before: &str, after: &str) -> bool {
    may_break(before, after, is_east_asian)
}

fn may_break(before: &str, after: &str, breaks_anywhere: fn(char) -> bool) -> bool {
    let (Some(before), Some(after)) = (before.chars().next_back(), after.chars().next()) else {
        return false;
    };
    (breaks_anywhere(before) || breaks_anywhere(after))
        && !OPENING.contains(&before)
        && !CLOSING.contains(&after)
        && columns_of(after) > 0
}

fn has_no_spaces(character: char) -> bool {
    let is_south_east_asian = matches!(character,
        '\u{e01}'..='\u{eff}'       // Thai, Lao
        | '\u{1000}'..='\u{109f}'   // Burmese
        | '\u{1780}'..='\u{17ff}'); // Khmer
    is_south_east_asian || is_east_asian(character)
}

/// Chinese and Japanese; Korean has spaces.
fn is_east_asian(character: char) -> bool {
    matches!(character,
        '\u{2e80}'..='\u{312f}'     // radicals, punctuation, kana, bopomofo
        | '\u{3190}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff01}'..='\u{ff9f}'   // full-width forms, half-width kana
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_sees_columns() {
        for (text, expected) in [
            ("Grüße", 5),
            ("e\u{301}", 1),
            ("日本語", 6),
            ("한글", 4),
            ("سلام", 4),
        ] {
            assert_eq!(columns(text), expected, "{text}");
        }
    }

    #[test]
    fn spaces_stand_where_the_script_has_them() {
        for (before, after, expected) in [
            ("went", "home", true),
            ("한국", "사람", true),
            ("今天", "天气", false),
            ("用", "Rust", false),
            ("ภาษา", "ไทย", false),
            ("", "home", false),
        ] {
            assert_eq!(needs_space(before, after), expected, "{before}|{after}");
        }
    }

    #[test]
    fn marks_stay_with_their_words() {
        for (before, after, words, inside) in [
            ("今天", "天气", true, true),
            ("天气", "。", false, false),
            ("「", "天", false, false),
            ("don", "'t", false, false),
            ("ภาษา", "ไทย", true, false),
        ] {
            assert_eq!(
                may_break_between_words(before, after),
                words,
                "{before}|{after}"
            );
            assert_eq!(may_break_inside(before, after), inside, "{before}|{after}");
        }
    }
}
