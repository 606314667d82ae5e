//! Calls to the local AWS, by plain HTTP: no request is signed, since nobody checks, and no SDK is compiled.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::page::PageFile;

/// Region of the local AWS.
pub const REGION: &str = "us-east-1";
/// Account of the local AWS.
pub const ACCOUNT: &str = "000000000000";
/// Access key and secret key of the local AWS.
pub const KEY: &str = "test";

/// A client of the local AWS.
pub struct LocalAws {
    endpoint: String,
    agent: ureq::Agent,
}

/// An answer in which the service refused.
#[derive(Debug)]
pub struct Refusal {
    /// The service's name of the error, such as `UsernameExistsException`.
    pub code: String,
    /// What it says about it.
    pub message: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

/// An HTTP client for addresses of this machine: no proxy, and a status is never an error.
pub fn loopback_agent(timeout: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(timeout))
        .build()
        .into()
}

/// The status of a GET of `url`, or none when nobody answers within a few seconds.
pub fn get_status(url: &str) -> Option<u16> {
    let response = loopback_agent(Duration::from_secs(20))
        .get(url)
        .call()
        .ok()?;
    Some(response.status().as_u16())
}

/// The same with a token.
pub fn get_status_with_token(url: &str, token: &str) -> Option<u16> {
    let request = loopback_agent(Duration::from_secs(60))
        .get(url)
        .header("authorization", format!("Bearer {token}"));
    Some(request.call().ok()?.status().as_u16())
}

impl LocalAws {
    /// The local AWS on `port`.
    pub fn on(port: u16) -> Self {
        Self {
            endpoint: endpoint(port),
            agent: loopback_agent(Duration::from_secs(60)),
        }
    }

    /// Calls `operation` of a service with a JSON protocol; `target_prefix` is what precedes it in `X-Amz-Target`.
    ///
    /// # Errors
    /// [`Refusal`] when the service refuses; others when it can't be reached.
    pub fn call(
        &self,
        service: &str,
        target_prefix: &str,
        operation: &str,
        body: &Value,
    ) -> Result<Value> {
        let request = self
            .agent
            .post(format!("{}/", self.endpoint))
            .header("x-amz-target", format!("{target_prefix}.{operation}"))
            .header("content-type", "application/x-amz-json-1.1")
            .header("authorization", authorization(service));
        let response = request
            .send(body.to_string())
            .with_context(|| format!("{service} {operation}"))?;
        let (status, text) = read(response)?;
        let answer: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status >= 400 {
            return Err(refusal(&answer, status, &text))
                .with_context(|| format!("{service} {operation}"));
        }
        Ok(answer)
    }

    /// Calls a Lambda function with an empty object and waits for its answer.
    ///
    /// # Errors
    /// When the function fails; the message is its own.
    pub fn invoke(&self, function: &str) -> Result<Value> {
        let url = format!(
            "{}/2015-03-31/functions/{function}/invocations",
            self.endpoint
        );
        let request = self
            .agent
            .post(url)
            .header("authorization", authorization("lambda"));
        let response = request
            .send("{}")
            .with_context(|| format!("function {function}"))?;
        let is_function_error = response.headers().contains_key("x-amz-function-error");
        let (status, text) = read(response)?;
        let answer: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status >= 400 || is_function_error {
            bail!("function {function} failed: {}", text.trim());
        }
        Ok(answer)
    }

    /// Sets the CORS configuration of an HTTP API, which the local CloudFormation loses.
    ///
    /// # Errors
    /// When the API is unknown.
    pub fn set_cors(&self, api_id: &str, configuration: &Value) -> Result<()> {
        let request = self
            .agent
            .patch(format!("{}/v2/apis/{api_id}", self.endpoint))
            .header("authorization", authorization("apigateway"))
            .header("content-type", "application/json");
        let (status, text) =
            read(request.send(json!({ "corsConfiguration": configuration }).to_string())?)?;
        if status >= 400 {
            bail!("the API's CORS settings were refused ({status}): {text}");
        }
        Ok(())
    }

    /// Reads what lies in S3 at `path`: an object, `bucket/key`, or a list, `bucket?list-type=2&…`.
    ///
    /// # Errors
    /// When there is none.
    pub fn read_object(&self, path: &str) -> Result<String> {
        let request = self.agent.get(format!("{}/{path}", self.endpoint));
        let request = request.header("authorization", authorization("s3"));
        let (status, text) = read(request.call()?)?;
        if status >= 400 {
            bail!("reading s3://{path} was refused ({status}): {text}");
        }
        Ok(text)
    }

