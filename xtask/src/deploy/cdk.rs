//! Deploys the CDK app of `infra/` to the local AWS.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::aws::{self, ACCOUNT, LocalAws, REGION};
use crate::cache::remove_folder;
use crate::checkout::Checkout;
use crate::deploy::outputs::Outputs;
use crate::digest;
use crate::process_scan::MARK_VARIABLE;
use crate::run::{run_logged, tail};

/// Set by `cdk bootstrap`.
const BOOTSTRAP_PARAMETER: &str = "/cdk-bootstrap/hnb659fds/version";
/// Set after a deployment, to the fingerprint of what was deployed: it goes wherever the state it belongs to goes, so
/// that a state that was lost or replaced is noticed.
const FINGERPRINT_PARAMETER: &str = "/vindex/deployment";
/// Stands in the fingerprint's place while a deployment goes on, and after one that failed: something is deployed, and
/// nobody knows how much of it.
const DEPLOYING: &str = "deploying";
const BOOTSTRAP_LIMIT: Duration = Duration::from_secs(120);
const DEPLOY_LIMIT: Duration = Duration::from_secs(420);
/// Entries of `infra/` that do not go into a deployment.
const NOT_DEPLOYED: [&str; 4] = ["node_modules", "cdk.out", "test", "coverage"];

/// What the app is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of OpenSearch.
    pub opensearch_endpoint: String,
    /// Folder with one folder for each function.
    pub functions_dir: PathBuf,
    /// Folder with one folder for each model.
    pub models_dir: PathBuf,
    /// ffmpeg's program.
    pub ffmpeg_path: PathBuf,
    /// ONNX Runtime's shared library.
    pub onnxruntime_path: PathBuf,
    /// How many chunks of a video are worked on at once.
    pub map_concurrency: usize,
    /// Length of a chunk, in seconds, where it is not the app's own default.
    pub chunk_seconds: Option<u32>,
    /// Buckets and prefixes that may be imported from, `bucket/prefix`, separated by commas; none unless given.
    pub import_sources: Option<String>,
    /// Whether it is recorded which moments are opened.
    pub record_feedback: bool,
    /// Origin that serves the page's bucket.
    pub page_origin: String,
}

impl Settings {
    /// As the app's context.
    fn context(&self) -> Vec<String> {
        let architecture = if std::env::consts::ARCH == "aarch64" {
            "arm64"
        } else {
            "x86_64"
        };
        let mut context = vec![
            "stage=local".to_owned(),
            format!("architecture={architecture}"),
            format!("functionsDir={}", self.functions_dir.display()),
            format!("opensearchEndpoint={}", self.opensearch_endpoint),
            format!("modelsDir={}", self.models_dir.display()),
            format!("ffmpegPath={}", self.ffmpeg_path.display()),
            format!("onnxruntimePath={}", self.onnxruntime_path.display()),
            format!("mapConcurrency={}", self.map_concurrency),
            format!("recordFeedback={}", self.record_feedback),
            format!("pageOrigin={}", self.page_origin),
        ];
        context.extend(
            self.chunk_seconds
                .map(|seconds| format!("chunkSeconds={seconds}")),
        );
        context.extend(
            self.import_sources
                .as_ref()
                .map(|sources| format!("importSources={sources}")),
        );
        context
    }

    /// Digest over everything that a deployment depends on.
    ///
    /// # Errors
    /// When a source can't be read.
    pub fn fingerprint(&self, checkout: &Checkout, functions_digest: &str) -> Result<String> {
        let infra = digest::of_folder(&checkout.infra(), &NOT_DEPLOYED)?;
        let workflows = digest::of_folder(&checkout.root.join("statemachine"), &[])?;
        let context = self.context();
        let parts = [functions_digest, &infra, &workflows].into_iter();
        Ok(digest::of_texts(
            parts.chain(context.iter().map(String::as_str)),
        ))
    }
}

/// A deployment to the local AWS.
pub struct Deployer<'a> {
    /// The checkout whose app is deployed.
    pub checkout: &'a Checkout,
    /// The local AWS.
    pub aws: &'a LocalAws,
    /// Its port.
    pub aws_port: u16,
}

