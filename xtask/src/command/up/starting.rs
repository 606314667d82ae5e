//! Starts the services on ports that are free.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::UpArguments;
use super::installing::Installed;
use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::ports;
use crate::process::{end_marked, wait_ready};
use crate::progress::Progress;
use crate::service::{self, Service};
use crate::state::State;

const START_LIMIT: Duration = Duration::from_secs(240);

/// The ports that the stack answers on.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// The local AWS.
    pub aws: u16,
    /// OpenSearch.
    pub opensearch: u16,
}

/// Refuses ports asked for that can't be used, before anything else is done.
///
/// # Errors
/// When one is in use, or the service runs on another.
pub fn check_asked(checkout: &Checkout, arguments: &UpArguments) -> Result<()> {
    let asked = [
        (Service::MiniStack, arguments.aws_port),
        (Service::OpenSearch, arguments.opensearch_port),
    ];
    for (service, port) in asked.into_iter().filter(|(_, port)| port.is_some()) {
        port_of(checkout, service, port, None)?;
    }
    Ok(())
}

/// Starts what does not run, and waits until both answer.
///
/// # Errors
/// When a port asked for is in use, or a service ends or does not answer.
pub fn start(
    checkout: &Checkout,
    arguments: &UpArguments,
    cache: &Cache,
    installed: &Installed,
    state: &mut State,
    progress: &Progress,
) -> Result<Ports> {
    // Held until both listen, so that a second checkout does not choose the same free ports.
    let _lock = cache.lock("ports")?;
    let opensearch = port_of(
        checkout,
        Service::OpenSearch,
        arguments.opensearch_port,
        state.opensearch_port,
    )?;
    state.opensearch_port = Some(opensearch);
    let aws = port_of(
        checkout,
        Service::MiniStack,
        arguments.aws_port,
        state.aws_port,
    )?;
    state.aws_port = Some(aws);
    state.save(&checkout.home)?;

    if Service::ALL
        .iter()
        .all(|service| service.pid_file(checkout).running().is_none())
    {
        // Whatever an interrupted command left must not hold on to data that the new processes open.
        end_marked(&checkout.home)?;
    }
    start_service(checkout, Service::MiniStack, aws, progress, || {
        service::ministack::command(checkout, &installed.python, aws, opensearch)
    })?;
    start_service(checkout, Service::OpenSearch, opensearch, progress, || {
        service::opensearch::command(checkout, &installed.opensearch, &installed.java, opensearch)
    })?;
    Ok(Ports { aws, opensearch })
}

fn start_service(
    checkout: &Checkout,
    service: Service,
    port: u16,
    progress: &Progress,
    command: impl FnOnce() -> Result<Command>,
) -> Result<()> {
    progress.step(&format!("{} on port {port}", service.name()), || {
        let pid_file = service.pid_file(checkout);
        if let Some(running) = pid_file.running() {
            if service.is_ready(running.port) {
                return Ok(((), "already runs".to_owned()));
            }
            // It runs and does not answer: it may still be starting, after an `up` that was interrupted.
            let log = checkout.log(service.key());
            if wait_ready(service.name(), &running, &log, START_LIMIT, || {
                service.is_ready(port)
            })
            .is_ok()
            {
                return Ok(((), "already runs".to_owned()));
            }
            service.stop(checkout)?;
        }
        let log = checkout.log(service.key());
        let started = pid_file.start(command()?, port, &log)?;
        wait_ready(service.name(), &started, &log, START_LIMIT, || {
            service.is_ready(port)
        })?;
        Ok(((), "started".to_owned()))
    })
}

/// The port that a service runs on, or should be started on.
fn port_of(
    checkout: &Checkout,
    service: Service,
    asked: Option<u16>,
    remembered: Option<u16>,
) -> Result<u16> {
    if let Some(running) = service.pid_file(checkout).running() {
        return match asked {
            Some(port) if port != running.port => {
                bail!(
                    "{} runs on port {}: `cargo xtask down` first",
                    service.name(),
                    running.port
                )
            }
            _ => Ok(running.port),
        };
    }
    let chosen = ports::choose(
        service.name(),
        asked,
        remembered,
        service.default_port(),
        ports::is_free,
    )?;
    if let Some(taken) = chosen.instead_of {
        let holder = ports::holder(taken)
            .map(|who| format!(" by {who}"))
            .unwrap_or_default();
        println!(
            "        {}: port {taken} is in use{holder}, so {} is used",
            service.name(),
            chosen.port
        );
    }
    Ok(chosen.port)
}
