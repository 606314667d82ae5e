//! The page: built from `web/`, and put into the bucket that serves it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::aws::{self, LocalAws};
use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::deploy::outputs::Outputs;
use crate::digest;
use crate::env_file::Values;
use crate::install::node;
use crate::run::run_logged;

const BUILD_LIMIT: Duration = Duration::from_secs(180);
/// Entries of `web/` that do not go into the page.
const NOT_BUILT: [&str; 5] = ["node_modules", "dist", "e2e", "bench", "README.md"];
/// Holds the digest of the sources that the page was built from.
const MARKER: &str = ".built-from";
/// Set to the digest of what lies in the bucket; it goes wherever the bucket goes.
const PUBLISHED_PARAMETER: &str = "/vindex/page";
const SETTINGS_FILE: &str = "config.json";

/// Builds the page unless its sources are those it was built from; true when built now.
///
/// # Errors
/// When its modules can't be installed, or Vite refuses, as it does for a page above its size.
pub fn build(checkout: &Checkout, cache: &Cache) -> Result<bool> {
    let log = checkout.log("web");
    node::install(cache, &checkout.web(), &log)?;
    let sources = digest::of_folder(&checkout.web(), &NOT_BUILT)?;
    let marker = folder(checkout).join(MARKER);
    if fs::read_to_string(&marker).is_ok_and(|known| known == sources) {
        return Ok(false);
    }
    let mut vite = Command::new("node");
    vite.arg(checkout.web().join("node_modules/vite/bin/vite.js"))
        .args(["build", "--emptyOutDir", "--outDir"])
        .arg(folder(checkout))
        .current_dir(checkout.web());
    run_logged(vite, "vite build", &log, BUILD_LIMIT)?;
    fs::write(marker, sources)?;
    Ok(true)
}

/// Puts the built page into its bucket, with the settings beside it, unless the same lies there; true when put now.
///
/// # Errors
/// When a file can't be read or is refused.
pub fn publish(
    checkout: &Checkout,
    aws: &LocalAws,
    aws_port: u16,
    outputs: &Outputs,
    environment: &Values,
) -> Result<bool> {
    let folder = folder(checkout);
    let bucket = outputs.get("PageBucket")?;
    let settings = settings(aws_port, outputs, environment)?;
    let digest = digest::of_texts([digest::of_folder(&folder, &[])?.as_str(), &settings, bucket]);
    if aws.parameter(PUBLISHED_PARAMETER)?.as_deref() == Some(&digest) {
        return Ok(false);
    }
    for name in names(&folder)? {
        let file = PageFile::named(&name)?;
        aws.put_object(bucket, &name, &file, fs::read(folder.join(&name))?)?;
    }
    let file = PageFile::named(SETTINGS_FILE)?;
    aws.put_object(bucket, SETTINGS_FILE, &file, settings.into_bytes())?;
    aws.set_parameter(PUBLISHED_PARAMETER, &digest)?;
    Ok(true)
}

/// How a file of the page is served.
#[derive(Debug, PartialEq)]
pub struct PageFile {
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its `Cache-Control`.
    pub cache_control: &'static str,
}

impl PageFile {
    fn named(name: &str) -> Result<Self> {
        let content_type = match name.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("json") => "application/json",
            _ => bail!("the page has a file of an unknown kind: {name}"),
        };
        // The names of these hold their digest.
        let cache_control = if name.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        Ok(Self {
            content_type,
            cache_control,
        })
    }
}

/// What the page reads at its start. It signs the local user in by itself, who has no secrets from this machine.
fn settings(aws_port: u16, outputs: &Outputs, environment: &Values) -> Result<String> {
    let value = |name: &str| {
        environment
            .get(name)
            .with_context(|| format!("the environment lacks {name}"))
    };
    let endpoint = aws::endpoint(aws_port);
    let settings = json!({
        "api_url": value("VINDEX_API_URL")?,
        "sign_in": {
            "issuer": format!("{endpoint}/{}", outputs.get("UserPoolId")?),
            "client_id": outputs.get("PageClientId")?,
        },
        "local_user": {
            "name": value("VINDEX_USER")?,
            "password": value("VINDEX_PASSWORD")?,
            "client_id": outputs.get("UserPoolClientId")?,
            "cognito_url": format!("{endpoint}/"),
        },
    });
    Ok(serde_json::to_string_pretty(&settings)?)
}

fn folder(checkout: &Checkout) -> PathBuf {
    checkout.home.join("page")
}

/// Names of the page's files, `index.html` last: whoever opens it meanwhile finds what it asks for.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for below in ["", "assets/"] {
        let listed = folder.join(below);
        let entries = fs::read_dir(&listed)
            .with_context(|| format!("{} can't be listed", listed.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_file() && !name.starts_with('.') {
                names.push(format!("{below}{name}"));
            }
        }
    }
    names.sort_by_key(|name| (name == "index.html", name.clone()));
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_served_as_what_they_are() {
        let served =
            |name: &str| PageFile::named(name).map(|file| (file.content_type, file.cache_control));
        assert_eq!(
            served("index.html").unwrap(),
            ("text/html; charset=utf-8", "no-cache")
        );
        let (content_type, cache_control) = served("assets/index-abc.js").unwrap();
        assert_eq!(content_type, "text/javascript; charset=utf-8");
        assert!(cache_control.contains("immutable"));
        assert!(served("assets/picture.bmp").is_err());
    }

    #[test]
    fn the_page_itself_comes_last_and_markers_stay_behind() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        for name in ["index.html", "favicon.svg", MARKER, "assets/z.js"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(
            names(folder.path()).unwrap(),
            ["assets/z.js", "favicon.svg", "index.html"]
        );
    }
}
