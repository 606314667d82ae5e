//! Makes videos of any length as a camera or a recorder would leave them: 720p, about 2 Mbit/s, somebody speaking.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::run::run_logged;

/// The sample that is repeated. Its text track is left out, so that what is said has to be heard.
const SAMPLE: &str = "samples/videos/wildlife-notebook.mp4";
/// The noise of a sensor: without it, photographs that stand still would take no bits.
const PICTURE: &str = "scale=1280:720,noise=alls=6:allf=t";
/// For one run of ffmpeg.
pub const LIMIT: Duration = Duration::from_secs(1200);

/// Makes the videos, and measures what ffmpeg itself takes for one.
pub struct Studio<'a> {
    /// The ffmpeg that the functions use.
    pub ffmpeg: &'a Path,
    /// Root of the repository.
    pub root: &'a Path,
    /// Folder for what is made.
    pub folder: &'a Path,
    /// Log of ffmpeg.
    pub log: &'a Path,
}

impl Studio<'_> {
    /// Encodes the stretch that every video repeats.
    ///
    /// # Errors
    /// When ffmpeg fails.
    pub fn encode_stretch(&self) -> Result<PathBuf> {
        fs::create_dir_all(self.folder)?;
        let stretch = self.folder.join("stretch.mp4");
        let mut command = self.command();
        command
            .arg("-i")
            .arg(self.root.join(SAMPLE))
            .args(["-map", "0:v", "-map", "0:a", "-vf", PICTURE])
            .args(["-c:v", "libx264", "-preset", "veryfast", "-b:v", "1900k"])
            .args(["-maxrate", "2500k", "-bufsize", "5000k", "-g", "120"])
            .args(["-c:a", "aac", "-b:a", "96k"])
            .arg(&stretch);
        run_logged(command, "encoding", self.log, LIMIT)?;
        Ok(stretch)
    }

    /// Repeats `stretch` up to `seconds`, without encoding anything again.
    ///
    /// # Errors
    /// When ffmpeg fails.
    pub fn repeat(&self, stretch: &Path, seconds: u32) -> Result<PathBuf> {
        let video = self.folder.join(format!("{seconds}-seconds.mp4"));
        let mut command = self.command();
        command
            .args(["-stream_loop", "-1", "-i"])
            .arg(stretch)
            .args(["-map", "0", "-c", "copy", "-t", &seconds.to_string()])
            .args(["-movflags", "+faststart"])
            .arg(&video);
        run_logged(command, "repeating", self.log, LIMIT)?;
        Ok(video)
    }

    /// CPU seconds that ffmpeg alone takes to decode the key frames and the whole sound of `video`, on one thread.
    ///
    /// # Errors
    /// When ffmpeg fails or says nothing of its time.
    pub fn decoding_cpu_seconds(&self, video: &Path) -> Result<f64> {
        self.cpu_seconds(&["-skip_frame", "nokey"], video, &["0:v", "0:a"])
    }

    /// CPU seconds that ffmpeg alone takes to decode every picture of `video`, on one thread.
    ///
    /// # Errors
    /// When ffmpeg fails or says nothing of its time.
    pub fn full_decoding_cpu_seconds(&self, video: &Path) -> Result<f64> {
        self.cpu_seconds(&[], video, &["0:v"])
    }

    /// CPU seconds that ffmpeg alone takes to decode the key frames of `video`, on one thread.
    ///
    /// # Errors
    /// When ffmpeg fails or says nothing of its time.
    pub fn key_frame_decoding_cpu_seconds(&self, video: &Path) -> Result<f64> {
        self.cpu_seconds(&["-skip_frame", "nokey"], video, &["0:v"])
    }

    fn cpu_seconds(&self, options: &[&str], video: &Path, streams: &[&str]) -> Result<f64> {
        let output = Command::new(self.ffmpeg)
            .args(["-hide_banner", "-benchmark", "-threads", "1"])
            .args(options)
            .arg("-i")
            .arg(video)
            .args(streams.iter().flat_map(|stream| ["-map", *stream]))
            .args(["-f", "null", "-"])
            .stdin(Stdio::null())
            .output()
            .context("ffmpeg can't be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("decoding failed: {}", said.trim());
        }
        parse_cpu_seconds(&said).context("ffmpeg told no time")
    }

    /// A run that says nothing but what is wrong, and replaces files that are there.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.ffmpeg);
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]);
        command
    }
}

/// Reads `bench: utime=1.2s stime=0.3s rtime=0.9s`.
fn parse_cpu_seconds(said: &str) -> Option<f64> {
    let line = said.lines().find(|line| line.contains("utime="))?;
    let seconds = |name: &str| {
        let (_, rest) = line.split_once(name)?;
        rest.split('s').next()?.parse::<f64>().ok()
    };
    Some(seconds("utime=")? + seconds("stime=")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ffmpegs_times_are_added() {
        let said = "frame= 1\nbench: utime=1.250s stime=0.500s rtime=0.900s\nbench: maxrss=1KiB\n";
        assert_eq!(parse_cpu_seconds(said), Some(1.75));
        assert_eq!(parse_cpu_seconds("frame= 1"), None);
    }
}