impl Deployer<'_> {
    /// Whether what `fingerprint` stands for is deployed, to the state that the local AWS holds now.
    ///
    /// # Errors
    /// When the local AWS can't be reached.
    pub fn is_deployed(&self, fingerprint: &str) -> Result<bool> {
        let has_outputs = Outputs::path(&self.checkout.home).exists();
        Ok(has_outputs
            && self.aws.parameter(FINGERPRINT_PARAMETER)?.as_deref() == Some(fingerprint))
    }

    /// Makes the state ready for a deployment: from here on until [`Self::record`], nothing counts as deployed.
    ///
    /// # Errors
    /// When the local AWS can't be reached.
    pub fn begin(&self) -> Result<()> {
        if self.aws.parameter(FINGERPRINT_PARAMETER)?.is_none() {
            // A first deployment that was interrupted leaves stacks that can't be updated; nothing else is lost.
            return self.aws.forget_everything();
        }
        self.aws.set_parameter(FINGERPRINT_PARAMETER, DEPLOYING)
    }

    /// Records that a deployment came to its end.
    ///
    /// # Errors
    /// When the local AWS can't be reached.
    pub fn record(&self, fingerprint: &str) -> Result<()> {
        self.aws.set_parameter(FINGERPRINT_PARAMETER, fingerprint)
    }

    /// Deploys all stacks and writes their outputs.
    ///
    /// # Errors
    /// When CDK fails or hangs; the message shows the ends of its log and the server's.
    pub fn deploy(&self, settings: &Settings) -> Result<()> {
        let log = self.checkout.log("cdk");
        fs::create_dir_all(self.checkout.logs())?;
        File::create(&log)?;
        let server_log = self.checkout.log("ministack");
        let server_log_start_bytes = fs::metadata(&server_log).map_or(0, |metadata| metadata.len());
        let deployed = self
            .bootstrap(&log)
            .and_then(|()| self.deploy_stacks(settings, &log));
        // A custom resource that fails shows as a hang, and only the server's log says why.
        deployed.with_context(|| match tail(&server_log, server_log_start_bytes, 15) {
            none if none.is_empty() => "the deployment failed".to_owned(),
            lines => format!(
                "the deployment failed; meanwhile in {}:\n{lines}",
                server_log.display()
            ),
        })
    }

    /// Where CDK leaves the templates.
    pub fn assembly(&self) -> PathBuf {
        self.checkout.home.join("cdk.out")
    }

    fn bootstrap(&self, log: &Path) -> Result<()> {
        if self.aws.parameter(BOOTSTRAP_PARAMETER)?.is_some() {
            return Ok(());
        }
        // In a folder without an app, or else the app would be synthesised first.
        let empty = tempfile::tempdir()?;
        let mut command = self.cdk(empty.path());
        command.args(["bootstrap", &format!("aws://{ACCOUNT}/{REGION}")]);
        run_logged(command, "cdk bootstrap", log, BOOTSTRAP_LIMIT)
    }

    fn deploy_stacks(&self, settings: &Settings, log: &Path) -> Result<()> {
        let outputs = Outputs::path(&self.checkout.home);
        remove_folder(&self.assembly())?;
        let mut command = self.cdk(&self.checkout.infra());
        command.args([
            "deploy",
            "--all",
            "--require-approval",
            "never",
            "--progress",
            "events",
        ]);
        command
            .arg("--outputs-file")
            .arg(&outputs)
            .arg("--output")
            .arg(self.assembly());
        for value in settings.context() {
            command.args(["--context", &value]);
        }
        run_logged(command, "cdk deploy", log, DEPLOY_LIMIT)
    }

    fn cdk(&self, folder: &Path) -> Command {
        let mut command = Command::new("node");
        command.arg(self.checkout.infra().join("node_modules/aws-cdk/bin/cdk"));
        command
            .args(["--no-notices", "--no-version-reporting", "--ci"])
            .current_dir(folder);
        command
            .envs(aws::environment(self.aws_port))
            .env(MARK_VARIABLE, &self.checkout.home);
        aws::remove_foreign_variables(&mut command);
        command
            .env("CDK_DEFAULT_ACCOUNT", ACCOUNT)
            .env("CDK_DEFAULT_REGION", REGION)
            .env("CDK_DISABLE_CLI_TELEMETRY", "true")
            .env("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")
            .env("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "1")
            .env("NO_COLOR", "1");
        command
    }
}

#[cfg(test)]
mod tests;
