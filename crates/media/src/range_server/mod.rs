//! One object's bytes on one loopback URL, for ffmpeg to read by range.
//!
//! Reads follow what the client takes: an open-ended range costs nothing beyond what was consumed plus one block,
//! and blocks start small and grow with what was read in sequence. Recently read blocks are kept, so the
//! jumps between a container's head and its index are not paid for twice, nor is what several runs of
//! ffmpeg read; with a spool nothing is read twice.

mod blocks;
mod cache;
mod request;
mod serve;
mod source;
mod spool;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};
use uuid::Uuid;

use self::blocks::BlockReader;
pub use self::source::{FileSource, MemorySource, RangeSource, SourceError};

/// The kernel takes this much of a response beyond what ffmpeg has read; more would be read from the source in vain.
const SOCKET_SEND_BUFFER_BYTES: u32 = 32 * 1024;

/// How much is read from a source, and how hard it is tried.
#[derive(Debug, Clone)]
pub struct ReadSettings {
    /// The server reads at most this many bytes from the source over its whole life.
    pub max_source_bytes: u64,
    /// Size of the first block after a jump.
    pub smallest_block_bytes: u64,
    /// Size that blocks grow to when a long stretch is read. On average half of one is read in vain.
    pub largest_block_bytes: u64,
    /// Recently read blocks, and those that several runs have read, are kept up to this many bytes.
    pub cache_bytes: u64,
    /// Where all else that was read is kept, in a file that has no name; `None`: nowhere.
    pub spool_folder: Option<PathBuf>,
    /// Size of that file at most.
    pub spool_bytes: u64,
    /// Attempts for one read, the first included.
    pub attempts: u32,
    /// Wait before the second attempt; doubled for each further one.
    pub first_backoff: Duration,
}

impl Default for ReadSettings {
    fn default() -> Self {
        Self {
            max_source_bytes: u64::MAX,
            smallest_block_bytes: 64 * 1024,
            largest_block_bytes: 1024 * 1024,
            cache_bytes: 14 * 1024 * 1024,
            spool_folder: None,
            spool_bytes: 0,
            attempts: 4,
            first_backoff: Duration::from_millis(100),
        }
    }
}

/// What a server has read and served so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadStats {
    /// Bytes read from the source.
    pub source_bytes: u64,
    /// Reads made of the source, repeated ones included.
    pub source_reads: u64,
    /// HTTP requests answered.
    pub requests: u64,
    /// Bytes handed to clients.
    pub served_bytes: u64,
}

/// Serves one source on `http://127.0.0.1:{port}/{random}` until it is dropped.
#[derive(Debug)]
pub struct RangeServer {
    url: String,
    reader: Arc<BlockReader>,
    accepting: JoinHandle<()>,
}

impl RangeServer {
    /// Binds a free loopback port and starts serving.
    ///
    /// # Errors
    /// The operating system's error when no port can be bound.
    pub async fn start(source: Arc<dyn RangeSource>, settings: ReadSettings) -> io::Result<Self> {
        let listener = bind()?;
        let address = listener.local_addr()?;
        let path = format!("/{}", Uuid::new_v4());
        let url = format!("http://{address}{path}");
        let reader = Arc::new(BlockReader::new(source, settings)?);
        let accepting = tokio::spawn(serve::accept(listener, path, Arc::clone(&reader)));
        Ok(Self {
            url,
            reader,
            accepting,
        })
    }

    /// The one URL that is served.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Size of the object in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.reader.size_bytes()
    }

    /// The first failure of the source that no retry cured, if any: then what ffmpeg says about the file means
    /// nothing.
    #[must_use]
    pub fn failure(&self) -> Option<Arc<SourceError>> {
        self.reader.failure()
    }

    /// Counters so far.
    #[must_use]
    pub fn stats(&self) -> ReadStats {
        let counters = self.reader.counters();
        ReadStats {
            source_bytes: counters.source_bytes.load(Ordering::Relaxed),
            source_reads: counters.source_reads.load(Ordering::Relaxed),
            requests: counters.requests.load(Ordering::Relaxed),
            served_bytes: counters.served_bytes.load(Ordering::Relaxed),
        }
    }

    /// Reads the start of the object, at most `length` bytes, through the same counters and retries.
    ///
    /// # Errors
    /// The source's error after the last attempt.
    pub async fn read_head(&self, length: u64) -> Result<Bytes, Arc<SourceError>> {
        let end = length.min(self.size_bytes());
        if end == 0 {
            return Ok(Bytes::new());
        }
        let block = self.reader.block_at(0, end).await?;
        Ok(block.slice(..block.len().min(usize::try_from(end).unwrap_or(usize::MAX))))
    }

    pub(crate) fn gate(&self) -> SourceGate {
        SourceGate(Arc::clone(&self.reader))
    }
}

impl Drop for RangeServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Watches a server's traffic and can close its source, from another thread.
#[derive(Clone)]
pub(crate) struct SourceGate(Arc<BlockReader>);

impl SourceGate {
    pub(crate) fn served_bytes(&self) -> u64 {
        self.0.counters().served_bytes.load(Ordering::Relaxed)
    }

    /// Hangs up on clients, once all that was wanted has been read: ffmpeg takes it for the end of the input and
    /// finishes its outputs.
    pub(crate) fn close(&self) {
        self.0.close();
    }

    /// Undoes [`SourceGate::close`].
    pub(crate) fn reopen(&self) {
        self.0.reopen();
    }
}

fn bind() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_send_buffer_size(SOCKET_SEND_BUFFER_BYTES)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    socket.listen(16)
}

#[cfg(test)]
mod tests;
