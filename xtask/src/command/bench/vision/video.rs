//! The video whose pictures are looked at, and single pictures of the samples.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::bench::media::{LIMIT, Studio};
use crate::run::run_logged;

/// The noise of a sensor: without it, photographs that stand still would take no bits.
const PICTURE: &str = "scale=1920:1080,noise=alls=6:allf=t";
/// Of single pictures, one in two seconds.
const SINGLE_PICTURES: &str = "fps=1/2";
/// JPEG quality on ffmpeg's scale, as frames are kept.
const QUALITY: &str = "3";

/// The samples of the repository at `root`, sorted by name.
///
/// # Errors
/// When there is none.
pub fn samples(root: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join("samples/videos");
    let mut samples = Vec::new();
    for entry in fs::read_dir(&folder)? {
        samples.push(entry?.path());
    }
    samples.retain(|path| path.extension().is_some_and(|extension| extension == "mp4"));
    samples.sort();
    ensure!(!samples.is_empty(), "{} has no videos", folder.display());
    Ok(samples)
}

/// Makes a video without sound of the samples, 1080p and about 5 Mbit/s, one after the other and `repeats` times, of
/// each at most so many seconds. Key frames are where x264 puts them by itself.
///
/// # Errors
/// When ffmpeg fails.
pub fn make_video(
    studio: &Studio<'_>,
    samples: &[PathBuf],
    seconds_of_each: u32,
    repeats: usize,
) -> Result<PathBuf> {
    let mut list = String::new();
    for (number, sample) in samples.iter().enumerate() {
        let name = format!("part-{number}.mp4");
        let mut command = studio.command();
        command
            .args(["-t", &seconds_of_each.to_string(), "-i"])
            .arg(sample)
            .args(["-map", "0:v", "-vf", PICTURE])
            .args(["-c:v", "libx264", "-preset", "veryfast", "-b:v", "5000k"])
            .args(["-maxrate", "6500k", "-bufsize", "10000k"])
            .arg(studio.folder.join(&name));
        run_logged(command, "encoding", studio.log, LIMIT)?;
        list.push_str(&format!("file {name}\n"));
    }
    let list_file = studio.folder.join("parts.txt");
    fs::write(&list_file, list.repeat(repeats))?;
    let video = studio.folder.join("pictures.mp4");
    let mut command = studio.command();
    command
        .args(["-f", "concat", "-i"])
        .arg(&list_file)
        .args(["-c", "copy", "-movflags", "+faststart"])
        .arg(&video);
    run_logged(command, "joining", studio.log, LIMIT)?;
    Ok(video)
}

/// Single pictures of the samples, of each at most so many seconds.
///
/// # Errors
/// When ffmpeg fails.
pub fn make_pictures(
    studio: &Studio<'_>,
    samples: &[PathBuf],
    seconds_of_each: u32,
) -> Result<Vec<PathBuf>> {
    for sample in samples {
        let stem = sample.file_stem().context("a sample has no name")?;
        let pattern = format!("{}-%03d.jpg", stem.to_string_lossy());
        let mut command = studio.command();
        command
            .args(["-t", &seconds_of_each.to_string(), "-i"])
            .arg(sample)
            .args(["-map", "0:v", "-vf", SINGLE_PICTURES, "-q:v", QUALITY])
            .arg(studio.folder.join(pattern));
        run_logged(command, "taking pictures", studio.log, LIMIT)?;
    }
    let mut pictures = Vec::new();
    for entry in fs::read_dir(studio.folder)? {
        pictures.push(entry?.path());
    }
    pictures.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    pictures.sort();
    ensure!(!pictures.is_empty(), "ffmpeg left no pictures");
    Ok(pictures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_the_videos_alone_in_order() {
        let root = tempfile::tempdir().unwrap();
        assert!(samples(root.path()).is_err());
        let folder = root.path().join("samples/videos");
        fs::create_dir_all(&folder).unwrap();
        assert!(samples(root.path()).is_err());
        for name in ["b.mp4", "a.mp4", "a.srt"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let found = samples(root.path()).unwrap();
        assert_eq!(found, [folder.join("a.mp4"), folder.join("b.mp4")]);
    }
}