    /// Puts a file of the page into a bucket.
    ///
    /// # Errors
    /// When it is refused.
    pub fn put_object(
        &self,
        bucket: &str,
        key: &str,
        file: &PageFile,
        bytes: Vec<u8>,
    ) -> Result<()> {
        let request = self
            .agent
            .put(format!("{}/{bucket}/{key}", self.endpoint))
            .header("authorization", authorization("s3"))
            .header("content-type", file.content_type)
            .header("cache-control", file.cache_control);
        let (status, text) = read(request.send(bytes)?)?;
        if status >= 400 {
            bail!("{key} was refused by the bucket {bucket} ({status}): {text}");
        }
        Ok(())
    }

    /// Reads a parameter of the parameter store; none when it does not exist.
    ///
    /// # Errors
    /// When the local AWS can't be reached.
    pub fn parameter(&self, name: &str) -> Result<Option<String>> {
        match self.call("ssm", "AmazonSSM", "GetParameter", &json!({ "Name": name })) {
            Ok(answer) => Ok(answer["Parameter"]["Value"].as_str().map(str::to_owned)),
            Err(error) if is_refusal(&error, "ParameterNotFound") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets a parameter of the parameter store.
    ///
    /// # Errors
    /// When it is refused.
    pub fn set_parameter(&self, name: &str, value: &str) -> Result<()> {
        let body = json!({ "Name": name, "Value": value, "Type": "String", "Overwrite": true });
        self.call("ssm", "AmazonSSM", "PutParameter", &body)
            .map(drop)
    }

    /// Forgets everything that the local AWS holds, in memory and on disk.
    ///
    /// # Errors
    /// When it can't be reached.
    pub fn forget_everything(&self) -> Result<()> {
        let (status, text) = read(
            self.agent
                .post(format!("{}/_ministack/reset", self.endpoint))
                .send_empty()?,
        )?;
        if status >= 400 {
            bail!("the local AWS could not be emptied ({status}): {text}");
        }
        Ok(())
    }
}

/// Address of the local AWS on `port`.
pub fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// What programs need to reach the local AWS, and nothing of the user's own settings for the real one.
pub fn environment(port: u16) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ENDPOINT_URL", endpoint(port)),
        ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", KEY.to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
        ("no_proxy", "127.0.0.1,localhost".to_owned()),
    ]
}

/// Variables of the user's that would lead programs away from the local AWS.
const FOREIGN_VARIABLES: [&str; 5] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
];
/// Begins the names of those that name an address for one service, which SDKs prefer to `AWS_ENDPOINT_URL`.
const FOREIGN_PREFIX: &str = "AWS_ENDPOINT_URL_";

/// Takes from `command` what of the user's own settings would lead it away from the local AWS.
pub fn remove_foreign_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_foreign) {
            command.env_remove(name);
        }
    }
}

fn is_foreign(name: &str) -> bool {
    FOREIGN_VARIABLES.contains(&name) || name.starts_with(FOREIGN_PREFIX)
}

/// Whether an error is the refusal named `code`.
pub fn is_refusal(error: &anyhow::Error, code: &str) -> bool {
    error
        .downcast_ref::<Refusal>()
        .is_some_and(|refusal| refusal.code == code)
}

/// Only the service's name in it is read, to route the request.
fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={KEY}/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<(u16, String)> {
    let status = response.status().as_u16();
    Ok((status, response.body_mut().read_to_string()?))
}

fn refusal(answer: &Value, status: u16, text: &str) -> Refusal {
    let code = answer["__type"].as_str().unwrap_or_default();
    // Some services put a namespace in front of the name.
    let code = code.rsplit('#').next().unwrap_or_default();
    let message = answer["message"]
        .as_str()
        .or(answer["Message"].as_str())
        .unwrap_or(text);
    let code = if code.is_empty() {
        format!("HTTP {status}")
    } else {
        code.to_owned()
    };
    Refusal {
        code,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_away_from_the_local_aws_is_foreign_and_what_leads_there_is_not() {
        for name in [
            "AWS_PROFILE",
            "AWS_ENDPOINT_URL_S3",
            "AWS_ENDPOINT_URL_LAMBDA",
        ] {
            assert!(is_foreign(name), "{name}");
        }
        for (name, _) in environment(4566) {
            assert!(!is_foreign(name), "{name}");
        }
    }

    #[test]
    fn refusals_are_named() {
        let answer = json!({ "__type": "com.amazon#UsernameExistsException", "message": "exists" });
        let error = Err::<(), _>(refusal(&answer, 400, ""))
            .context("cognito-idp AdminCreateUser")
            .unwrap_err();
        assert!(is_refusal(&error, "UsernameExistsException"));
        assert!(!is_refusal(&error, "ParameterNotFound"));
        assert_eq!(
            refusal(&Value::Null, 502, "bad gateway").to_string(),
            "HTTP 502: bad gateway"
        );
    }
}
