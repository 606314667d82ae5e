//! Runs ffmpeg: nothing inherited, nothing reachable but one URL, ended when it takes too long or isn't wanted.

mod lines;
mod process;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use ffmpeg_sidecar::command::FfmpegCommand;

pub(crate) use self::process::Finished;
use crate::MediaError;

/// The containers that are accepted; anything else is refused before its content is looked at. Playlists,
/// manifests, scripts and pictures are absent on purpose: their demuxers open further files.
pub(crate) const ACCEPTED_FORMATS: &str =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,flv,ogg,wav,mp3,aac,flac";
/// What an input may be opened through: the loopback URL.
const INPUT_PROTOCOLS: &str = "http,tcp";

/// What the kernel takes for ffmpeg before ffmpeg asks for it, and in vain when ffmpeg then seeks.
const RECEIVE_BUFFER_BYTES: &str = "65536";

/// An ffmpeg executable.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    path: PathBuf,
}

/// Sees each line of ffmpeg's log as it is written.
pub(crate) type LineWatcher = Box<dyn FnMut(&str) + Send>;

/// One run of ffmpeg.
pub(crate) struct Job {
    /// Options before the input, beside those every run has.
    pub(crate) input_options: Vec<OsString>,
    /// What is read.
    pub(crate) url: String,
    /// Everything after the input. Outputs are named relative to `work_dir`.
    pub(crate) output_options: Vec<OsString>,
    /// The folder ffmpeg runs in.
    pub(crate) work_dir: PathBuf,
    /// ffmpeg is ended after this time.
    pub(crate) time_limit: Duration,
    pub(crate) on_line: LineWatcher,
}

impl Ffmpeg {
    /// Uses the executable at `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where the executable lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs ffmpeg to its end. Dropping the future, or reaching the time limit, kills the process.
    pub(crate) async fn run(&self, job: Job) -> Result<Finished, MediaError> {
        let mut command = FfmpegCommand::new_with_path(&self.path);
        command
            .args(["-nostdin", "-hide_banner", "-nostats", "-y"])
            .args(["-loglevel", "level+verbose"])
            .args(["-protocol_whitelist", INPUT_PROTOCOLS])
            .args(["-format_whitelist", ACCEPTED_FORMATS])
            .args(["-recv_buffer_size", RECEIVE_BUFFER_BYTES])
            .args(&job.input_options)
            .input(&job.url)
            .args(&job.output_options);
        command
            .as_inner_mut()
            .env_clear()
            .current_dir(&job.work_dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        process::run(command, job.time_limit, job.on_line).await
    }
}

#[cfg(test)]
mod tests;
