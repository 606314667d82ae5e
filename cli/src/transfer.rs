//! Bytes of files to presigned addresses, streamed: memory does not grow with the file.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use futures::{Stream, stream};
use indicatif::ProgressBar;
use reqwest::{Response, StatusCode, header};
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};

use crate::backoff::Backoff;

const ATTEMPTS: u32 = 5;
const READ_BYTES: usize = 64 * 1024;

/// A stretch of a file.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The file.
    pub path: PathBuf,
    /// Its first byte.
    pub offset_bytes: u64,
    /// How many bytes.
    pub length_bytes: u64,
}

/// Why bytes did not arrive.
pub enum TransferError {
    /// The address is not, or no longer, accepted.
    Refused(anyhow::Error),
    /// The storage does not know the upload, or no longer.
    Unknown(anyhow::Error),
    /// Anything else, after some attempts.
    Failed(anyhow::Error),
}

impl From<TransferError> for anyhow::Error {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Refused(error)
            | TransferError::Unknown(error)
            | TransferError::Failed(error) => error,
        }
    }
}

/// Puts a stretch of a file to a presigned address and answers the entity tag.
///
/// Network errors and the server's faults are tried again, from the stretch's first byte.
///
/// # Errors
/// [`TransferError`]
pub async fn put(
    http: &reqwest::Client,
    url: &str,
    headers: &BTreeMap<String, String>,
    stretch: &Stretch,
    bar: &ProgressBar,
) -> Result<Option<String>, TransferError> {
    let mut backoff = Backoff::new(ATTEMPTS);
    loop {
        let sent = Arc::new(AtomicU64::new(0));
        let body = bytes_of(stretch.clone(), Arc::clone(&sent), bar.clone());
        let mut request = http
            .put(url)
            .header(header::CONTENT_LENGTH, stretch.length_bytes);
        for (name, value) in headers
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"))
        {
            request = request.header(name, value);
        }
        let error = match request.body(reqwest::Body::wrap_stream(body)).send().await {
            Ok(answer) if answer.status().is_success() => return Ok(entity_tag(&answer)),
            Ok(answer) => match said(answer).await {
                (StatusCode::FORBIDDEN, error) => return Err(TransferError::Refused(error)),
                (StatusCode::NOT_FOUND, error) => return Err(TransferError::Unknown(error)),
                (status, error)
                    if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT =>
                {
                    return Err(TransferError::Failed(error));
                }
                (_, error) => error,
            },
            Err(error) => anyhow!(error.without_url()),
        };
        // What was counted is sent again.
        bar.set_position(bar.position().saturating_sub(sent.load(Ordering::Relaxed)));
        if !backoff.wait().await {
            return Err(TransferError::Failed(
                error.context("the storage did not take the bytes"),
            ));
        }
    }
}

fn entity_tag(answer: &Response) -> Option<String> {
    let value = answer.headers().get(header::ETAG)?;
    value.to_str().ok().map(str::to_owned)
}

/// S3 answers in XML.
async fn said(answer: Response) -> (StatusCode, anyhow::Error) {
    let status = answer.status();
    let body = answer.text().await.unwrap_or_default();
    let element = |name: &str| {
        let from = body.split_once(&format!("<{name}>"))?.1;
        Some(from.split_once(&format!("</{name}>"))?.0)
    };
    let words = [element("Code"), element("Message")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(": ");
    (status, anyhow!("the storage answered {status} {words}"))
}

/// The bytes of a stretch, counted as they leave. A file that became shorter is an error.
fn bytes_of(
    stretch: Stretch,
    sent: Arc<AtomicU64>,
    bar: ProgressBar,
) -> impl Stream<Item = anyhow::Result<Bytes>> + Send + 'static {
    stream::try_unfold(
        (stretch, None, 0_u64),
        move |(stretch, file, done_bytes)| {
            let (sent, bar) = (Arc::clone(&sent), bar.clone());
            async move {
                let left_bytes = stretch.length_bytes - done_bytes;
                if left_bytes == 0 {
                    return Ok(None);
                }
                let mut file = match file {
                    Some(file) => file,
                    None => opened(&stretch).await?,
                };
                let wanted = usize::try_from(left_bytes)
                    .unwrap_or(READ_BYTES)
                    .min(READ_BYTES);
                let mut buffer = vec![0; wanted];
                let count = file.read(&mut buffer).await?;
                if count == 0 {
                    bail!(
                        "{} became shorter while it was read",
                        stretch.path.display()
                    );
                }
                buffer.truncate(count);
                sent.fetch_add(count as u64, Ordering::Relaxed);
                bar.inc(count as u64);
                Ok(Some((
                    Bytes::from(buffer),
                    (stretch, Some(file), done_bytes + count as u64),
                )))
            }
        },
    )
}

async fn opened(stretch: &Stretch) -> anyhow::Result<tokio::fs::File> {
    let name = || format!("open {}", stretch.path.display());
    let mut file = tokio::fs::File::open(&stretch.path)
        .await
        .with_context(name)?;
    file.seek(SeekFrom::Start(stretch.offset_bytes))
        .await
        .with_context(name)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    async fn read(stretch: Stretch) -> anyhow::Result<Vec<u8>> {
        let stream = bytes_of(stretch, Arc::default(), ProgressBar::hidden());
        let pieces: Vec<Bytes> = stream.try_collect().await?;
        Ok(pieces.concat())
    }

    #[tokio::test]
    async fn a_stretch_is_read_exactly_and_a_shortened_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let content: Vec<u8> = (0..200_000_u32).map(|number| number as u8).collect();
        std::fs::write(&path, &content).unwrap();
        let stretch = Stretch {
            path,
            offset_bytes: 10,
            length_bytes: 150_000,
        };
        assert_eq!(read(stretch.clone()).await.unwrap(), content[10..150_010]);
        let too_long = Stretch {
            length_bytes: 200_000,
            ..stretch
        };
        assert!(
            read(too_long)
                .await
                .unwrap_err()
                .to_string()
                .contains("shorter")
        );
    }
}
