//! Small videos with words of their own.

use end_to_end::{Source, ffmpeg, scratch};
use std::fmt::Write;

/// Seconds from one caption to the next.
const CAPTION_S: u32 = 5;

/// SubRip captions for a video of `duration_s` seconds; every one says `word`.
pub fn captions(word: &str, duration_s: u32) -> String {
    let mut text = String::new();
    for start_s in (0..duration_s).step_by(CAPTION_S as usize) {
        let number = start_s / CAPTION_S + 1;
        let (from, to) = (timestamp(start_s), timestamp(start_s + CAPTION_S - 1));
        writeln!(
            text,
            "{number}\n{from} --> {to}\nHere the {word} walks over hill number {number}.\n"
        )
        .unwrap();
    }
    text
}

fn timestamp(seconds: u32) -> String {
    format!("00:{:02}:{:02},000", seconds / 60, seconds % 60)
}

/// An MP4 file of `duration_s` seconds whose subtitle track says `word`, or without such a track.
pub async fn clip(word: Option<&str>, duration_s: u32) -> Vec<u8> {
    let folder = scratch();
    let (input, track) = match word {
        Some(word) => {
            std::fs::write(folder.path().join("words.srt"), captions(word, duration_s)).unwrap();
            ("-i words.srt", "-map 2 -c:s mov_text")
        }
        None => ("", ""),
    };
    let arguments = format!(
        "-f lavfi -i testsrc=size=160x90:rate=5:duration={duration_s} -f lavfi -i sine=duration={duration_s} \
         {input} -map 0 -map 1 {track} -c:v libx264 -preset ultrafast -g 10 -c:a aac -b:a 32k clip.mp4"
    );
    ffmpeg(folder.path(), &arguments).await;
    std::fs::read(folder.path().join("clip.mp4")).unwrap()
}

/// A file of one minute, in several chunks, whose subtitle track says `word`.
pub async fn source(word: &str) -> Source {
    Source::new(&format!("{word}.mp4"), clip(Some(word), 60).await)
}
