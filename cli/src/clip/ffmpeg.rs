//! Runs ffmpeg on a source that nobody vouches for: nothing inherited, nothing reachable but its link.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, anyhow, bail};

use crate::{
    programs::{is_program, on_path},
    settings,
    text::printable,
};

/// The containers that are accepted. Playlists and the like are absent on purpose: their readers open further files
/// and addresses, whatever the file's name says.
const FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,flv,ogg,wav,mp3,aac,flac";
const VARIABLE: &str = "VINDEX_FFMPEG";
/// Where systems keep the certificates that they trust.
const CERTIFICATES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];
const VERSION_LIMIT: Duration = Duration::from_secs(10);
/// Lines of its log that a failure tells.
const TOLD_LINES: usize = 3;

/// An ffmpeg executable.
pub struct Ffmpeg {
    /// Where it lies.
    pub path: PathBuf,
}

impl Ffmpeg {
    /// That of the setting `VINDEX_FFMPEG`, of the environment or of `.vindex/env`, else the one on the PATH.
    pub fn find() -> Option<Self> {
        let set = settings::value(VARIABLE).map(PathBuf::from);
        let set = set.filter(|path| path.is_absolute() && is_program(path));
        let path = set.or_else(|| on_path("ffmpeg"))?;
        Some(Self { path })
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

    /// Runs it on a link from `start` on, in a folder, and answers its standard output.
    pub async fn read(
        &self,
        url: &str,
        start: &str,
        outputs: &[&str],
        folder: &Path,
        limit: Duration,
    ) -> anyhow::Result<String> {
        let mut arguments = input(url, start)?;
        arguments.extend(outputs.iter().map(|word| (*word).to_owned()));
        self.run(&arguments, folder, limit).await
    }

    async fn run(
        &self,
        arguments: &[String],
        folder: &Path,
        limit: Duration,
    ) -> anyhow::Result<String> {
        let mut command = tokio::process::Command::new(&self.path);
        command
            .args(arguments)
            .env_clear()
            .current_dir(folder)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let done = tokio::time::timeout(limit, command.output()).await;
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

/// Everything before the outputs.
fn input(url: &str, start: &str) -> anyhow::Result<Vec<String>> {
    let mut words = vec![
        "-nostdin",
        "-hide_banner",
        "-nostats",
        "-y",
        "-loglevel",
        "error",
    ];
    let protocols = if url.starts_with("https:") {
        "https,tls,tcp,http"
    } else {
        "http,tcp"
    };
    words.extend([
        "-protocol_whitelist",
        protocols,
        "-format_whitelist",
        FORMATS,
    ]);
    let trusted;
    if url.starts_with("https:") {
        trusted = certificates().context(
            "no trusted certificates are found, so that the storage can't be told from another: set SSL_CERT_FILE",
        )?;
        words.extend(["-tls_verify", "1", "-ca_file", &trusted]);
    }
    words.extend(["-ss", start, "-i", url]);
    Ok(words.into_iter().map(str::to_owned).collect())
}

fn certificates() -> Option<String> {
    let set = std::env::var("SSL_CERT_FILE").ok();
    let known = CERTIFICATES.iter().map(|path| (*path).to_owned());
    set.into_iter()
        .chain(known)
        .find(|path| Path::new(path).is_file())
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
    fn a_source_reaches_nothing_but_its_link() {
        let words = input("http://x/y?sig", "1.000").unwrap().join(" ");
        let before = words.split("-i ").next().unwrap();
        assert!(before.contains("-protocol_whitelist http,tcp -format_whitelist mov,"));
        assert!(words.ends_with("-ss 1.000 -i http://x/y?sig"), "{words}");
        if certificates().is_some() {
            let words = input("https://x/y", "0").unwrap().join(" ");
            assert!(words.contains("-protocol_whitelist https,tls,tcp,http "));
            assert!(words.contains("-tls_verify 1 -ca_file /"), "{words}");
        }
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
