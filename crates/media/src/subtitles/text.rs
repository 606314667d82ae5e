//! What a caption says, without markup.

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

/// Removes `<i>`, `</font>`, `<c.red>`, `<v Anna>`, `<00:01.000>`; a `<` that begins no tag stays.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(position) = rest.find('<') {
        let (before, tag) = rest.split_at(position);
        kept.push_str(before);
        let begins_tag =
            tag[1..].starts_with(|letter: char| letter == '/' || letter.is_ascii_alphanumeric());
        match tag.find('>').filter(|_| begins_tag) {
            Some(end) => rest = &tag[end + 1..],
            None => {
                kept.push('<');
                rest = &tag[1..];
            }
        }
    }
    kept.push_str(rest);
    kept
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
