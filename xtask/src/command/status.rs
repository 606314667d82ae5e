//! `cargo xtask status`.

use anyhow::Result;

use crate::account;
use crate::aws;
use crate::checkout::Checkout;
use crate::env_file;
use crate::process_scan::group_memory_bytes;
use crate::service::Service;

/// One line of the table.
struct Row {
    part: String,
    state: &'static str,
    address: String,
    pid: String,
    memory: String,
}

/// Prints a table of the parts of the stack.
///
/// # Errors
/// None at present; commands share one form.
pub fn status(checkout: &Checkout) -> Result<()> {
    let mut rows: Vec<Row> = Service::ALL
        .iter()
        .map(|service| service_row(checkout, *service))
        .collect();
    rows.push(http_row(checkout, "API", "VINDEX_API_URL", "/health"));
    rows.push(http_row(checkout, "page", "VINDEX_PAGE_URL", ""));
    print!("{}", table(&rows));
    let token = env_file::read(&checkout.home)
        .remove("VINDEX_TOKEN")
        .unwrap_or_default();
    if !token.is_empty() {
        println!(
            "\ntoken: good for {} minutes more",
            account::time_left(&token).as_secs() / 60
        );
    }
    println!("data and logs: {}", checkout.shown(&checkout.home));
    Ok(())
}

fn service_row(checkout: &Checkout, service: Service) -> Row {
    let part = service.name().to_owned();
    let Some(process) = service.pid_file(checkout).running() else {
        return Row {
            part,
            state: "stopped",
            address: String::new(),
            pid: String::new(),
            memory: String::new(),
        };
    };
    Row {
        part,
        state: if service.is_ready(process.port) {
            "running"
        } else {
            "not answering"
        },
        address: aws::endpoint(process.port),
        pid: process.pid.to_string(),
        memory: format!("{} MB", group_memory_bytes(process.pid) / 1_000_000),
    }
}

/// A part that answers by HTTP at the address that `variable` of the environment holds.
fn http_row(checkout: &Checkout, part: &str, variable: &str, path: &str) -> Row {
    let address = env_file::read(&checkout.home)
        .remove(variable)
        .unwrap_or_default();
    let is_up = Service::MiniStack.pid_file(checkout).running().is_some();
    let state = match address.as_str() {
        "" => "not deployed",
        _ if !is_up => "stopped",
        url if aws::get_status(&format!("{url}{path}")) == Some(200) => "running",
        _ => "not answering",
    };
    Row {
        part: part.to_owned(),
        state,
        address,
        pid: String::new(),
        memory: String::new(),
    }
}

fn table(rows: &[Row]) -> String {
    let head = ["part", "state", "address", "pid", "memory"].map(str::to_owned);
    let body = rows.iter().map(|row| {
        [
            row.part.clone(),
            row.state.to_owned(),
            row.address.clone(),
            row.pid.clone(),
            row.memory.clone(),
        ]
    });
    let lines: Vec<[String; 5]> = std::iter::once(head).chain(body).collect();
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}", width = *width))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let row = |part: &str, pid: &str| Row {
            part: part.to_owned(),
            state: "running",
            address: "http://127.0.0.1:4566".to_owned(),
            pid: pid.to_owned(),
            memory: "1 MB".to_owned(),
        };
        let text = table(&[row("MiniStack", "12"), row("API", "")]);
        let positions: Vec<Option<usize>> =
            text.lines().skip(1).map(|line| line.find("http")).collect();
        assert_eq!(positions, [Some(20), Some(20)], "{text}");
    }
}
