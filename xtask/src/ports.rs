//! Which ports the local stack listens on.
//!
//! A port asked for is taken or refused with the name of who holds it. A default that is in use makes way for the
//! next free one, which is remembered, so that a second checkout runs beside the first.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// How many ports after the default are tried.
const SEARCHED_PORTS: u16 = 200;

/// A port, and whether somebody should be told that it is not the expected one.
#[derive(Debug, PartialEq, Eq)]
pub struct ChosenPort {
    /// The port to listen on.
    pub port: u16,
    /// The port that was expected but is in use.
    pub instead_of: Option<u16>,
}

/// Chooses a port: `asked` for by flag or variable, else `remembered` from the last time, else `default`.
///
/// # Errors
/// When the port asked for is in use, or no port near the default is free.
pub fn choose(
    what: &str,
    asked: Option<u16>,
    remembered: Option<u16>,
    default: u16,
    is_free: impl Fn(u16) -> bool,
) -> Result<ChosenPort> {
    if let Some(port) = asked {
        if is_free(port) {
            return Ok(ChosenPort {
                port,
                instead_of: None,
            });
        }
        bail!(
            "port {port} for {what} is in use{}",
            holder(port)
                .map(|who| format!(" by {who}"))
                .unwrap_or_default()
        );
    }
    let expected = remembered.unwrap_or(default);
    if is_free(expected) {
        return Ok(ChosenPort {
            port: expected,
            instead_of: None,
        });
    }
    match (default..default.saturating_add(SEARCHED_PORTS)).find(|port| is_free(*port)) {
        Some(port) => Ok(ChosenPort {
            port,
            instead_of: Some(expected),
        }),
        None => bail!(
            "no free port for {what} in {default}..{}",
            default.saturating_add(SEARCHED_PORTS)
        ),
    }
}

/// Whether nothing listens on `port` of the loopback address.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A port that nothing listens on, of those that nobody uses by default.
///
/// # Errors
/// When none is free.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

/// Who listens on `port`, as far as this user may see it: `process 123 (python3 -m http.server)`.
pub fn holder(port: u16) -> Option<String> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listening_inodes(&table, port))
        .collect();
    let links: Vec<PathBuf> = inodes
        .iter()
        .map(|inode| PathBuf::from(format!("socket:[{inode}]")))
        .collect();
    let pid = crate::process_scan::all_pids().find(|pid| {
        let Ok(open_files) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            return false;
        };
        open_files
            .flatten()
            .any(|file| fs::read_link(file.path()).is_ok_and(|target| links.contains(&target)))
    })?;
    Some(format!(
        "process {pid} ({})",
        crate::process_scan::command_line(pid)
    ))
}

/// Inode numbers of the sockets that listen on `port`, from the text of `/proc/net/tcp`.
fn listening_inodes(table: &str, port: u16) -> Vec<String> {
    const LISTENING: &str = "0A";
    let port_suffix = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| {
            fields.len() > 9 && fields[1].ends_with(&port_suffix) && fields[3] == LISTENING
        })
        .map(|fields| fields[9].to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        asked: Option<u16>,
        remembered: Option<u16>,
        used: &[u16],
        expected: Option<(u16, Option<u16>)>,
    ) {
        let chosen = choose("it", asked, remembered, 9200, |port| !used.contains(&port)).ok();
        assert_eq!(
            chosen,
            expected.map(|(port, instead_of)| ChosenPort { port, instead_of })
        );
    }

    #[test]
    fn the_expected_port_is_taken_when_free() {
        check(None, None, &[], Some((9200, None)));
        check(None, Some(9205), &[9200], Some((9205, None)));
        check(Some(7000), Some(9205), &[9200], Some((7000, None)));
    }

    #[test]
    fn a_default_or_remembered_port_in_use_makes_way() {
        check(None, None, &[9200, 9201], Some((9202, Some(9200))));
        check(None, Some(9205), &[9200, 9205], Some((9201, Some(9205))));
    }

    #[test]
    fn a_port_asked_for_is_never_replaced() {
        check(Some(7000), None, &[7000], None);
    }

    #[test]
    fn the_holder_of_a_port_is_named() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(!is_free(port));
        let message = choose("MiniStack", Some(port), None, 4566, is_free)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains(&format!("port {port} for MiniStack is in use")),
            "{message}"
        );
        assert!(
            message.contains(&format!("process {}", std::process::id())),
            "{message}"
        );
        drop(listener);
        assert!(is_free(port));
    }
}
