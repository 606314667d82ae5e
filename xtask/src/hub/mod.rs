//! Downloads from the Hugging Face Hub, or from anything that answers like it.
//!
//! A file arrives under another name and is renamed when it is whole and has its digest. What an interruption
//! leaves is gone on with by the next run, unless the file on the server has become another.

mod address;
mod partial;
mod request;

#[cfg(test)]
pub mod loopback;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow, bail};

use self::partial::Partial;
use self::request::Answer;
use crate::digest;
use crate::meter::Meter;

const DEFAULT_ENDPOINT: &str = "https://huggingface.co";
const BUFFER_BYTES: usize = 1 << 16;

/// A client of the Hub.
pub struct Hub {
    endpoint: String,
    token: Option<String>,
    agent: ureq::Agent,
    patience: Patience,
    /// Whether it has answered anything.
    is_reached: Cell<bool>,
    bars: bool,
}

/// How long a server that is away or busy is waited for.
struct Patience {
    /// Requests in a row that bring nothing.
    attempts: u32,
    /// The same for a server that has never answered: there may be no way to it at all.
    first_attempts: u32,
    /// The pause after the first of them; it doubles with each.
    first_pause: Duration,
    /// No pause is longer, whatever the server asks for.
    longest_pause: Duration,
}

const PATIENCE: Patience = Patience {
    attempts: 5,
    first_attempts: 2,
    first_pause: Duration::from_secs(1),
    longest_pause: Duration::from_secs(60),
};

/// A file of a repository.
#[derive(Debug, Clone, Copy)]
pub struct RemoteFile<'a> {
    /// `owner/name`
    pub repository: &'a str,
    /// Commit, branch or tag.
    pub revision: &'a str,
    /// Its path.
    pub path: &'a str,
    /// Its length, where known.
    pub size_bytes: Option<u64>,
    /// Its SHA-256, where known.
    pub sha256: Option<&'a str>,
}

