//! Which API to speak to, and with which token.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

const API_URL: &str = "VINDEX_API_URL";
const TOKEN: &str = "VINDEX_TOKEN";
const FILE: &str = ".vindex/env";

/// Where the API is and who calls it. `Debug` is left out, so that the token is never printed.
pub struct Settings {
    /// Address without a slash at its end.
    pub api_url: String,
    /// Bearer token.
    pub token: String,
    origin: String,
}

/// What the environment and the command line say.
#[derive(Default)]
pub struct Given {
    /// `--api-url`, else the variable.
    pub api_url: Option<String>,
    /// The variable.
    pub token: Option<String>,
}

impl Settings {
    /// The settings of this process: command line, then environment, then `.vindex/env` in the current folder
    /// or the nearest one above that has it.
    ///
    /// # Errors
    /// Wrong use when an address or a token is found nowhere.
    pub fn find(api_url: Option<String>) -> Result<Self, Failure> {
        let given = Given {
            api_url: api_url.or_else(|| variable(API_URL)),
            token: variable(TOKEN),
        };
        let (path, text) = env_file().unwrap_or_default();
        let mut settings = Self::from_parts(given, &text)?;
        settings.origin = settings.origin.replace(FILE, &path.display().to_string());
        Ok(settings)
    }

    /// Where address and token come from, in words.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// A token of the file goes to the address of the file and to no other.
    fn from_parts(given: Given, env_file: &str) -> Result<Self, Failure> {
        let filed_url = value_in(env_file, API_URL).map(trimmed);
        let source = |is_given| if is_given { "option or variable" } else { FILE };
        let (url_source, token_source) = (
            source(given.api_url.is_some()),
            source(given.token.is_some()),
        );
        let api_url = given.api_url.map(trimmed).or_else(|| filed_url.clone()).ok_or_else(|| {
            Failure::WrongUse(format!(
                "no API address: run `cargo xtask up` in a checkout and this command below it, or set {API_URL}"
            ))
        })?;
        let is_of_file = filed_url.as_ref() == Some(&api_url);
        let token = given
            .token
            .or_else(|| value_in(env_file, TOKEN).filter(|_| is_of_file))
            .ok_or_else(|| {
                Failure::WrongUse(format!(
                    "no token for {api_url}: run `cargo xtask up` for the local stack, or set {TOKEN}"
                ))
            })?;
        let origin = format!("address from {url_source}, token from {token_source}");
        Ok(Self {
            api_url,
            token,
            origin,
        })
    }
}

/// What `.vindex/env` says.
pub fn filed_value(name: &str) -> Option<String> {
    let (_, text) = env_file()?;
    value_in(&text, name)
}

fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    value.filter(|value| !value.is_empty())
}

/// The nearest file and what is in it.
fn env_file() -> Option<(PathBuf, String)> {
    let folder = std::env::current_dir().ok()?;
    let path = env_file_above(&folder)?;
    let bytes = std::fs::read(&path).ok()?;
    Some((path, String::from_utf8_lossy(&bytes).into_owned()))
}

fn trimmed(url: String) -> String {
    url.trim_end_matches('/').to_owned()
}

fn env_file_above(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .map(|folder| folder.join(FILE))
        .find(|path| path.is_file())
}

/// The value of a `KEY=value` line, as a shell that sources the file would read it.
fn value_in(env_file: &str, name: &str) -> Option<String> {
    env_file
        .lines()
        .map(str::trim)
        .filter_map(|line| line.strip_prefix("export ").unwrap_or(line).split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| unquoted(value))
        .rfind(|value| !value.is_empty())
}

fn unquoted(value: &str) -> String {
    let between = |quote| {
        value
            .strip_prefix(quote)
            .and_then(|rest: &str| rest.strip_suffix(quote))
    };
    match (between('\''), between('"')) {
        (Some(inner), _) => inner.replace(r"'\''", "'"),
        (None, Some(inner)) => inner.to_owned(),
        (None, None) => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENV_FILE: &str =
        "# written by up\nVINDEX_API_URL='http://127.0.0.1:4566/a/$default/'\nVINDEX_TOKEN=abc\n";

    fn given(api_url: Option<&str>, token: Option<&str>) -> Given {
        Given {
            api_url: api_url.map(str::to_owned),
            token: token.map(str::to_owned),
        }
    }

    fn check(given: Given, file: &str, expected: Result<(&str, &str), &str>) {
        match (Settings::from_parts(given, file), expected) {
            (Ok(found), Ok((api_url, token))) => {
                assert_eq!(
                    (found.api_url.as_str(), found.token.as_str()),
                    (api_url, token)
                );
            }
            (Err(failure), Err(part)) => {
                assert!(failure.to_string().contains(part), "{failure}");
                assert_eq!(failure.code(), crate::failure::WRONG_USE);
            }
            (found, _) => panic!("unexpected: ok = {}", found.is_ok()),
        }
    }

    #[test]
    fn the_file_serves_what_is_not_given() {
        check(
            given(None, None),
            ENV_FILE,
            Ok(("http://127.0.0.1:4566/a/$default", "abc")),
        );
        check(
            given(None, Some("t")),
            ENV_FILE,
            Ok(("http://127.0.0.1:4566/a/$default", "t")),
        );
        check(
            given(Some("https://x/"), Some("t")),
            ENV_FILE,
            Ok(("https://x", "t")),
        );
    }

    #[test]
    fn a_token_of_the_file_goes_to_no_other_address() {
        check(
            given(Some("https://elsewhere"), None),
            ENV_FILE,
            Err("VINDEX_TOKEN"),
        );
    }

    #[test]
    fn what_is_missing_is_told_with_the_way_out() {
        check(given(None, None), "", Err("cargo xtask up"));
        check(
            given(Some("https://x"), None),
            "VINDEX_TOKEN=\n",
            Err("VINDEX_TOKEN"),
        );
    }

    #[test]
    fn the_nearest_file_above_is_found() {
        let checkout = tempfile::tempdir().unwrap();
        let below = checkout.path().join("a/b");
        std::fs::create_dir_all(&below).unwrap();
        std::fs::create_dir(checkout.path().join(".vindex")).unwrap();
        let file = checkout.path().join(".vindex/env");
        std::fs::write(&file, ENV_FILE).unwrap();
        assert_eq!(env_file_above(&below), Some(file));
    }
}
