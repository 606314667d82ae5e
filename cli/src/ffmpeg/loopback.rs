//! A private address of a video as one on loopback, so that ffmpeg sees neither the address nor the network.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context, bail};
use futures::{StreamExt, stream::FuturesUnordered};
use reqwest::{Response, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const MAX_HEAD_BYTES: usize = 8 * 1024;

/// Serves one address under a path that can't be guessed.
pub struct Loopback {
    listener: TcpListener,
    path: String,
    http: reqwest::Client,
    source_url: String,
    most_bytes: u64,
    served_bytes: AtomicU64,
}

impl Loopback {
    /// Of `source_url` so many bytes are served at most.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn bind(
        http: &reqwest::Client,
        source_url: &str,
        most_bytes: u64,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        Ok(Self {
            listener: listener.context("open a port on loopback")?,
            path: format!("/{}", uuid::Uuid::new_v4().simple()),
            http: http.clone(),
            source_url: source_url.to_owned(),
            most_bytes,
            served_bytes: AtomicU64::new(0),
        })
    }

    /// The address on loopback.
    pub fn url(&self) -> String {
        let port = self
            .listener
            .local_addr()
            .map_or(0, |address| address.port());
        format!("http://127.0.0.1:{port}{}", self.path)
    }

    /// What a run of ffmpeg on the address comes to, which is served meanwhile.
    ///
    /// # Errors
    /// When the run fails, or no connection can be taken any more.
    pub async fn during<T>(
        &self,
        run: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        tokio::select! {
            finished = run => finished,
            stopped = self.serve() => Err(stopped).context("pass the video on to ffmpeg"),
        }
    }

    async fn serve(&self) -> io::Error {
        let mut connections = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => connections.push(self.answer(stream)),
                    Err(error) => return error,
                },
                // A connection that broke off is ffmpeg's to notice.
                Some(_) = connections.next() => {}
            }
        }
    }

    async fn answer(&self, mut stream: TcpStream) -> anyhow::Result<()> {
        let head = head(&mut stream).await?;
        let Some(range) = wanted(&head, &self.path) else {
            let refusal =
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            return Ok(stream.write_all(refusal.as_bytes()).await?);
        };
        let mut request = self.http.get(&self.source_url);
        if let Some(range) = range {
            request = request.header(header::RANGE, range);
        }
        let answer = request.send().await.map_err(reqwest::Error::without_url)?;
        stream.write_all(head_of(&answer).as_bytes()).await?;
        let mut body = answer.bytes_stream();
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(reqwest::Error::without_url)?;
            let more = bytes.len() as u64;
            if self.served_bytes.fetch_add(more, Ordering::Relaxed) + more > self.most_bytes {
                bail!("too much of the video is read");
            }
            stream.write_all(&bytes).await?;
        }
        Ok(stream.shutdown().await?)
    }
}

/// A request up to its empty line.
async fn head(stream: &mut TcpStream) -> anyhow::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_HEAD_BYTES {
            bail!("the request is too long");
        }
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The range that is asked for, if any, where the request asks for this path.
fn wanted<'a>(head: &'a str, path: &str) -> Option<Option<&'a str>> {
    let mut lines = head.lines();
    let first = lines.next()?;
    let asked = first.strip_prefix("GET ")?.split(' ').next()?;
    let range = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("range"))
        .map(|(_, range)| range.trim());
    (asked == path).then_some(range)
}

/// Of the storage's answer, what ffmpeg needs to find its way in the file.
fn head_of(answer: &Response) -> String {
    let status = answer.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head = format!(
        "HTTP/1.1 {} {reason}\r\nConnection: close\r\n",
        status.as_u16()
    );
    for name in [
        header::CONTENT_LENGTH,
        header::CONTENT_RANGE,
        header::ACCEPT_RANGES,
    ] {
        if let Some(value) = answer
            .headers()
            .get(&name)
            .and_then(|value| value.to_str().ok())
        {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str("\r\n");
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_path_is_served() {
        let head = "GET /secret HTTP/1.1\r\nHost: x\r\nRANGE: bytes=5-\r\n\r\n";
        for (head, expected) in [
            (head, Some(Some("bytes=5-"))),
            ("GET /secret HTTP/1.1\r\n\r\n", Some(None)),
            ("GET / HTTP/1.1\r\n\r\n", None),
            ("GET /secret2 HTTP/1.1\r\n\r\n", None),
            ("PUT /secret HTTP/1.1\r\n\r\n", None),
            ("", None),
        ] {
            assert_eq!(wanted(head, "/secret"), expected, "{head}");
        }
    }
}