/// Why a request brought no file.
enum Failure {
    /// Another request would bring none either.
    Final(Error),
    /// The same request may succeed after a pause, for which the server may have named a length.
    Passing {
        reason: String,
        pause: Option<Duration>,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl Hub {
    /// The Hub at `$HF_ENDPOINT`, else huggingface.co, with the token `$HF_TOKEN`, if any, and through the proxy that
    /// the usual variables name. `bars` is for a terminal that nothing else writes to.
    pub fn from_environment(bars: bool) -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        let filled = |text: Option<String>| {
            text.map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        Self {
            endpoint: filled(variable("HF_ENDPOINT"))
                .map_or(DEFAULT_ENDPOINT.to_owned(), |endpoint| {
                    endpoint.trim_end_matches('/').to_owned()
                }),
            token: filled(variable("HF_TOKEN")),
            agent: request::agent(ureq::Proxy::try_from_env()),
            patience: PATIENCE,
            is_reached: Cell::new(false),
            bars,
        }
    }

    /// Downloads a file to `into`, whose folder exists; gives the commit that it is from, where the server says it.
    /// Where an earlier call was interrupted, only the rest is asked for.
    ///
    /// # Errors
    /// The server refuses, is away for longer than a few attempts (or a few seconds where it has never answered), or sends a file of another length or digest. Of
    /// the latter nothing is kept.
    pub fn download(&self, file: &RemoteFile<'_>, into: &Path) -> Result<Option<String>> {
        let address = format!("{}@{}/{}", file.repository, file.revision, file.path);
        let mut partial = Partial::open(into, &address)?;
        if !partial.is_whole() {
            self.receive_all(file, &mut partial)
                .with_context(|| format!("{address} on {}", self.endpoint))?;
            verify(file, &mut partial).with_context(|| address.clone())?;
        }
        Ok(partial.commit())
    }

    /// Goes on until the file is there or there is no hope.
    fn receive_all(&self, file: &RemoteFile<'_>, partial: &mut Partial) -> Result<()> {
        let meter = Meter::new(file.path, self.bars);
        let mut failures = 0;
        loop {
            let before_bytes = partial.length_bytes()?;
            let (reason, asked) = match self.receive(file, partial, &meter) {
                Ok(()) => return Ok(()),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing { reason, pause }) => (reason, pause),
            };
            // A connection that breaks again and again still gets to the end.
            failures = if partial.length_bytes()? > before_bytes {
                1
            } else {
                failures + 1
            };
            if !self.is_reached.get() && failures >= self.patience.first_attempts {
                bail!("{reason}, tried {failures} times");
            }
            if failures >= self.patience.attempts {
                bail!(
                    "{reason}; given up after {failures} attempts, the next run goes on from here"
                );
            }
            let pause = self.patience.pause(failures, asked);
            meter.say(&format!("{reason}; again in {:.0} s", pause.as_secs_f64()));
            std::thread::sleep(pause);
        }
    }

    /// One request, and what it brings.
    fn receive(
        &self,
        file: &RemoteFile<'_>,
        partial: &mut Partial,
        meter: &Meter,
    ) -> Result<(), Failure> {
        let resume = partial.resume(file.sha256.is_some())?;
        let answer = self.request(file, resume.as_ref())?;
        let (start_bytes, total_bytes) = match (answer.status(), &resume) {
            (200, _) => {
                partial.restart(answer.etag(), answer.commit.clone())?;
                (0, answer.length_bytes())
            }
            (206, Some(resume)) => match answer.rest_of(resume) {
                Some(total_bytes) => (resume.from_bytes, Some(total_bytes)),
                None => return Err(another_file(partial)?),
            },
            (416, Some(resume)) => {
                return if answer.unsatisfied_total_bytes() == Some(resume.from_bytes) {
                    Ok(())
                } else {
                    Err(another_file(partial)?)
                };
            }
            (status, _) => return Err(self.refusal(file, &answer, status)),
        };
        if let (Some(expected), Some(found)) = (file.size_bytes, total_bytes)
            && expected != found
        {
            partial.discard()?;
            return Err(anyhow!("it has {found} bytes there instead of {expected}").into());
        }
        copy(answer, partial.append()?, start_bytes, total_bytes, meter)
    }

    fn refusal(&self, file: &RemoteFile<'_>, answer: &Answer, status: u16) -> Failure {
        let RemoteFile {
            repository,
            revision,
            ..
        } = file;
        Failure::Final(match status {
            401 | 403 if self.token.is_some() => anyhow!(
                "refused ({status}): the token in HF_TOKEN may not read {repository}; has its owner granted access?"
            ),
            401 | 403 => anyhow!(
                "refused ({status}): {repository} is private, gated or not there; set HF_TOKEN to a token that may read it"
            ),
            404 => anyhow!(
                "not found (404): are repository, revision {revision} and path right? A private repository also needs HF_TOKEN"
            ),
            408 | 429 | 500..=599 => {
                let pause = answer.retry_after();
                let asked = pause.map_or(String::new(), |pause| {
                    format!(", which asks to wait {} s", pause.as_secs())
                });
                return Failure::Passing {
                    reason: format!("the server answered {status}{asked}"),
                    pause,
                };
            }
            _ => anyhow!("the server answered {status}"),
        })
    }
}

impl Patience {
    /// The pause after `failures` failures in a row, given what the server asked for.
    fn pause(&self, failures: u32, asked: Option<Duration>) -> Duration {
        let doubled = self
            .first_pause
            .saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
        asked.unwrap_or(doubled).min(self.longest_pause)
    }
}

/// What is there does not fit what the server has now.
fn another_file(partial: &mut Partial) -> Result<Failure> {
    partial.discard()?;
    Ok(Failure::Passing {
        reason: "the file has changed since it was begun".to_owned(),
        pause: Some(Duration::ZERO),
    })
}

fn copy(
    answer: Answer,
    mut file: File,
    start_bytes: u64,
    total_bytes: Option<u64>,
    meter: &Meter,
) -> Result<(), Failure> {
    let mut body = answer.into_reader();
    let mut buffer = vec![0_u8; BUFFER_BYTES];
    let mut length_bytes = start_bytes;
    let broken = |length_bytes: u64, why: &str| Failure::Passing {
        reason: format!("the connection broke off after {length_bytes} bytes ({why})"),
        pause: None,
    };
    meter.begin(length_bytes, total_bytes);
    loop {
        match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(read_bytes) => {
                file.write_all(&buffer[..read_bytes])
                    .context("the download can't be written")?;
                length_bytes += read_bytes as u64;
                meter.advance(length_bytes);
            }
            Err(error) => return Err(broken(length_bytes, &error.to_string())),
        }
    }
    if total_bytes.is_some_and(|total_bytes| length_bytes < total_bytes) {
        return Err(broken(length_bytes, "too short"));
    }
    meter.end();
    Ok(())
}

/// Puts a file with the right length and digest in place, and deletes any other.
fn verify(file: &RemoteFile<'_>, partial: &mut Partial) -> Result<()> {
    let length_bytes = partial.length_bytes()?;
    if let Some(expected) = file.size_bytes
        && expected != length_bytes
    {
        partial.discard()?;
        bail!("it has {length_bytes} bytes instead of {expected}, so it was deleted");
    }
    if let Some(expected) = file.sha256 {
        let found = digest::of_file(partial.path())?;
        if found != expected {
            partial.discard()?;
            bail!("it has the SHA-256 {found} instead of {expected}, so it was deleted");
        }
    }
    partial.finish()
}
