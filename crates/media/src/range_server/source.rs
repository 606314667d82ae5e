//! Where the bytes come from.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use bytes::Bytes;

/// An object of known size that can be read by byte range.
#[async_trait]
pub trait RangeSource: Send + Sync {
    /// Reads `start..end_exclusive`, which lies inside the object and is not empty.
    ///
    /// # Errors
    /// [`SourceError::Transient`] when reading again may help, [`SourceError::Permanent`] when it won't.
    async fn read(&self, start: u64, end_exclusive: u64) -> Result<Bytes, SourceError>;

    /// Size of the object in bytes.
    fn size_bytes(&self) -> u64;
}

/// Why a source's bytes could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Reading again may help: a broken connection, throttling, a fault of the store.
    #[error("reading bytes {start}..{end_exclusive} failed")]
    Transient {
        /// First byte asked for.
        start: u64,
        /// First byte not asked for.
        end_exclusive: u64,
        /// The store's error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Reading again won't help: the object is gone, was replaced, or may not be read.
    #[error("the object can't be read any more")]
    Permanent {
        /// The store's error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// More was read than the caller allowed.
    #[error("more than the {limit_bytes} bytes allowed were read from the source")]
    ReadLimit {
        /// The limit.
        limit_bytes: u64,
    },
    /// The source returned fewer or more bytes than it was asked for.
    #[error("the source returned {received_bytes} bytes instead of {expected_bytes}")]
    WrongLength {
        /// Bytes asked for.
        expected_bytes: u64,
        /// Bytes received.
        received_bytes: u64,
    },
}

impl SourceError {
    /// Whether reading again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. } | Self::WrongLength { .. })
    }
}

/// Bytes in memory.
#[derive(Debug, Clone)]
pub struct MemorySource(Bytes);

impl MemorySource {
    /// Serves `bytes`.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }
}

#[async_trait]
impl RangeSource for MemorySource {
    async fn read(&self, start: u64, end_exclusive: u64) -> Result<Bytes, SourceError> {
        let outside = || SourceError::Permanent {
            source: "range outside the bytes".into(),
        };
        let start = usize::try_from(start).map_err(|_| outside())?;
        let end = usize::try_from(end_exclusive).map_err(|_| outside())?;
        if start > end || end > self.0.len() {
            return Err(outside());
        }
        Ok(self.0.slice(start..end))
    }

    fn size_bytes(&self) -> u64 {
        self.0.len() as u64
    }
}

/// A file of this machine, opened once.
#[derive(Debug)]
pub struct FileSource {
    file: Arc<File>,
    path: PathBuf,
    size_bytes: u64,
}

impl FileSource {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// The operating system's error when the file can't be opened.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = File::open(path.as_ref())?;
        let size_bytes = file.metadata()?.len();
        Ok(Self {
            file: Arc::new(file),
            path: path.as_ref().to_owned(),
            size_bytes,
        })
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[async_trait]
impl RangeSource for FileSource {
    async fn read(&self, start: u64, end_exclusive: u64) -> Result<Bytes, SourceError> {
        let file = Arc::clone(&self.file);
        let length = usize::try_from(end_exclusive.saturating_sub(start)).map_err(permanent)?;
        let reading = tokio::task::spawn_blocking(move || {
            let mut buffer = vec![0; length];
            file.read_exact_at(&mut buffer, start)?;
            Ok::<_, io::Error>(Bytes::from(buffer))
        });
        reading.await.map_err(permanent)?.map_err(permanent)
    }

    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

fn permanent(source: impl std::error::Error + Send + Sync + 'static) -> SourceError {
    SourceError::Permanent {
        source: Box::new(source),
    }
}
