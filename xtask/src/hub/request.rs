//! One request to the Hub, with the redirects that it leads through.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, anyhow};
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Body, Error, Proxy};

use super::{Failure, Hub, RemoteFile, address};

const REDIRECT_LIMIT: usize = 10;
const CONNECT_LIMIT: Duration = Duration::from_secs(20);
/// A server that sends nothing for this long is taken to be gone.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);
/// Looking up its name and connecting to it may take this long each while a server has not answered yet.
const FIRST_CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// And its first answer.
const FIRST_SILENCE_LIMIT: Duration = Duration::from_secs(5);

/// The rest of a file that is to be gone on with.
pub struct Resume {
    /// Length of what is there.
    pub from_bytes: u64,
    /// The server's mark of the content that it is a part of.
    pub etag: Option<String>,
}

/// An answer that is no redirect.
pub struct Answer {
    response: Response<Body>,
    /// The commit that the file is from; the Hub says it before it sends the client elsewhere.
    pub commit: Option<String>,
}

/// An HTTP client that follows no redirect by itself and takes no status for an error.
pub fn agent(proxy: Option<Proxy>) -> ureq::Agent {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    ureq::Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(CONNECT_LIMIT))
        .timeout_recv_response(Some(SILENCE_LIMIT))
        .timeout_per_read(Some(SILENCE_LIMIT))
        .build()
        .into()
}

impl Hub {
    /// Asks for a file, or its rest. Redirects are followed here and not by the client, since the token must be
    /// seen by the Hub and by nobody that it refers to: another port of the same host is somebody else.
    pub(super) fn request(
        &self,
        file: &RemoteFile<'_>,
        resume: Option<&Resume>,
    ) -> Result<Answer, Failure> {
        let mut url = address::of_file(&self.endpoint, file.repository, file.revision, file.path);
        let mut commit = None;
        for _ in 0..=REDIRECT_LIMIT {
            let mut request = self.agent.get(&url).header("accept-encoding", "identity");
            if let Some(token) = &self.token
                && address::is_same_origin(&url, &self.endpoint)
            {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            if let Some(resume) = resume {
                request = request.header("range", format!("bytes={}-", resume.from_bytes));
                if let Some(etag) = &resume.etag {
                    request = request.header("if-range", etag);
                }
            }
            if !self.is_reached.get() {
                request = request
                    .config()
                    .timeout_resolve(Some(FIRST_CONNECT_LIMIT))
                    .timeout_connect(Some(FIRST_CONNECT_LIMIT))
                    .timeout_recv_response(Some(FIRST_SILENCE_LIMIT))
                    .build();
            }
            let response = request.call().map_err(failure)?;
            self.is_reached.set(true);
            commit = commit.or_else(|| header(&response, "x-repo-commit"));
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(Answer { response, commit });
            }
            let location = header(&response, "location").context("a redirect leads nowhere")?;
            url = address::joined(&url, &location)?;
        }
        Err(anyhow!("more than {REDIRECT_LIMIT} redirects").into())
    }
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub fn etag(&self) -> Option<String> {
        header(&self.response, "etag")
    }

    /// Length of the body, where the server says it.
    pub fn length_bytes(&self) -> Option<u64> {
        header(&self.response, "content-length")?.parse().ok()
    }

    /// Length of the whole file, if this is the rest that was asked for.
    pub fn rest_of(&self, resume: &Resume) -> Option<u64> {
        let etag = self.etag();
        if resume.etag.is_some() && etag.is_some() && etag != resume.etag {
            return None;
        }
        let range = header(&self.response, "content-range")?;
        let (span, total) = range.strip_prefix("bytes ")?.split_once('/')?;
        let (start, _) = span.split_once('-')?;
        (start.parse() == Ok(resume.from_bytes))
            .then(|| total.parse().ok())
            .flatten()
    }

    /// Length of the file whose end lies before the range asked for.
    pub fn unsatisfied_total_bytes(&self) -> Option<u64> {
        header(&self.response, "content-range")?
            .strip_prefix("bytes */")?
            .parse()
            .ok()
    }

    /// How long the server asks to be left alone, where it says so in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = header(&self.response, "retry-after")?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    pub fn into_reader(self) -> impl Read {
        self.response.into_body().into_reader()
    }
}

fn header(response: &Response<Body>, name: &str) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Io(_) | Error::Timeout(_) | Error::ConnectionFailed | Error::Protocol(_) => {
            Failure::Passing {
                reason: format!("the server can't be reached ({error})"),
                pause: None,
            }
        }
        Error::HostNotFound => Failure::Final(anyhow!(
            "the host is unknown: is there a network? HF_ENDPOINT names a mirror"
        )),
        other => Failure::Final(other.into()),
    }
}
