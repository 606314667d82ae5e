//! How long a new process of the function `search` takes to its first answer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::runtime_api::{RuntimeApi, Seen};
use crate::aws;
use crate::process::end_with_this_program;

const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// Everything that is needed to run the function.
pub struct Function {
    /// Its program.
    pub program: PathBuf,
    /// Folder of the models.
    pub models: PathBuf,
    /// ONNX Runtime's library.
    pub onnxruntime: PathBuf,
    /// How the functions have memory given back.
    pub environment: BTreeMap<String, String>,
}

/// One start.
#[derive(Debug, Clone, Copy)]
pub struct ColdStart {
    /// From the start of the process until it asks for an invocation.
    pub ready: Duration,
    /// From then on until it has answered a search.
    pub answer: Duration,
}

impl Function {
    /// Starts the function `count` times, and has it search the index of the OpenSearch at `url` each time.
    ///
    /// # Errors
    /// When it ends, or answers with anything but a search that all retrievers took part in.
    pub fn cold_starts(&self, url: &str, log: &Path, count: usize) -> Result<Vec<ColdStart>> {
        (0..count).map(|_| self.cold_start(url, log)).collect()
    }

    fn cold_start(&self, url: &str, log: &Path) -> Result<ColdStart> {
        let api = RuntimeApi::start(&event())?;
        let started = Instant::now();
        let mut process = self.start(url, api.port, log)?;
        let times = wait(&api.seen);
        process.kill()?;
        process.wait()?;
        let (ready, answer) =
            times.with_context(|| format!("the function search; log: {}", log.display()))?;
        Ok(ColdStart {
            ready: ready - started,
            answer: answer - ready,
        })
    }

    fn start(&self, url: &str, port: u16, log: &Path) -> Result<Child> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder)?;
        }
        let output = File::create(log)?;
        let mut command = Command::new(&self.program);
        command
            .envs(aws::environment(port))
            .envs(&self.environment)
            .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}"))
            .env("AWS_LAMBDA_FUNCTION_NAME", "search")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "2048")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "search")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "search")
            .env("RUST_LOG", "info")
            .env("VINDEX_TABLE", "videos")
            .env("VINDEX_DERIVED_BUCKET", "derived")
            .env("VINDEX_OPENSEARCH_URL", url)
            .env("VINDEX_MODELS_DIR", &self.models)
            .env("VINDEX_ONNXRUNTIME", &self.onnxruntime)
            .env("VINDEX_RECORD_FEEDBACK", "false")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        aws::remove_foreign_variables(&mut command);
        end_with_this_program(&mut command);
        let child = command.spawn();
        child.with_context(|| format!("{} can't be started", self.program.display()))
    }
}

/// When the function was ready, and when it had answered.
fn wait(seen: &Receiver<(Seen, Instant)>) -> Result<(Instant, Instant)> {
    let mut ready = None;
    loop {
        let (what, when) = seen.recv_timeout(ANSWER_LIMIT).context("no answer")?;
        match what {
            Seen::Ready => ready = Some(when),
            Seen::Answer(answer) => {
                check(&answer)?;
                return Ok((ready.context("answered before it was asked")?, when));
            }
            Seen::Trouble(what) => bail!("{what}"),
        }
    }
}

/// Whether the answer is that of a search with every retriever.
fn check(answer: &Value) -> Result<()> {
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())
        .with_context(|| format!("answered {answer}"))?;
    if answer["statusCode"] != 200 || body["degraded"] != json!([]) {
        bail!("answered {answer}");
    }
    Ok(())
}

/// `GET /search` as API Gateway hands it to the function.
fn event() -> Value {
    json!({
        "version": "2.0",
        "routeKey": "GET /search",
        "rawPath": "/search",
        "rawQueryString": "q=the+old+lighthouse+at+night",
        "headers": {"host": "localhost", "accept": "application/json"},
        "queryStringParameters": {"q": "the old lighthouse at night"},
        "requestContext": {
            "accountId": aws::ACCOUNT,
            "apiId": "api",
            "authorizer": {"jwt": {"claims": {"sub": "large", "token_use": "id"}, "scopes": null}},
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": "GET", "path": "/search", "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": "bench",
            },
            "requestId": "1",
            "routeKey": "GET /search",
            "stage": "$default",
            "time": "02/Jan/2026:03:04:05 +0000",
            "timeEpoch": 1_767_323_045_000_i64,
        },
        "isBase64Encoded": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_search_of_every_retriever_counts() {
        let check = |status: u16, body: &str, expected: bool| {
            let answer = json!({"statusCode": status, "body": body});
            assert_eq!(super::check(&answer).is_ok(), expected, "{answer}");
        };
        check(200, r#"{"moments": [], "degraded": []}"#, true);
        check(200, r#"{"moments": [], "degraded": ["visual"]}"#, false);
        check(503, r#"{"title": "x"}"#, false);
        check(200, "", false);
    }
}
