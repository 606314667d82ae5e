//! A scripted server on loopback that stands for the API and for the storage, and runs of the command.

use std::{
    collections::{HashMap, VecDeque},
    path::Path,
    process::Output,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode},
};
use serde_json::{Value, json};

/// The token that every run sends and none may print.
pub const TOKEN: &str = "token-that-is-secret";
pub const ID: &str = "0192f0c1-2b3c-7d4e-8f50-112233445566";

/// An answer of the script.
#[derive(Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    act: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// An answer with a JSON document, or with any text.
pub fn reply(status: u16, body: impl ToString) -> Reply {
    Reply {
        status,
        headers: Vec::new(),
        body: body.to_string().into(),
        act: None,
    }
}

/// An answer with bytes, of which ranges may be asked for.
pub fn file_reply(body: impl Into<Bytes>) -> Reply {
    let headers = vec![("accept-ranges", "bytes".to_owned())];
    Reply {
        status: 200,
        headers,
        body: body.into(),
        act: None,
    }
}

pub fn problem(status: u16, detail: &str) -> Reply {
    let title = "Refused";
    reply(
        status,
        json!({"type": "about:blank", "title": title, "status": status, "detail": detail}),
    )
}

impl Reply {
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// What happens before this is answered.
    pub fn after(mut self, act: impl Fn() + Send + Sync + 'static) -> Self {
        self.act = Some(Arc::new(act));
        self
    }
}

/// A request as it arrived.
#[derive(Clone)]
pub struct Seen {
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn has_token(&self) -> bool {
        let value = self.headers.get("authorization");
        value.is_some_and(|value| value.to_str().unwrap() == format!("Bearer {TOKEN}"))
    }
}

#[derive(Default)]
struct Script {
    replies: HashMap<String, VecDeque<Reply>>,
    seen: Vec<Seen>,
}

pub struct Server {
    pub url: String,
    /// What runs against this server remember.
    pub state: tempfile::TempDir,
    script: Arc<Mutex<Script>>,
}

impl Server {
    pub async fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let state = tempfile::tempdir().unwrap();
        Self { url, state, script }
    }

    /// Answers `METHOD /path` (without its query) with these, one after the other; the last is repeated.
    pub fn on(&self, target: &str, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.script
            .lock()
            .unwrap()
            .replies
            .insert(target.to_owned(), replies.into_iter().collect());
        self
    }

    /// Requests to `METHOD /path`, in order.
    pub fn seen(&self, target: &str) -> Vec<Seen> {
        let is_it = |seen: &&Seen| seen.target.split('?').next() == Some(target);
        self.script
            .lock()
            .unwrap()
            .seen
            .iter()
            .filter(is_it)
            .cloned()
            .collect()
    }

    pub fn targets(&self) -> Vec<String> {
        self.script
            .lock()
            .unwrap()
            .seen
            .iter()
            .map(|seen| seen.target.clone())
            .collect()
    }

    /// Runs the command against this server.
    pub async fn run(&self, arguments: &[&str]) -> Run {
        run_in(Path::new("."), &self.variables(), arguments).await
    }

    /// What a run against this server has in its environment.
    pub fn variables(&self) -> [(&str, &str); 3] {
        [
            ("VINDEX_API_URL", &self.url),
            ("VINDEX_TOKEN", TOKEN),
            ("XDG_STATE_HOME", self.state.path().to_str().unwrap()),
        ]
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    request: Request,
) -> Response<axum::body::Body> {
    let (parts, body) = request.into_parts();
    let path = format!("{} {}", parts.method, parts.uri.path());
    let query = parts
        .uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let range = parts.headers.get("range");
    let range = range.map(|value| value.to_str().unwrap().to_owned());
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let mut script = script.lock().unwrap();
    script.seen.push(Seen {
        target: format!("{path}{query}"),
        headers: parts.headers,
        body,
    });
    let replies = script.replies.get_mut(&path);
    let reply = replies.map(|replies| {
        if replies.len() > 1 {
            replies.pop_front()
        } else {
            replies.front().cloned()
        }
    });
    let reply = reply
        .flatten()
        .unwrap_or_else(|| problem(404, &format!("the script has no {path}")));
    if let Some(act) = &reply.act {
        act();
    }
    let reply = in_range(reply, range.as_deref());
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap());
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(reply.body.into()).unwrap()
}

/// What `bytes=FROM-` or `bytes=FROM-TO` asks for, of files only.
fn in_range(mut reply: Reply, range: Option<&str>) -> Reply {
    let is_file = reply
        .headers
        .iter()
        .any(|(name, _)| *name == "accept-ranges");
    let span = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    if let (true, Some((from, to))) = (is_file, span) {
        let length = reply.body.len();
        let from: usize = from.parse().unwrap();
        let to = to
            .parse::<usize>()
            .map_or(length, |last| last + 1)
            .min(length);
        let value = format!("bytes {from}-{}/{length}", to - 1);
        reply = reply.header("content-range", value);
        reply.status = 206;
        reply.body = reply.body.slice(from..to);
    }
    reply
}

/// How a run ended.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Standard output as JSON, a document a line.
    pub fn documents(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[track_caller]
    pub fn expect(&self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        assert!(
            self.stderr.contains(words) || self.stdout.contains(words),
            "{}{}",
            self.stdout,
            self.stderr
        );
    }
}

/// Runs the command in a folder with nothing of vindex in its environment but what is given.
pub async fn run_in(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_vindex"));
    command
        .env_remove("VINDEX_API_URL")
        .env_remove("VINDEX_TOKEN")
        .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .envs(variables.iter().copied());
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .args(arguments)
        .current_dir(folder)
        .output()
        .await
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let run = Run {
        code: status.code().unwrap(),
        stdout: text(stdout),
        stderr: text(stderr),
    };
    assert!(
        !run.stdout.contains(TOKEN) && !run.stderr.contains(TOKEN),
        "the token was printed"
    );
    run
}

/// A video of the API.
pub fn video(status: &str) -> Value {
    let failed = status == "FAILED";
    let error =
        json!({"name": "NotMedia", "message": "the bytes are no video", "state": "ProbeMedia"});
    json!({
        "video_id": ID, "title": "A film", "file_name": "a film.mp4", "tags": [], "created_by": "me",
        "origin": "upload", "status": status, "serving_generation": null, "duration_ms": 61_000,
        "size_bytes": 10, "language": null, "channels": [], "chunks_done": 0, "chunks_total": 1, "warnings": [],
        "error": if failed { error } else { Value::Null },
        "created_at": "2026-11-24T10:00:00Z", "updated_at": "2026-11-24T10:00:00Z",
    })
}
