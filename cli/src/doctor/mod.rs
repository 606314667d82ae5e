//! `doctor`: what works and what doesn't, each with the way out.

mod checks;
mod token;

use serde::Serialize;

use self::checks::{api_checks, local_checks, settings_check};
use crate::{
    failure::{DONE, FAILED, Failure},
    output::{Output, json_line, line},
    settings::Settings,
    text::printable,
};

/// How something is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It works.
    Ok,
    /// Something that one can do without does not work.
    Warning,
    /// Nothing, or hardly anything, works without it.
    Failed,
}

/// What was looked at and how it is.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What.
    name: &'static str,
    /// How.
    state: State,
    /// What was found, for people.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    way_out: Option<String>,
}

impl Check {
    /// It works.
    pub fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Ok,
            detail: detail.into(),
            way_out: None,
        }
    }

    /// It can be done without, but this helps.
    pub fn warning(name: &'static str, detail: impl Into<String>, way_out: &str) -> Self {
        Self {
            state: State::Warning,
            way_out: Some(way_out.to_owned()),
            ..Self::ok(name, detail)
        }
    }

    /// It can't be done without, and this helps.
    pub fn failed(name: &'static str, detail: impl Into<String>, way_out: &str) -> Self {
        Self {
            state: State::Failed,
            way_out: Some(way_out.to_owned()),
            ..Self::ok(name, detail)
        }
    }
}

/// Looks at everything, also where something essential fails; the exit code says whether it did.
///
/// # Errors
/// When the results can't be written.
pub async fn doctor(output: &Output, api_url: Option<String>) -> Result<u8, Failure> {
    let settings = Settings::find(api_url);
    let mut checks = vec![settings_check(&settings)];
    if let Ok(settings) = settings {
        checks.extend(api_checks(settings).await);
    }
    checks.extend(local_checks().await);
    for check in &checks {
        if output.is_json() {
            json_line(check)?;
        } else {
            show(output, check)?;
        }
    }
    let has_failed = checks.iter().any(|check| check.state == State::Failed);
    Ok(if has_failed { FAILED } else { DONE })
}

fn show(output: &Output, check: &Check) -> Result<(), Failure> {
    let (word, colour) = match check.state {
        State::Ok => ("ok     ", "\u{1b}[32m"),
        State::Warning => ("warning", "\u{1b}[33m"),
        State::Failed => ("FAILED ", "\u{1b}[31m"),
    };
    let (on, off) = if output.is_bold() {
        (colour, "\u{1b}[0m")
    } else {
        ("", "")
    };
    let (name, detail) = (check.name, printable(&check.detail));
    line(&format!("{on}{word}{off}  {name:<10}  {detail}"))?;
    match &check.way_out {
        Some(way_out) => line(&format!("{:21}{way_out}", "")),
        None => Ok(()),
    }
}
