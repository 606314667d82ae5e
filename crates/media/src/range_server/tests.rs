use std::sync::{Mutex, atomic::AtomicU32};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;

fn counted_bytes(length: usize) -> Bytes {
    (0..length).map(|index| (index % 251) as u8).collect()
}

#[tokio::test]
async fn with_a_spool_nothing_is_read_twice() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ReadSettings {
        cache_bytes: 0,
        spool_folder: Some(folder.path().to_owned()),
        spool_bytes: 1_000_000,
        ..ReadSettings::default()
    };
    let server = server(400_000, settings).await;
    for _ in 0..2 {
        let (_, body) = get(&server, "Range: bytes=1000-\r\n").await;
        assert_eq!(body, counted_bytes(400_000)[1000..]);
    }
    assert_eq!(server.stats().source_bytes, 399_000);
}

async fn server(length: usize, settings: ReadSettings) -> RangeServer {
    let source = Arc::new(MemorySource::new(counted_bytes(length)));
    RangeServer::start(source, settings).await.unwrap()
}

/// Host and path of a server's URL.
fn address(server: &RangeServer) -> (&str, &str) {
    let rest = server.url().strip_prefix("http://").unwrap();
    let slash = rest.find('/').unwrap();
    rest.split_at(slash)
}

async fn request(server: &RangeServer, method: &str, path: &str, header: &str) -> TcpStream {
    let (host, _) = address(server);
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Head and body of a whole response.
async fn response(
    server: &RangeServer,
    method: &str,
    path: &str,
    header: &str,
) -> (String, Vec<u8>) {
    let mut stream = request(server, method, path, header).await;
    let mut bytes = Vec::new();
    // A body that is cut short ends the connection with an error; what came is what counts.
    let _ = stream.read_to_end(&mut bytes).await;
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return (String::new(), Vec::new());
    };
    let head = String::from_utf8(bytes[..end].to_vec())
        .unwrap()
        .to_lowercase();
    (head, bytes[end + 4..].to_vec())
}

async fn get(server: &RangeServer, header: &str) -> (String, Vec<u8>) {
    let path = address(server).1.to_owned();
    response(server, "GET", &path, header).await
}

#[tokio::test]
async fn whole_and_partial_bodies_are_served() {
    let settings = ReadSettings {
        smallest_block_bytes: 1000,
        ..ReadSettings::default()
    };
    let server = server(300_000, settings).await;
    let all = counted_bytes(300_000);
    let (head, body) = get(&server, "").await;
    assert!(
        head.starts_with("http/1.1 200") && head.contains("accept-ranges: bytes"),
        "{head}"
    );
    assert_eq!(body, all);
    let (head, body) = get(&server, "Range: bytes=70000-200000\r\n").await;
    assert!(head.starts_with("http/1.1 206"), "{head}");
    assert!(
        head.contains("content-range: bytes 70000-200000/300000"),
        "{head}"
    );
    assert_eq!(body, all[70_000..=200_000]);
    let (head, body) = get(&server, "Range: bytes=299999-\r\n").await;
    assert!(head.contains("content-length: 1"), "{head}");
    assert_eq!(body, all[299_999..]);
}

#[tokio::test]
async fn everything_else_is_refused() {
    let server = server(100, ReadSettings::default()).await;
    let path = address(&server).1.to_owned();
    let (head, _) = get(&server, "Range: bytes=100-\r\n").await;
    assert!(
        head.starts_with("http/1.1 416") && head.contains("bytes */100"),
        "{head}"
    );
    let (head, body) = response(&server, "GET", "/", "").await;
    assert!(
        head.starts_with("http/1.1 404") && body.is_empty(),
        "{head}"
    );
    let (head, _) = response(&server, "DELETE", &path, "").await;
    assert!(head.starts_with("http/1.1 405"), "{head}");
    assert_eq!(server.stats().source_bytes, 0);
    let (head, body) = response(&server, "HEAD", &path, "").await;
    assert!(
        head.contains("content-length: 100") && body.is_empty(),
        "{head}"
    );
}

#[tokio::test]
async fn a_client_that_hangs_up_costs_little() {
    let size = 64 * 1024 * 1024;
    let server = server(size, ReadSettings::default()).await;
    let path = address(&server).1.to_owned();
    let mut stream = request(&server, "GET", &path, "Range: bytes=0-\r\n").await;
    let mut some = vec![0; 100_000];
    stream.read_exact(&mut some).await.unwrap();
    // The rest of the response waits for this client, however long it takes.
    wait_until_steady(&server).await;
    drop(stream);
    let read = server.stats().source_bytes;
    assert!(read < 10 * 1024 * 1024, "{read} bytes read for 100,000");
}

async fn wait_until_steady(server: &RangeServer) {
    let mut before = server.stats();
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = server.stats();
        if now == before {
            return;
        }
        before = now;
    }
}

