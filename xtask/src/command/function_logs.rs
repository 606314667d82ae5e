//! Logs of the Lambda functions, which the local AWS keeps as AWS does.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::aws::LocalAws;
use crate::checkout::Checkout;
use crate::service::Service;

const LOGS: &str = "Logs_20140328";
const FOLLOW_INTERVAL: Duration = Duration::from_millis(500);
/// How far back is looked.
const LOOK_BACK: Duration = Duration::from_secs(2 * 3600);
/// Lines with which the platform brackets every call.
const PLATFORM_LINES: [&str; 3] = ["START RequestId:", "END RequestId:", "REPORT RequestId:"];

/// Prints the last `lines` lines that `function` (by its folder's name) wrote, and goes on when `follow` is set.
///
/// # Errors
/// When the stack does not run, or the function is not deployed.
pub fn print(checkout: &Checkout, function: &str, lines: usize, follow: bool) -> Result<()> {
    let Some(running) = Service::MiniStack.pid_file(checkout).running() else {
        bail!(
            "the functions' logs are kept by the local stack, which does not run: cargo xtask up"
        );
    };
    let aws = LocalAws::on(running.port);
    let group = group_of(&aws, function)?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let mut reader = Reader {
        next_ms: milliseconds(now.saturating_sub(LOOK_BACK)),
        printed_at_next: 0,
    };
    let mut output = std::io::stdout().lock();
    let first = reader.advance(&events(&aws, &group, reader.next_ms)?);
    for line in &first[first.len().saturating_sub(lines)..] {
        writeln!(output, "{line}")?;
    }
    if !follow {
        return Ok(());
    }
    loop {
        std::thread::sleep(FOLLOW_INTERVAL);
        for line in reader.advance(&events(&aws, &group, reader.next_ms)?) {
            writeln!(output, "{line}")?;
        }
        output.flush()?;
    }
}

/// Remembers what was printed: everything before a millisecond, and so many events in it.
struct Reader {
    next_ms: u64,
    printed_at_next: usize,
}

impl Reader {
    /// The lines of `events` (all since `next_ms`, in order) that are new.
    fn advance(&mut self, events: &[(u64, String)]) -> Vec<String> {
        let new = &events[self.printed_at_next.min(events.len())..];
        if let Some((last_ms, _)) = events.last() {
            self.printed_at_next = events
                .iter()
                .filter(|(time_ms, _)| time_ms == last_ms)
                .count();
            self.next_ms = *last_ms;
        }
        let is_own = |line: &str| !PLATFORM_LINES.iter().any(|start| line.starts_with(start));
        new.iter()
            .map(|(_, line)| line.trim_end().to_owned())
            .filter(|line| is_own(line))
            .collect()
    }
}

/// Everything that was written to a log group since `from_ms`, in order, with its time in milliseconds since 1970.
///
/// # Errors
/// When the local AWS can't be reached.
pub(super) fn events(aws: &LocalAws, group: &str, from_ms: u64) -> Result<Vec<(u64, String)>> {
    let body = json!({ "logGroupName": group, "startTime": from_ms });
    let answer = aws.call("logs", LOGS, "FilterLogEvents", &body)?;
    let mut events: Vec<(u64, String)> = answer["events"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|event| {
            Some((
                event["timestamp"].as_u64()?,
                event["message"].as_str()?.to_owned(),
            ))
        })
        .collect();
    events.sort_by_key(|(time_ms, _)| *time_ms);
    Ok(events)
}

/// The log group of a function. CDK makes its name of the constructs', so that it holds the function's.
///
/// # Errors
/// When the function is not deployed.
pub(super) fn group_of(aws: &LocalAws, function: &str) -> Result<String> {
    let answer = aws.call("logs", LOGS, "DescribeLogGroups", &json!({}))?;
    let wanted = format!("{}Logs", pascal_case(function));
    let groups = answer["logGroups"].as_array().into_iter().flatten();
    let mut names = groups.filter_map(|group: &Value| group["logGroupName"].as_str());
    let found = names.find(|name| name.contains(&wanted)).map(str::to_owned);
    found.with_context(|| format!("the function {function} is not deployed"))
}

fn pascal_case(name: &str) -> String {
    let capitalised = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    name.split('-').map(capitalised).collect()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_printed_once_also_within_one_millisecond() {
        let mut reader = Reader {
            next_ms: 0,
            printed_at_next: 0,
        };
        let event = |time_ms: u64, line: &str| (time_ms, line.to_owned());
        assert_eq!(
            reader.advance(&[event(1, "a"), event(2, "b\n")]),
            ["a", "b"]
        );
        assert_eq!(reader.next_ms, 2);
        assert_eq!(reader.advance(&[event(2, "b")]), Vec::<String>::new());
        assert_eq!(
            reader.advance(&[event(2, "b"), event(2, "c"), event(3, "START RequestId: 1")]),
            ["c"]
        );
        assert_eq!(
            reader.advance(&[event(3, "START RequestId: 1"), event(3, "d")]),
            ["d"]
        );
        assert_eq!(reader.advance(&[]), Vec::<String>::new());
    }

    #[test]
    fn names_are_written_as_in_the_app() {
        assert_eq!(pascal_case("probe-media"), "ProbeMedia");
        assert_eq!(pascal_case("api"), "Api");
    }
}
