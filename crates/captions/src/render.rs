//! Captions to files, in UTF-8 with line feeds.

use crate::Caption;
use std::fmt::Write;

/// Seen by nobody, and enough to make marks of markup mean nothing where there is no way to escape them.
const WORD_JOINER: char = '\u{2060}';

/// A WebVTT file; without captions, its header alone.
#[must_use]
pub fn webvtt(captions: &[Caption]) -> String {
    let mut file = String::from("WEBVTT\n\n");
    for caption in captions {
        write_block(&mut file, caption, '.', |line| {
            line.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace("{\\", "&#123;\\")
        });
    }
    file
}

/// A SubRip file, numbered from 1; without captions, an empty one. SubRip can't escape: what a player would take
/// for a tag, an override or a line of times gets an invisible character inside.
#[must_use]
pub fn subrip(captions: &[Caption]) -> String {
    let mut file = String::new();
    for (position, caption) in captions.iter().enumerate() {
        // Writing to a string can't fail.
        let _ = writeln!(file, "{}", position + 1);
        write_block(&mut file, caption, ',', without_markup);
    }
    file
}

fn write_block(file: &mut String, caption: &Caption, mark: char, escape: impl Fn(&str) -> String) {
    let (start, end) = (time(caption.start_ms, mark), time(caption.end_ms, mark));
    // Writing to a string can't fail.
    let _ = writeln!(file, "{start} --> {end}");
    for line in caption.lines.iter().filter(|line| !line.trim().is_empty()) {
        let _ = writeln!(file, "{}", escape(line));
    }
    file.push('\n');
}

/// Milliseconds as `hh:mm:ss` and the fraction after `mark`.
fn time(ms: u64, mark: char) -> String {
    let (seconds, fraction) = (ms / 1000, ms % 1000);
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3600);
    format!(
        "{hours:02}:{minutes:02}:{:02}{mark}{fraction:03}",
        seconds % 60
    )
}

fn without_markup(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    for (position, character) in line.char_indices() {
        plain.push(character);
        if is_markup(&line[position..])
            || (plain.ends_with("--") && line[position..].starts_with("->"))
        {
            plain.push(WORD_JOINER);
        }
    }
    plain
}

/// Whether players, or vindex itself, would take the beginning of a text for markup.
fn is_markup(text: &str) -> bool {
    const ENTITIES: [&str; 9] = [
        "&#", "&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&nbsp;", "&lrm;", "&rlm;",
    ];
    let begins_tag =
        |rest: &str| rest.starts_with(|next: char| next == '/' || next.is_ascii_alphanumeric());
    text.strip_prefix('<').is_some_and(begins_tag)
        || text.starts_with("{\\")
        || ENTITIES.iter().any(|entity| text.starts_with(entity))
}
