//! Which container a clip gets, and its file's name.

use std::path::{Path, PathBuf};

use crate::text::moment;

/// Containers that clips are written into: ending, ffmpeg's name of it, and what `--exact` encodes with.
const CONTAINERS: [(&str, &str, &[&str]); 12] = [
    ("mp4", "mp4", H264),
    ("m4v", "mp4", H264),
    ("mov", "mov", H264),
    ("mkv", "matroska", H264),
    ("ts", "mpegts", H264),
    ("webm", "webm", VP9),
    ("m4a", "ipod", &[]),
    ("mp3", "mp3", &[]),
    ("aac", "adts", &[]),
    ("flac", "flac", &[]),
    ("wav", "wav", &[]),
    ("ogg", "ogg", &[]),
];
const H264: &[&str] = &[
    "-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "192k",
];
const VP9: &[&str] = &[
    "-c:v",
    "libvpx-vp9",
    "-crf",
    "24",
    "-b:v",
    "0",
    "-c:a",
    "libopus",
    "-b:a",
    "128k",
];
const LONGEST_NAME: usize = 80;

/// A container to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Container {
    /// The file's ending.
    pub extension: &'static str,
    /// The name that ffmpeg has for it.
    pub muxer: &'static str,
    /// Arguments that encode for it.
    pub encoding: &'static [&'static str],
}

impl Container {
    /// By a file's ending.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        let known = CONTAINERS
            .iter()
            .find(|(extension, ..)| *extension == ending);
        let (extension, muxer, encoding) = *known?;
        Some(Self {
            extension,
            muxer,
            encoding,
        })
    }

    /// One that takes what the source holds as it is: that of the source, else Matroska, which takes everything.
    pub fn for_source(file_name: &str) -> Self {
        let same = Self::of(Path::new(file_name)).filter(|container| container.extension != "ts");
        same.unwrap_or(Self {
            extension: "mkv",
            muxer: "matroska",
            encoding: H264,
        })
    }

    /// The endings that are known, for people.
    pub fn endings() -> String {
        let endings = CONTAINERS.map(|(extension, ..)| extension);
        endings.join(", ")
    }
}

/// A name in this folder that nothing has yet: the title and where the clip starts.
pub fn free_name(title: &str, from_ms: u64, container: Container) -> PathBuf {
    let plain = |character: char| {
        let is_plain = character.is_alphanumeric() || matches!(character, '-' | '_' | ' ');
        if is_plain { character } else { ' ' }
    };
    let title: String = title.chars().map(plain).collect();
    let words: Vec<&str> = title.split_whitespace().collect();
    let title: String = words.join(" ").chars().take(LONGEST_NAME).collect();
    let title = if title.is_empty() {
        "clip"
    } else {
        title.trim_end()
    };
    let at = moment(from_ms).replace(':', ".");
    let name =
        |suffix: &str| PathBuf::from(format!("{title} {at}{suffix}.{}", container.extension));
    let first = name("");
    let mut others = (2..).map(|number| name(&format!(" ({number})")));
    if first.exists() {
        others.find(|path| !path.exists()).unwrap_or(first)
    } else {
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_stays_in_a_container_that_takes_it() {
        for (name, expected) in [
            ("a.MP4", "mp4"),
            ("a.webm", "webm"),
            ("a.avi", "mkv"),
            ("a.ts", "mkv"),
            ("a", "mkv"),
            ("a.m3u8", "mkv"),
        ] {
            assert_eq!(Container::for_source(name).extension, expected, "{name}");
        }
        assert!(Container::of(Path::new("a.m3u8")).is_none());
    }

    #[test]
    fn titles_of_others_make_plain_names() {
        let mp4 = Container::for_source("a.mp4");
        for (title, expected) in [
            ("../../etc/passwd", "etc passwd 1.05.0.mp4"),
            ("-rf: Ünïcode\u{1b}", "-rf Ünïcode 1.05.0.mp4"),
            ("...", "clip 1.05.0.mp4"),
        ] {
            assert_eq!(free_name(title, 65_000, mp4), PathBuf::from(expected));
        }
    }
}
