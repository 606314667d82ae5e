//! An OpenSearch of the benchmark's own, so that no other index is touched and none is in the way.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cache::remove_folder;
use crate::checkout::Checkout;
use crate::command::bench::proc_files::{self, Memory};
use crate::command::interruption::stop_when_interrupted;
use crate::install::java::Java;
use crate::ports::free_port;
use crate::process::{end_marked, wait_ready};
use crate::service::{Service, opensearch};

const START_LIMIT: Duration = Duration::from_secs(240);

/// What runs OpenSearch.
pub struct Programs {
    /// The Java.
    pub java: Java,
    /// OpenSearch's home.
    pub opensearch: PathBuf,
}

/// An OpenSearch as the stack starts it, with a folder of its own; stopped when dropped.
pub struct Server {
    private: Checkout,
    programs: Programs,
    port: u16,
}

impl Server {
    /// Starts it with nothing in it. Whatever an interrupted benchmark left in `folder` is stopped and deleted first.
    ///
    /// # Errors
    /// When that can't be done, or it does not answer.
    pub fn start(checkout: &Checkout, folder: &Path, programs: Programs) -> Result<Self> {
        let server = Self {
            private: Checkout::at(checkout.root.clone(), folder)?,
            programs,
            port: free_port()?,
        };
        server.stop()?;
        remove_folder(folder)?;
        stop_when_interrupted(&server.private)?;
        server.run()?;
        Ok(server)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stops it and starts it again on the same data.
    ///
    /// # Errors
    /// When it does not answer after that.
    pub fn restart(&self) -> Result<()> {
        Service::OpenSearch.stop(&self.private)?;
        self.run()
    }

    /// Its memory.
    ///
    /// # Errors
    /// When it does not run.
    pub fn memory(&self) -> Result<Memory> {
        let running = Service::OpenSearch.pid_file(&self.private).running();
        Ok(proc_files::memory(
            running.context("OpenSearch has ended")?.pid,
        ))
    }

    fn run(&self) -> Result<()> {
        let Programs { java, opensearch } = &self.programs;
        let command = opensearch::command(&self.private, opensearch, java, self.port)?;
        let log = self.private.log(Service::OpenSearch.key());
        let pid_file = Service::OpenSearch.pid_file(&self.private);
        let process = pid_file.start(command, self.port, &log)?;
        let is_ready = || Service::OpenSearch.is_ready(self.port);
        wait_ready("OpenSearch", &process, &log, START_LIMIT, is_ready)
    }

    fn stop(&self) -> Result<()> {
        Service::OpenSearch.stop(&self.private)?;
        end_marked(&self.private.home).map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("the OpenSearch of the benchmark could not be stopped: {error:#}");
        }
    }
}
