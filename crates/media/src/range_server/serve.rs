//! HTTP: connections, status codes, streamed bodies.

use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
};

use bytes::Bytes;
use futures::stream;
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCEPT_RANGES, ALLOW, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE},
};
use http_body_util::{BodyExt, Empty, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{
    blocks::BlockReader,
    request::{Wanted, wanted},
};

/// A block is handed on in pieces of this size, so that the next block is read only when this one is taken.
const PIECE_BYTES: usize = 16 * 1024;
/// What hyper may hold of a response before it waits for the client.
const CONNECTION_BUFFER_BYTES: usize = 16 * 1024;

type BodyError = Box<dyn std::error::Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, BodyError>;

/// Accepts connections until the task is aborted, which ends every connection with it.
pub(super) async fn accept(listener: TcpListener, path: String, reader: Arc<BlockReader>) {
    let path: Arc<str> = path.into();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A failed accept concerns one client that went away.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&path), Arc::clone(&reader)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, path: Arc<str>, reader: Arc<BlockReader>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = respond(&request, &path, &reader);
        async move { Ok::<_, Infallible>(response) }
    });
    let serving = http1::Builder::new()
        .max_buf_size(CONNECTION_BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    // ffmpeg hangs up whenever it seeks; a failing source is kept by the reader.
    if let Err(error) = serving.await {
        tracing::trace!(%error, "loopback connection ended early");
    }
}

fn respond(request: &Request<Incoming>, path: &str, reader: &Arc<BlockReader>) -> Response<Body> {
    reader.counters().requests.fetch_add(1, Ordering::Relaxed);
    if request.uri().path() != path {
        return empty(StatusCode::NOT_FOUND);
    }
    let is_head = request.method() == Method::HEAD;
    if !is_head && request.method() != Method::GET {
        let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
        let methods = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, methods);
        return response;
    }
    let size_bytes = reader.size_bytes();
    let header = request
        .headers()
        .get(RANGE)
        .and_then(|value| value.to_str().ok());
    let (status, start, end) = match wanted(header, size_bytes) {
        Wanted::Whole => (StatusCode::OK, 0, size_bytes),
        Wanted::Part {
            start,
            end_exclusive,
        } => (StatusCode::PARTIAL_CONTENT, start, end_exclusive),
        Wanted::Unsatisfiable => return unsatisfiable(size_bytes),
    };
    let body = if is_head {
        no_body()
    } else {
        streamed(Arc::clone(reader), start, end)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(CONTENT_LENGTH, HeaderValue::from(end - start));
    if status == StatusCode::PARTIAL_CONTENT {
        insert_content_range(
            &mut response,
            &format!("bytes {start}-{}/{size_bytes}", end - 1),
        );
    }
    response
}

fn unsatisfiable(size_bytes: u64) -> Response<Body> {
    let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
    insert_content_range(&mut response, &format!("bytes */{size_bytes}"));
    response
}

fn insert_content_range(response: &mut Response<Body>, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(no_body());
    *response.status_mut() = status;
    response
}

fn no_body() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// What a response has still to hand out.
struct Remaining {
    reader: Arc<BlockReader>,
    position: u64,
    end: u64,
    block: Bytes,
}

fn streamed(reader: Arc<BlockReader>, start: u64, end: u64) -> Body {
    let remaining = Remaining {
        reader,
        position: start,
        end,
        block: Bytes::new(),
    };
    BodyExt::boxed_unsync(StreamBody::new(stream::try_unfold(remaining, next_piece)))
}

async fn next_piece(
    mut remaining: Remaining,
) -> Result<Option<(Frame<Bytes>, Remaining)>, BodyError> {
    let left = remaining.end - remaining.position;
    if left == 0 {
        return Ok(None);
    }
    if remaining.reader.is_closed() {
        return Err("all that was wanted has been read".into());
    }
    if remaining.block.is_empty() {
        let reading = remaining.reader.block_at(remaining.position, remaining.end);
        remaining.block = reading.await?;
    }
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    let length = remaining.block.len().min(PIECE_BYTES).min(left);
    let piece = remaining.block.split_to(length);
    remaining.position += length as u64;
    let served = &remaining.reader.counters().served_bytes;
    served.fetch_add(length as u64, Ordering::Relaxed);
    Ok(Some((Frame::data(piece), remaining)))
}
