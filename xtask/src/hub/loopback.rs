//! A server on this machine that answers as a test tells it to.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Hub, Patience, request};

/// Listens until the test program ends.
pub struct Server {
    /// `http://127.0.0.1:PORT`
    pub address: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

/// A request, as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub body: String,
    headers: Vec<(String, String)>,
}

/// What is answered.
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    sent_bytes: usize,
}

impl Request {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(found, _)| found == name);
        header.map(|(_, value)| value.as_str())
    }
}

impl Reply {
    pub fn new(status: u16, body: &[u8]) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_vec(),
            sent_bytes: body.len(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Says the length of the whole body and hangs up after this much of it.
    pub fn broken_after(mut self, bytes: usize) -> Self {
        self.sent_bytes = bytes;
        self
    }

    /// What a server of files does with a file: the whole of it, or the range asked for unless the file has
    /// another mark by now.
    pub fn file(request: &Request, content: &[u8], etag: &str) -> Self {
        let is_current = request.header("if-range").is_none_or(|mark| mark == etag);
        let start = request
            .header("range")
            .filter(|_| is_current)
            .map(|range| range["bytes=".len()..].trim_end_matches('-'))
            .map(|start| start.parse::<usize>().unwrap());
        let total = content.len();
        match start {
            None => Self::new(200, content),
            Some(start) if start < total => Self::new(206, &content[start..]).with(
                "content-range",
                &format!("bytes {start}-{}/{total}", total - 1),
            ),
            Some(_) => Self::new(416, b"").with("content-range", &format!("bytes */{total}")),
        }
        .with("etag", etag)
    }
}

impl Hub {
    /// A client of a server on this machine, with the token `secret` and little patience.
    pub fn on(server: &Server) -> Self {
        Self::at(server.address.clone())
    }

    /// A client of a server that is not there.
    pub fn out_of_reach() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        Self::at(address)
    }

    fn at(endpoint: String) -> Self {
        Self {
            endpoint,
            token: Some("secret".to_owned()),
            agent: request::agent(None),
            patience: Patience {
                attempts: 3,
                first_attempts: 2,
                first_pause: Duration::from_millis(1),
                longest_pause: Duration::from_millis(50),
            },
            is_reached: Cell::new(false),
            bars: false,
        }
    }
}

impl Server {
    /// Starts a server; `answer` is given every request and how many came before it.
    pub fn start(answer: impl Fn(&Request, usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let connection = connection.unwrap();
                let request = read(&connection);
                let mut noted = noted.lock().unwrap();
                let before = noted.len();
                noted.push(request.clone());
                drop(noted);
                write(connection, &answer(&request, before));
            }
        });
        Self { address, seen }
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

fn read(connection: &TcpStream) -> Request {
    let mut reader = BufReader::new(connection);
    let mut lines = reader
        .by_ref()
        .lines()
        .map(|line| line.unwrap())
        .take_while(|line| !line.is_empty());
    let first = lines.next().unwrap();
    let path = first.split(' ').nth(1).unwrap().to_owned();
    let headers: Vec<(String, String)> = lines
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        })
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    Request {
        path,
        body: String::from_utf8(body).unwrap(),
        headers,
    }
}

fn write(mut connection: TcpStream, reply: &Reply) {
    let mut head = format!(
        "HTTP/1.1 {} Something\r\nconnection: close\r\ncontent-length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    // A client that has seen enough may have gone.
    let _ = connection.write_all(head.as_bytes());
    let _ = connection.write_all(&reply.body[..reply.sent_bytes]);
}
