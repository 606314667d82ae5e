//! The `vindex` command, run as a user would.

use crate::stack::variable;
use serde::de::DeserializeOwned;
use std::ffi::OsStr;

/// The command with an address and a token.
#[derive(Clone, Debug)]
pub struct CommandLine {
    api_url: String,
    token: String,
}

/// What a run left.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
}

impl CommandLine {
    /// The command for any address and token.
    #[must_use]
    pub fn new(api_url: &str, token: &str) -> Self {
        Self {
            api_url: api_url.to_owned(),
            token: token.to_owned(),
        }
    }

    /// Runs the command to its end, in a folder without settings.
    ///
    /// # Panics
    /// When it can't be started or is killed.
    pub async fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Finished {
        let finished = tokio::process::Command::new(variable("VINDEX_CLI"))
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .env("VINDEX_API_URL", &self.api_url)
            .env("VINDEX_TOKEN", &self.token)
            .kill_on_drop(true)
            .output()
            .await
            .expect("the command starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Finished {
            code: finished.status.code().expect("the command ends by itself"),
            output: text(&finished.stdout),
            errors: text(&finished.stderr),
        }
    }
}

impl Finished {
    /// The one JSON document on standard output.
    ///
    /// # Panics
    /// When there is none, or more than one.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.output).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