#[tokio::test]
async fn going_back_a_little_reads_nothing_again() {
    let server = server(200_000, ReadSettings::default()).await;
    get(&server, "Range: bytes=0-99999\r\n").await;
    let before = server.stats();
    let (_, body) = get(&server, "Range: bytes=5000-5999\r\n").await;
    assert_eq!(body, counted_bytes(200_000)[5000..6000]);
    assert_eq!(server.stats().source_reads, before.source_reads);
}

#[tokio::test]
async fn reading_towards_what_is_cached_stops_there() {
    let server = server(200_000, ReadSettings::default()).await;
    get(&server, "Range: bytes=100000-149999\r\n").await;
    let (_, body) = get(&server, "").await;
    assert_eq!(body, counted_bytes(200_000));
    assert_eq!(server.stats().source_bytes, 200_000);
}

#[tokio::test]
async fn what_each_run_begins_with_is_read_once() {
    let settings = ReadSettings {
        smallest_block_bytes: 10_000,
        cache_bytes: 100_000,
        ..ReadSettings::default()
    };
    let server = server(400_000, settings).await;
    for far in ["100000-119999", "200000-299999", "300000-319999"] {
        get(&server, "Range: bytes=0-19999\r\n").await;
        get(&server, &format!("Range: bytes={far}\r\n")).await;
        server.gate().reopen();
    }
    assert_eq!(server.stats().source_bytes, 20_000 + 140_000);
}

/// Fails the first reads.
struct Flaky {
    failures_left: AtomicU32,
    is_transient: bool,
    reads: Mutex<Vec<(u64, u64)>>,
}

impl Flaky {
    fn new(failures: u32, is_transient: bool) -> Arc<Self> {
        Arc::new(Self {
            failures_left: AtomicU32::new(failures),
            is_transient,
            reads: Mutex::default(),
        })
    }
}

#[async_trait]
impl RangeSource for Flaky {
    async fn read(&self, start: u64, end_exclusive: u64) -> Result<Bytes, SourceError> {
        self.reads.lock().unwrap().push((start, end_exclusive));
        let fails = self
            .failures_left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok();
        match (fails, self.is_transient) {
            (false, _) => Ok(Bytes::from(vec![7; (end_exclusive - start) as usize])),
            (true, true) => Err(SourceError::Transient {
                start,
                end_exclusive,
                source: "slow down".into(),
            }),
            (true, false) => Err(SourceError::Permanent {
                source: "gone".into(),
            }),
        }
    }

    fn size_bytes(&self) -> u64 {
        1000
    }
}

fn impatient() -> ReadSettings {
    ReadSettings {
        attempts: 3,
        first_backoff: Duration::from_millis(1),
        ..ReadSettings::default()
    }
}

#[tokio::test]
async fn transient_failures_are_tried_again() {
    let source = Flaky::new(2, true);
    let server = RangeServer::start(source.clone(), impatient())
        .await
        .unwrap();
    let (_, body) = get(&server, "").await;
    assert_eq!(body, vec![7; 1000]);
    assert!(server.failure().is_none());
    assert_eq!(source.reads.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn lasting_failures_are_kept_for_the_caller() {
    let source = Flaky::new(100, true);
    let server = RangeServer::start(source.clone(), impatient())
        .await
        .unwrap();
    let (_, body) = get(&server, "").await;
    assert!(body.is_empty());
    assert!(server.failure().unwrap().is_transient());
    assert_eq!(source.reads.lock().unwrap().len(), 3);

    let source = Flaky::new(100, false);
    let server = RangeServer::start(source.clone(), impatient())
        .await
        .unwrap();
    get(&server, "").await;
    assert!(!server.failure().unwrap().is_transient());
    assert_eq!(source.reads.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn reading_stops_at_the_cap() {
    let settings = ReadSettings {
        max_source_bytes: 50_000,
        smallest_block_bytes: 20_000,
        ..ReadSettings::default()
    };
    let server = server(100_000, settings).await;
    let (_, body) = get(&server, "").await;
    assert!(body.len() <= 40_000, "{} bytes", body.len());
    assert_eq!(server.stats().source_bytes, 40_000);
    let failure = server.failure().unwrap();
    assert!(
        matches!(
            *failure,
            SourceError::ReadLimit {
                limit_bytes: 50_000
            }
        ),
        "{failure}"
    );
}

#[tokio::test]
async fn dropping_the_server_ends_everything() {
    let server = server(64 * 1024 * 1024, ReadSettings::default()).await;
    let path = address(&server).1.to_owned();
    let host = address(&server).0.to_owned();
    let mut stream = request(&server, "GET", &path, "").await;
    drop(server);
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.len() < 64 * 1024 * 1024);
    assert!(TcpStream::connect(host).await.is_err());
}
