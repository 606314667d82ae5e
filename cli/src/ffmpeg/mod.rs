//! ffmpeg of this machine, on videos that nobody vouches for. It inherits nothing and reaches nothing but the video, by
//! an address on loopback: a private one would stand on its command line, which other users of the machine see.

mod loopback;

pub use loopback::Loopback;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, anyhow, bail};
use tokio::process::Command;

use crate::{
    programs::{is_program, on_path},
    text::printable,
};

/// What stands before every input. Playlists and the like are absent on purpose: their readers open further files and
/// addresses, whatever the file's name says.
pub const WHITELISTS: &str = "-protocol_whitelist http,tcp \
    -format_whitelist mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,flv,ogg,wav,mp3,aac,flac";
const VERSION_LIMIT: Duration = Duration::from_secs(10);
/// Lines of its log that a failure tells.
const TOLD_LINES: usize = 3;

/// An ffmpeg executable.
pub struct Ffmpeg {
    /// Where it lies.
    pub path: PathBuf,
}

impl Ffmpeg {
    /// What `VINDEX_FFMPEG` names, else on the PATH, else what `cargo xtask up` has fetched. No file of the current folder
    /// has a say in what is run, `.vindex/env` included: it may be somebody else's checkout.
    pub fn find() -> Option<Self> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let set = variable("VINDEX_FFMPEG").map(PathBuf::from);
        let path = set.or_else(|| on_path("ffmpeg")).or_else(|| {
            let cached = cached(cache_folder(variable)).into_iter();
            cached.clone().find(|path| is_program(path))
        })?;
        Some(Self { path })
    }

    /// A run of it in a folder, without arguments yet.
    pub fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .current_dir(folder)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// What it says of itself.
    pub async fn version(&self) -> anyhow::Result<String> {
        let folder = std::env::temp_dir();
        let arguments = ["-version".to_owned()];
        let said = self.run(&arguments, &folder, VERSION_LIMIT).await?;
        let first = said.lines().next().unwrap_or_default();
        let words: Vec<&str> = first.split(' ').take(3).collect();
        Ok(printable(&words.join(" ")))
    }

    /// Runs it on a video from `start` on, in a folder, and answers its standard output.
    pub async fn read(
        &self,
        video: &Loopback,
        start: &str,
        outputs: &[&str],
        folder: &Path,
        limit: Duration,
    ) -> anyhow::Result<String> {
        let url = video.url();
        let line = format!(
            "-nostdin -hide_banner -nostats -y -loglevel error {WHITELISTS} -ss {start} -i {url}"
        );
        let words = line.split_whitespace().chain(outputs.iter().copied());
        let words: Vec<String> = words.map(str::to_owned).collect();
        video.during(self.run(&words, folder, limit)).await
    }

    async fn run(
        &self,
        arguments: &[String],
        folder: &Path,
        limit: Duration,
    ) -> anyhow::Result<String> {
        let mut command = self.command(folder);
        let done = tokio::time::timeout(limit, command.args(arguments).output()).await;
        let seconds = limit.as_secs();
        let done = done.map_err(|_| anyhow!("ffmpeg was ended after {seconds} seconds"))?;
        let done = done.with_context(|| format!("start {}", self.path.display()))?;
        if !done.status.success() {
            let told = told(&String::from_utf8_lossy(&done.stderr));
            bail!("ffmpeg failed ({}): {told}", done.status);
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }
}

fn cache_folder(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Option<PathBuf> {
    let folder = |name, below| variable(name).map(|folder| Path::new(&folder).join(below));
    folder("VINDEX_CACHE_DIR", "")
        .or_else(|| folder("XDG_CACHE_HOME", "vindex"))
        .or_else(|| folder("HOME", ".cache/vindex"))
}

/// `ffmpeg-VERSION/ffmpeg` in the cache, the last version first.
fn cached(folder: Option<PathBuf>) -> Vec<PathBuf> {
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let mut paths: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("ffmpeg-"))
        .map(|entry| entry.path().join("ffmpeg"))
        .collect();
    paths.sort_unstable_by(|one, other| other.cmp(one));
    paths
}

/// The end of its log without addresses, which are signed.
fn told(log: &str) -> String {
    let is_no_address = |word: &&str| !word.contains("://");
    let lines = log.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = lines
        .map(|line| {
            line.split(' ')
                .filter(is_no_address)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    lines[lines.len().saturating_sub(TOLD_LINES)..].join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_of_the_stack_is_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ffmpeg-9.0.1", "ffmpeg-9.0.2", "models"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let found = cached(Some(folder.path().to_owned()));
        let expected = ["ffmpeg-9.0.2/ffmpeg", "ffmpeg-9.0.1/ffmpeg"];
        assert_eq!(found, expected.map(|path| folder.path().join(path)));
        assert_eq!(
            cached(Some(folder.path().join("none"))),
            Vec::<PathBuf>::new()
        );
        let home = |name: &str| (name == "HOME").then(|| "/home/me".into());
        assert_eq!(
            cache_folder(home),
            Some(PathBuf::from("/home/me/.cache/vindex"))
        );
    }

    #[test]
    fn signatures_are_not_told() {
        let log = "a\n\nb\n[in#0] Error opening input file https://x/y?sig=1.\nServer returned 403";
        assert_eq!(
            told(log),
            "b; [in#0] Error opening input file; Server returned 403"
        );
        assert_eq!(told(""), "");
    }
}
