//! Cues to files.

use std::fmt::Write;

use super::{Cue, time::format_time};

/// SubRip: numbered from 1.
#[must_use]
pub fn render_srt(cues: &[Cue]) -> String {
    let mut file = String::new();
    for (index, cue) in cues.iter().enumerate() {
        let start = format_time(cue.start_ms, ',');
        let end = format_time(cue.end_ms, ',');
        // Writing to a string can't fail.
        let _ = write!(
            file,
            "{}\n{start} --> {end}\n{}\n\n",
            index + 1,
            escaped(&cue.text)
        );
    }
    file
}

/// WebVTT.
#[must_use]
pub fn render_webvtt(cues: &[Cue]) -> String {
    let mut file = String::from("WEBVTT\n\n");
    for cue in cues {
        let start = format_time(cue.start_ms, '.');
        let end = format_time(cue.end_ms, '.');
        // Writing to a string can't fail.
        let _ = write!(file, "{start} --> {end}\n{}\n\n", escaped(&cue.text));
    }
    file
}

/// An arrow in the text would begin a new caption, `<` a tag, `{\` an override.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace("{\\", "&#123;\\")
}
