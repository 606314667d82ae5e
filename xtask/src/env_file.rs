//! `.vindex/env`: what a shell or a program needs to reach the stack, as `KEY=value` lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::state::write_whole;

const HEAD: &str = "# Written by `cargo xtask up`. In a shell: set -a; . .vindex/env; set +a
# renew the token with: cargo xtask token
";

/// The values, by name.
pub type Values = BTreeMap<String, String>;

/// Where the file of the checkout whose `.vindex` is `home` lies.
pub fn path(home: &Path) -> PathBuf {
    home.join("env")
}

/// Reads the file; empty when there is none.
pub fn read(home: &Path) -> Values {
    let text = fs::read_to_string(path(home)).unwrap_or_default();
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), unquoted(value)))
        .collect()
}

/// Writes the file, readable by its owner alone, since it holds a token.
///
/// # Errors
/// When it can't be written.
pub fn write(home: &Path, values: &Values) -> Result<()> {
    let lines: String = values
        .iter()
        .map(|(name, value)| format!("{name}={}\n", quoted(value)))
        .collect();
    write_whole(&path(home), &format!("{HEAD}{lines}"))
}

/// A value as a shell reads it back: in single quotes only where it needs them, so that simple readers work too.
fn quoted(value: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:@%+=,$~".contains(character);
    if value
        .chars()
        .all(|character| is_plain(character) && character != '$')
    {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

fn unquoted(value: &str) -> String {
    let inner = value
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    inner.map_or_else(|| value.to_owned(), |inner| inner.replace(r"'\''", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_written_is_read_by_us_and_by_a_shell() {
        let home = tempfile::tempdir().unwrap();
        let value = "http://127.0.0.1:4566/_aws/execute-api/a1/$default";
        let values: Values = [
            ("VINDEX_API_URL", value),
            ("ODD", "it's a b"),
            ("PLAIN", "x-1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        write(home.path(), &values).unwrap();
        assert_eq!(read(home.path()), values);
        let script = r#". "$0"; printf '%s|%s|%s' "$VINDEX_API_URL" "$ODD" "$PLAIN""#;
        let output = std::process::Command::new("sh")
            .args(["-c", script])
            .arg(path(home.path()))
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            format!("{value}|it's a b|x-1")
        );
    }

    #[test]
    fn only_its_owner_can_read_it() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), &Values::new()).unwrap();
        assert_eq!(
            fs::metadata(path(home.path()))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o600
        );
    }
}
