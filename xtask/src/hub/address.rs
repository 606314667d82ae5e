//! Addresses: how they are written, where a redirect leads, and who may see the token.

use anyhow::{Context, Result, bail};
use ureq::http::Uri;

/// Address of a file of a repository.
pub fn of_file(endpoint: &str, repository: &str, revision: &str, path: &str) -> String {
    let revision = encoded(revision).replace('/', "%2F");
    format!(
        "{endpoint}/{}/resolve/{revision}/{}",
        encoded(repository),
        encoded(path)
    )
}

/// Whether two addresses have scheme, host and port in common.
pub fn is_same_origin(one: &str, other: &str) -> bool {
    match (origin(one), origin(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Where a redirect from `base` leads.
///
/// # Errors
/// Something that is no address, or from https to http.
pub fn joined(base: &str, location: &str) -> Result<String> {
    let location = location.split('#').next().unwrap_or_default();
    let (scheme, authority) = origin(base)?;
    let target = if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.contains("://") {
        location.to_owned()
    } else {
        let path = base.split(['?', '#']).next().unwrap_or_default();
        let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
        format!("{folder}/{location}")
    };
    let (target_scheme, _) = origin(&target)?;
    if scheme == "https" && target_scheme != "https" {
        bail!("a redirect leads from https to {target_scheme}");
    }
    Ok(target)
}

/// Scheme, and host with port, in lower case.
fn origin(address: &str) -> Result<(String, String)> {
    let uri: Uri = address
        .parse()
        .with_context(|| format!("{address} is no address"))?;
    let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => bail!("{address} is no http address"),
    };
    let host = uri
        .host()
        .with_context(|| format!("{address} has no host"))?;
    let port = uri.port_u16().unwrap_or(default_port);
    Ok((scheme, format!("{}:{port}", host.to_ascii_lowercase())))
}

/// Everything but letters, digits, `-._~` and `/` in percent form.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_so_that_they_stay_one_part() {
        assert_eq!(
            of_file("http://h", "a/b", "refs/pr/1", "onnx/m é.onnx"),
            "http://h/a/b/resolve/refs%2Fpr%2F1/onnx/m%20%C3%A9.onnx"
        );
    }

    #[test]
    fn redirects_lead_where_they_say() {
        let check = |location: &str, expected: &str| {
            assert_eq!(joined("https://h/a/b?q=/x", location).unwrap(), expected);
        };
        check("/c?u=http://x", "https://h:443/c?u=http://x");
        check("c", "https://h/a/c");
        check("//k/c#part", "https://k/c");
        check("https://k:8/c", "https://k:8/c");
        for refused in ["http://h/c", "ftp://h/c"] {
            assert!(joined("https://h/a", refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let check = |other: &str, expected: bool| {
            assert_eq!(
                is_same_origin("https://h.example", other),
                expected,
                "{other}"
            );
        };
        check("https://H.example:443/a", true);
        check("https://h.example:8443/a", false);
        check("http://h.example/a", false);
        check("https://h.example.evil/a", false);
        check("https://h.example@evil/a", false);
    }
}
