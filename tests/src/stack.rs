//! The running stack, as the environment names it.

use aws_config::{BehaviorVersion, SdkConfig};
use contracts::env;

/// Addresses and clients of the stack.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Address of the HTTP API, without a slash at its end.
    pub api_url: String,
    /// Address of OpenSearch.
    pub opensearch_url: String,
    /// Bucket of uploads and of the inbox.
    pub media_bucket: String,
    /// Bucket of everything computed.
    pub derived_bucket: String,
    /// The table.
    pub table: String,
    /// The state machine that indexes videos.
    pub state_machine_arn: String,
    /// Client of S3.
    pub s3: aws_sdk_s3::Client,
    /// Client of DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Client of Step Functions.
    pub workflow: aws_sdk_sfn::Client,
    /// Plain HTTP; follows no redirection and uses no proxy.
    pub http: reqwest::Client,
}

impl Stack {
    /// The stack that `cargo xtask test` started.
    ///
    /// # Panics
    /// When the environment names no stack.
    pub async fn from_env() -> Self {
        let aws = aws_config::defaults(BehaviorVersion::latest()).load().await;
        Self {
            api_url: variable("VINDEX_API_URL").trim_end_matches('/').to_owned(),
            opensearch_url: variable(env::OPENSEARCH_URL),
            media_bucket: variable(env::MEDIA_BUCKET),
            derived_bucket: variable(env::DERIVED_BUCKET),
            table: variable(env::TABLE),
            state_machine_arn: variable(env::INDEX_STATE_MACHINE_ARN),
            s3: s3(&aws),
            dynamodb: aws_sdk_dynamodb::Client::new(&aws),
            workflow: aws_sdk_sfn::Client::new(&aws),
            http: plain_http(),
        }
    }
}

/// A variable of the stack's environment file.
///
/// # Panics
/// When it is not set.
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run through `cargo xtask test`"))
}

/// A local server is addressed by path: its buckets have no host names of their own.
fn s3(aws: &SdkConfig) -> aws_sdk_s3::Client {
    let settings = aws_sdk_s3::config::Builder::from(aws)
        .force_path_style(aws.endpoint_url().is_some())
        .build();
    aws_sdk_s3::Client::from_conf(settings)
}

fn plain_http() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("the settings are constants")
}
