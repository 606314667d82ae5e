//! The long-running parts of the local stack.

pub mod ministack;
pub mod opensearch;

use std::time::Duration;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::process::PidFile;

/// A part that runs as a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The local AWS, with the Lambda functions as its children.
    MiniStack,
    /// The search engine.
    OpenSearch,
}

impl Service {
    /// In the order in which they are started.
    pub const ALL: [Self; 2] = [Self::OpenSearch, Self::MiniStack];

    /// Its name, as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::MiniStack => "MiniStack",
            Self::OpenSearch => "OpenSearch",
        }
    }

    /// Its name in file names and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::MiniStack => "ministack",
            Self::OpenSearch => "opensearch",
        }
    }

    /// The port it listens on unless another is asked for or this one is in use.
    pub fn default_port(self) -> u16 {
        match self {
            Self::MiniStack => 4566,
            Self::OpenSearch => 9200,
        }
    }

    /// Its pid file.
    pub fn pid_file(self, checkout: &Checkout) -> PidFile {
        PidFile::at(
            checkout
                .home
                .join("run")
                .join(format!("{}.json", self.key())),
        )
    }

    /// Whether it answers on `port`.
    pub fn is_ready(self, port: u16) -> bool {
        match self {
            Self::MiniStack => ministack::is_ready(port),
            Self::OpenSearch => opensearch::is_ready(port),
        }
    }

    /// Stops it; true when it ran.
    ///
    /// # Errors
    /// When its pid file can't be deleted.
    pub fn stop(self, checkout: &Checkout) -> Result<bool> {
        // MiniStack writes its whole state at its end, OpenSearch its last operations.
        self.pid_file(checkout).stop(Duration::from_secs(30))
    }
}
