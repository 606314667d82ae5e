//! Typed reading of the environment. Only a function's `config.rs` calls this.

use std::{fmt::Display, str::FromStr};

/// A variable that is missing or does not parse; names the variable.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// Not set, or empty.
    #[error("environment variable {0} is not set")]
    Missing(&'static str),
    /// Set to something else than it should be.
    #[error("environment variable {name} is not valid: {reason}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// Why its value does not parse.
        reason: String,
    },
}

/// Reads a variable that must be set.
///
/// # Errors
/// Missing, empty, or not of the type.
pub fn required<T: FromStr<Err: Display>>(name: &'static str) -> Result<T, ConfigError> {
    optional(name)?.ok_or(ConfigError::Missing(name))
}

/// Reads a variable that may be absent; an empty one counts as absent.
///
/// # Errors
/// Not of the type.
pub fn optional<T: FromStr<Err: Display>>(name: &'static str) -> Result<Option<T>, ConfigError> {
    parse(name, std::env::var(name).ok())
}

fn parse<T: FromStr<Err: Display>>(
    name: &'static str,
    value: Option<String>,
) -> Result<Option<T>, ConfigError> {
    value
        .filter(|value| !value.is_empty())
        .map(|value| {
            value.parse().map_err(|error: T::Err| ConfigError::Invalid {
                name,
                reason: error.to_string(),
            })
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_counts_as_absent_and_rubbish_names_the_variable() {
        assert_eq!(parse::<u32>("A", None), Ok(None));
        assert_eq!(parse::<u32>("A", Some(String::new())), Ok(None));
        assert_eq!(parse::<u32>("A", Some("7".into())), Ok(Some(7)));
        let error = parse::<u32>("A", Some("x".into())).unwrap_err();
        assert!(error.to_string().starts_with("environment variable A"));
    }
}
