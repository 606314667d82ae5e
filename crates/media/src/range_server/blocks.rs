//! Reads a source in blocks: retried, counted, capped and kept for a while.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use tokio::time::sleep;

use super::{RangeSource, ReadSettings, SourceError, cache::BlockCache, spool::Spool};

/// A block is at most this fraction of what has been read in sequence before it, so that little is wasted when the
/// client hangs up.
const GROWTH_DIVISOR: u64 = 8;
/// A read that starts this close to the end of the one before continues its sequence: clients that take two streams
/// jump a little between them.
const SEQUENCE_GAP_BYTES: u64 = 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) source_bytes: AtomicU64,
    pub(super) source_reads: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) served_bytes: AtomicU64,
}

/// What has been read without a large jump.
#[derive(Default)]
struct Sequence {
    end: u64,
    bytes: u64,
}

pub(super) struct BlockReader {
    source: Arc<dyn RangeSource>,
    settings: ReadSettings,
    counters: Counters,
    cache: Mutex<BlockCache>,
    spool: Option<Mutex<Spool>>,
    sequence: Mutex<Sequence>,
    failure: Mutex<Option<Arc<SourceError>>>,
    closed: AtomicBool,
}

impl fmt::Debug for BlockReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BlockReader")
            .field("settings", &self.settings)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

impl BlockReader {
    /// # Errors
    /// No file can be made in the spool's folder.
    pub(super) fn new(source: Arc<dyn RangeSource>, settings: ReadSettings) -> io::Result<Self> {
        let cache = BlockCache::new(settings.cache_bytes);
        let spool = settings
            .spool_folder
            .as_deref()
            .map(|folder| Spool::new(folder, settings.spool_bytes))
            .transpose()?;
        Ok(Self {
            source,
            settings,
            counters: Counters::default(),
            cache: Mutex::new(cache),
            spool: spool.map(Mutex::new),
            sequence: Mutex::default(),
            failure: Mutex::default(),
            closed: AtomicBool::new(false),
        })
    }

    pub(super) fn size_bytes(&self) -> u64 {
        self.source.size_bytes()
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(super) fn failure(&self) -> Option<Arc<SourceError>> {
        lock(&self.failure).clone()
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Lets clients read again: the next run begins.
    pub(super) fn reopen(&self) {
        self.closed.store(false, Ordering::Relaxed);
        lock(&self.cache).begin_run();
    }

    /// Bytes from `position` on, at least one. What is read now ends at `end`; what was kept may go on.
    pub(super) async fn block_at(
        &self,
        position: u64,
        end: u64,
    ) -> Result<Bytes, Arc<SourceError>> {
        let end = {
            let mut cache = lock(&self.cache);
            if let Some(block) = cache.at(position) {
                return Ok(block);
            }
            end.min(cache.next_start(position))
        };
        let end = match self.spool.as_ref().map(lock) {
            Some(spool) => match spool.at(position) {
                Some(block) => return Ok(block),
                None => end.min(spool.next_start(position)),
            },
            None => end,
        };
        let block_end = self.block_end(position).min(end);
        let block = self.read_with_retries(position, block_end).await;
        match block {
            Ok(block) => {
                lock(&self.cache).insert(position, block.clone());
                if let Some(spool) = &self.spool {
                    lock(spool).insert(position, &block);
                }
                Ok(block)
            }
            Err(error) => {
                let error = Arc::new(error);
                lock(&self.failure).get_or_insert_with(|| Arc::clone(&error));
                Err(error)
            }
        }
    }

    /// Where the next block ends, by what was read before it.
    fn block_end(&self, position: u64) -> u64 {
        let smallest = self.settings.smallest_block_bytes.max(1);
        let largest = self.settings.largest_block_bytes.max(smallest);
        let mut sequence = lock(&self.sequence);
        if sequence.end.abs_diff(position) > SEQUENCE_GAP_BYTES {
            sequence.bytes = 0;
        }
        let length = (sequence.bytes / GROWTH_DIVISOR).clamp(smallest, largest);
        sequence.bytes = sequence.bytes.saturating_add(length);
        sequence.end = position.saturating_add(length);
        sequence.end
    }

    async fn read_with_retries(&self, start: u64, end: u64) -> Result<Bytes, SourceError> {
        let mut backoff = self.settings.first_backoff;
        let mut attempt = 1;
        loop {
            let error = match self.read_once(start, end).await {
                Ok(block) => return Ok(block),
                Err(error) => error,
            };
            if !error.is_transient() || attempt >= self.settings.attempts {
                return Err(error);
            }
            tracing::debug!(attempt, start, end, %error, "reading the source again");
            sleep(backoff).await;
            backoff *= 2;
            attempt += 1;
        }
    }

    async fn read_once(&self, start: u64, end: u64) -> Result<Bytes, SourceError> {
        let expected_bytes = end - start;
        let limit_bytes = self.settings.max_source_bytes;
        let before = self
            .counters
            .source_bytes
            .fetch_add(expected_bytes, Ordering::Relaxed);
        if before.saturating_add(expected_bytes) > limit_bytes {
            self.counters
                .source_bytes
                .fetch_sub(expected_bytes, Ordering::Relaxed);
            return Err(SourceError::ReadLimit { limit_bytes });
        }
        self.counters.source_reads.fetch_add(1, Ordering::Relaxed);
        let block = self.source.read(start, end).await?;
        let received_bytes = block.len() as u64;
        if received_bytes != expected_bytes {
            return Err(SourceError::WrongLength {
                expected_bytes,
                received_bytes,
            });
        }
        Ok(block)
    }
}

/// A panic elsewhere leaves these values whole: each is changed in one step.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
