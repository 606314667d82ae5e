//! The checks, one after the other.

use std::{
    io::{IsTerminal, stdout},
    time::Duration,
};

use jiff::{SpanRound, Timestamp, Unit};

use super::{Check, token::Claims};
use crate::{
    client::Client,
    failure::Failure,
    ffmpeg::Ffmpeg,
    play::{OPENERS, PLAYERS},
    programs::on_path,
    settings::{self, Settings},
    state_folder::state_file,
    thumbnails::{Protocol, Thumbnails},
};

/// Signed requests are refused from 15 minutes on; this is soon enough to say so.
const MAX_SKEW_S: i64 = 60;
const FATAL_SKEW_S: i64 = 15 * 60;
/// A token that ends sooner than this is worth a word.
const SOON_S: i64 = 10 * 60;
const RENEW: &str = "`cargo xtask token` renews that of the local stack; elsewhere sign in again and set VINDEX_TOKEN";

/// Where the API's address and the token come from.
pub fn settings_check(settings: &Result<Settings, Failure>) -> Check {
    match settings {
        Ok(settings) => Check::ok("settings", settings.origin()),
        Err(failure) => Check::failed(
            "settings",
            failure.to_string(),
            "run in a checkout after `cargo xtask up`, or set VINDEX_API_URL and VINDEX_TOKEN",
        ),
    }
}

/// Whether the API answers, and whom it takes the caller for.
pub async fn api_checks(settings: Settings) -> Vec<Check> {
    let claims = Claims::of(&settings.token);
    let mut checks = Vec::new();
    let client = match Client::new(settings) {
        Ok(client) => client,
        Err(failure) => {
            return vec![Check::failed(
                "api",
                failure.to_string(),
                "check the address",
            )];
        }
    };
    match client.health().await {
        Ok(date) => {
            checks.push(Check::ok("api", format!("{} answers", client.api_url())));
            checks.extend(date.as_deref().and_then(clock));
            checks.push(token(&client, claims).await);
        }
        Err(failure) => {
            let way_out =
                "check the address and the network; `cargo xtask status` shows the local stack";
            checks.push(Check::failed("api", failure.to_string(), way_out));
            checks.extend(stack_ports().await);
        }
    }
    checks
}

/// The difference between this machine's clock and that of the API.
fn clock(date: &str) -> Option<Check> {
    let there = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    let skew_s = (Timestamp::now().as_second() - there.as_second()).abs();
    let detail = format!("{skew_s} s apart from that of the API");
    let way_out = "set the clock of this machine, best by NTP";
    Some(match skew_s {
        MAX_SKEW_S.. if skew_s >= FATAL_SKEW_S => Check::failed("clock", detail, way_out),
        MAX_SKEW_S.. => Check::warning("clock", detail, way_out),
        _ => Check::ok("clock", detail),
    })
}

async fn token(client: &Client, claims: Option<Claims>) -> Check {
    if let Err(failure) = client.videos(None).await {
        return Check::failed("token", failure.to_string(), RENEW);
    }
    let Some(claims) = claims else {
        return Check::ok("token", "accepted");
    };
    let workspace = claims.workspace().unwrap_or("unknown");
    let mut detail = format!("accepted, workspace {workspace}");
    let end = claims.exp.and_then(|end| Timestamp::from_second(end).ok());
    let Some(end) = end else {
        return Check::ok("token", detail);
    };
    let left = end.duration_since(Timestamp::now());
    let rounded = jiff::Span::try_from(left)
        .and_then(|span| span.round(SpanRound::new().largest(Unit::Hour).smallest(Unit::Minute)));
    if let Ok(left) = rounded {
        detail.push_str(&format!(", ends {end} (in {left:#})"));
    }
    if left.as_secs() < SOON_S {
        return Check::warning("token", detail, RENEW);
    }
    Check::ok("token", detail)
}

/// The parts of the local stack that `.vindex/env` names, by whether something listens there.
async fn stack_ports() -> Vec<Check> {
    let parts = [
        ("local AWS", "AWS_ENDPOINT_URL"),
        ("OpenSearch", "VINDEX_OPENSEARCH_URL"),
    ];
    let mut checks = Vec::new();
    for (name, variable) in parts {
        let Some(url) = settings::filed_value(variable) else {
            continue;
        };
        let listens = listens(&url).await;
        checks.push(if listens {
            Check::ok(name, format!("something listens at {url}"))
        } else {
            let way_out = "`cargo xtask up` starts it, `cargo xtask logs` shows why it ended";
            Check::failed(name, format!("nothing listens at {url}"), way_out)
        });
    }
    checks
}

async fn listens(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return false;
    };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return false;
    };
    let connecting = tokio::net::TcpStream::connect((host, port));
    let connected = tokio::time::timeout(Duration::from_secs(2), connecting).await;
    matches!(connected, Ok(Ok(_)))
}

/// What this machine has.
pub async fn local_checks() -> Vec<Check> {
    vec![ffmpeg().await, player(), terminal(), memory()]
}

async fn ffmpeg() -> Check {
    let way_out = "for `clip` install ffmpeg, or let VINDEX_FFMPEG name it";
    let Some(ffmpeg) = Ffmpeg::find() else {
        return Check::warning("ffmpeg", "not found", way_out);
    };
    let path = ffmpeg.path.display();
    match ffmpeg.version().await {
        Ok(version) => Check::ok("ffmpeg", format!("{version}, {path}")),
        Err(error) => Check::warning("ffmpeg", format!("{path}: {error:#}"), way_out),
    }
}

fn player() -> Check {
    let found = |names: &[&str]| names.iter().find_map(|name| on_path(name));
    if let Some(path) = found(&PLAYERS) {
        return Check::ok("player", path.display().to_string());
    }
    match found(&OPENERS) {
        Some(path) => Check::ok("player", format!("none; {} opens links", path.display())),
        None => Check::warning("player", "none", "for `play` install mpv, vlc or ffplay"),
    }
}

fn terminal() -> Check {
    if !stdout().is_terminal() {
        return Check::ok("terminal", "standard output is none");
    }
    Check::ok(
        "terminal",
        match Thumbnails::Auto.protocol() {
            Some(Protocol::Kitty) => "shows thumbnails, by Kitty's protocol",
            Some(Protocol::Iterm2) => "shows thumbnails, by iTerm2's protocol",
            None => "not known to show thumbnails; `search --thumbnails always` tries",
        },
    )
}

fn memory() -> Check {
    match state_file("uploads", "") {
        Ok(folder) => {
            let count = std::fs::read_dir(&folder).map_or(0, Iterator::count);
            let name = folder.display();
            Check::ok("memory", format!("{count} interrupted uploads in {name}"))
        }
        Err(error) => Check::warning(
            "memory",
            format!("{error:#}"),
            "uploads can't be gone on with; let XDG_STATE_HOME name a folder that can be written",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn clocks_apart_are_told() {
        for (apart_s, expected) in [(0, State::Ok), (120, State::Warning), (3600, State::Failed)] {
            let there = Timestamp::now() - jiff::SignedDuration::from_secs(apart_s);
            let zoned = there.in_tz("UTC").unwrap();
            let date = jiff::fmt::rfc2822::to_string(&zoned).unwrap();
            assert_eq!(clock(&date).unwrap().state, expected, "{date}");
        }
        let http = clock("Thu, 26 Nov 2026 18:00:00 GMT");
        assert!(http.is_some());
        assert!(clock("yesterday").is_none());
    }
}
