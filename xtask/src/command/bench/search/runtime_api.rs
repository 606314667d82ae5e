//! The side of AWS Lambda that a function talks to, for one invocation, and an empty DynamoDB table.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use anyhow::Result;
use serde_json::Value;

const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const EMPTY_TABLE: &str = r#"{"Responses":{},"UnprocessedKeys":{}}"#;
/// When the invocation must have ended, in milliseconds since 1970: never.
const DEADLINE: &str = "lambda-runtime-deadline-ms: 4102444800000\r\n";

/// What the function did.
#[derive(Debug)]
pub enum Seen {
    /// It asked for an invocation: it has started.
    Ready,
    /// It answered the invocation so.
    Answer(Value),
    /// It said that it failed, or something that nobody here understands.
    Trouble(String),
}

/// The server, on the loopback address, until the program ends.
pub struct RuntimeApi {
    /// Its port.
    pub port: u16,
    /// What the function did, and when.
    pub seen: Receiver<(Seen, Instant)>,
}

/// A request.
struct Request {
    line: String,
    target: Option<String>,
    body: Vec<u8>,
}

impl RuntimeApi {
    /// Starts to listen; every start of a function is given `event`.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start(event: &Value) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (sender, seen) = channel();
        let event = Arc::new(event.to_string());
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (sender, event) = (sender.clone(), Arc::clone(&event));
                std::thread::spawn(move || serve(&connection, &sender, &event));
            }
        });
        Ok(Self { port, seen })
    }
}

/// Answers what comes over a connection, until the other side closes it.
fn serve(connection: &TcpStream, seen: &Sender<(Seen, Instant)>, event: &str) {
    let mut reader = BufReader::new(connection);
    while let Some(request) = read(&mut reader) {
        let now = Instant::now();
        let tell = |what| drop(seen.send((what, now)));
        let path = request.line.split(' ').nth(1).unwrap_or_default();
        let reply = match path.strip_prefix(INVOCATION) {
            Some("next") => {
                tell(Seen::Ready);
                reply(
                    "200 OK",
                    &format!("lambda-runtime-aws-request-id: 1\r\n{DEADLINE}"),
                    event,
                )
            }
            Some(action) if action.ends_with("/response") => {
                let answer = serde_json::from_slice(&request.body).unwrap_or_default();
                tell(Seen::Answer(answer));
                reply("202 Accepted", "", "{}")
            }
            None if request.target.as_deref() == Some("DynamoDB_20120810.BatchGetItem") => {
                reply("200 OK", "", EMPTY_TABLE)
            }
            _ => {
                let body = String::from_utf8_lossy(&request.body);
                tell(Seen::Trouble(format!("{}: {body}", request.line)));
                reply("404 Not Found", "", "{}")
            }
        };
        if (&mut &*connection).write_all(reply.as_bytes()).is_err() {
            return;
        }
    }
}

fn reply(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The next request; none when there is no more.
fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let header = |wanted: &str| {
        lines.iter().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim())
        })
    };
    let length = header("content-length").map_or(Ok(0), str::parse).ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        line: lines.first()?.clone(),
        target: header("x-amz-target").map(str::to_owned),
        body,
    })
}
