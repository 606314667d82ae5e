//! What a caption says, without markup.

use super::time::time_ms;

/// Joins lines, without tags, override blocks, entities and empty lines.
pub(super) fn plain(lines: &[&str]) -> String {
    let joined = without_tags(&lines.join("\n"));
    let decoded = decode_entities(&without_overrides(&joined));
    let lines: Vec<String> = decoded
        .lines()
        .map(collapse_spaces)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

/// Names of tags in SubRip, WebVTT and the HTML that some files have.
const TAGS: [&str; 14] = [
    "i", "b", "u", "s", "c", "v", "lang", "ruby", "rt", "font", "br", "em", "strong", "span",
];

/// Removes `<i>`, `</font>`, `<c.red>`, `<v Anna>`, `<00:01.000>`; a `<` that begins no tag stays.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(position) = rest.find('<') {
        kept.push_str(&rest[..position]);
        rest = &rest[position + 1..];
        match tag_length(rest) {
            Some(length) => rest = &rest[length..],
            None => kept.push('<'),
        }
    }
    kept.push_str(rest);
    kept
}

/// Length in bytes of the tag whose `<` stands before `text`. Anything else between `<` and `>` is text: a
/// comparison, a heart.
fn tag_length(text: &str) -> Option<usize> {
    let end = text.find(['>', '<', '\n'])?;
    let tag = text[..end].trim_end();
    let name = tag.strip_prefix('/').unwrap_or(tag);
    let name = name.split(['.', '/', ' ', '\t']).next().unwrap_or_default();
    let is_known = TAGS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let is_tag = text[end..].starts_with('>') && (is_known || time_ms(tag).is_some());
    is_tag.then_some(end + 1)
}

/// Removes `{\an8}` and the like, which some SubRip files took over from another format.
fn without_overrides(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(position) = rest.find("{\\") {
        let Some(length) = rest[position..].find('}') else {
            break;
        };
        kept.push_str(&rest[..position]);
        rest = &rest[position + length + 1..];
    }
    kept.push_str(rest);
    kept
}

/// Replaces the entities that WebVTT knows, and numbered ones.
fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(position) = rest.find('&') {
        decoded.push_str(&rest[..position]);
        rest = &rest[position..];
        match entity(rest) {
            Some((letter, length)) => {
                decoded.push_str(&letter);
                rest = &rest[length..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

/// The entity that `text` begins with, and its length in bytes.
fn entity(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        // Marks of direction: nothing to read.
        "lrm" | "rlm" => return Some((String::new(), end + 1)),
        _ => numbered(name.strip_prefix('#')?)?,
    };
    Some((letter.to_string(), end + 1))
}

fn numbered(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code).filter(|letter| !letter.is_control())
}

fn collapse_spaces(line: &str) -> String {
    line.split(|letter: char| letter.is_whitespace() || letter == '\0' || letter == '\u{feff}')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
