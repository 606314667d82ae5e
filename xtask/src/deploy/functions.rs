//! Builds the Lambda functions and the command line, and puts the binaries where the deployment takes them from.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::placing::{self, BinaryStamp};
use crate::cache::remove_folder;
use crate::checkout::Checkout;
use crate::digest;
use crate::process::end_with_this_program;
use crate::run::tail;

/// The command line's folder in the repository, which is the name under which its binary is remembered.
const CLI_FOLDER: &str = "cli";
/// Variables that `cargo run` sets for this program and that mean nothing to another build.
pub const CARGO_RUN_VARIABLES: [&str; 3] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_NAME",
];

/// The binaries as they lie in `.vindex` after a build.
pub struct Binaries {
    /// How each looked when it was copied, by its folder's name.
    pub stamps: BTreeMap<String, BinaryStamp>,
    /// Names of the binaries that changed.
    pub changed: Vec<String>,
}

impl Binaries {
    /// Digest over the functions' names and contents.
    pub fn functions_digest(&self) -> String {
        let functions = self.stamps.iter().filter(|(name, _)| *name != CLI_FOLDER);
        digest::of_texts(functions.flat_map(|(name, stamp)| [name.as_str(), stamp.sha256.as_str()]))
    }
}

/// Builds every function that has a `main.rs`, and the command line.
///
/// # Errors
/// When the build fails or a binary can't be copied.
pub fn build(checkout: &Checkout) -> Result<Binaries> {
    let built = run_cargo(checkout, &packages(&checkout.root)?)?;
    let mut binaries = Binaries {
        stamps: BTreeMap::new(),
        changed: Vec::new(),
    };
    for (name, executable) in built {
        let place = place_of(checkout, &name);
        // Not in the function's own folder, all of which is deployed.
        let stamp_file = checkout.home.join("stamps").join(format!("{name}.json"));
        let (stamp, changed) = placing::put_in_place(&executable, &place, &stamp_file)?;
        if changed {
            binaries.changed.push(name.clone());
        }
        binaries.stamps.insert(name, stamp);
    }
    remove_former_functions(checkout, &binaries.stamps)?;
    Ok(binaries)
}

/// The folder that the deployment takes the functions from.
pub fn folder(checkout: &Checkout) -> PathBuf {
    checkout.home.join("functions")
}

fn place_of(checkout: &Checkout, name: &str) -> PathBuf {
    if name == CLI_FOLDER {
        return checkout.home.join("bin/vindex");
    }
    folder(checkout).join(name).join("bootstrap")
}

/// Folders with a package to build and run, relative to the repository's root.
fn packages(root: &Path) -> Result<Vec<PathBuf>> {
    let functions = root.join("functions");
    let mut folders = vec![PathBuf::from(CLI_FOLDER)];
    for entry in fs::read_dir(&functions)
        .with_context(|| format!("{} can't be listed", functions.display()))?
    {
        folders.push(Path::new("functions").join(entry?.file_name()));
    }
    folders.retain(|folder| root.join(folder).join("src/main.rs").exists());
    folders.sort();
    Ok(folders)
}

/// Builds the packages in `folders`; gives each executable by its folder's name.
fn run_cargo(checkout: &Checkout, folders: &[PathBuf]) -> Result<BTreeMap<String, PathBuf>> {
    let log = checkout.log("build");
    fs::create_dir_all(checkout.logs())?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--message-format=json-render-diagnostics"])
        .current_dir(&checkout.root);
    for folder in folders {
        cargo.arg("--package").arg(package_name(
            &checkout.root.join(folder).join("Cargo.toml"),
        )?);
    }
    for variable in CARGO_RUN_VARIABLES {
        cargo.env_remove(variable);
    }
    end_with_this_program(&mut cargo);
    let output = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&log)?)
        .spawn()
        .context("cargo can't be started")?
        .wait_with_output()?;
    if !output.status.success() {
        bail!(
            "cargo build failed; log: {}\n{}",
            log.display(),
            tail(&log, 0, 40)
        );
    }
    let executables = executables(&String::from_utf8_lossy(&output.stdout), &checkout.root);
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if !executables.contains_key(name.as_ref()) {
            bail!("cargo built no program in {}", folder.display());
        }
    }
    Ok(executables)
}

/// Reads cargo's messages: each program built, by the name of its package's folder.
fn executables(messages: &str, root: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for message in messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let manifest = message["manifest_path"].as_str().map(Path::new);
        let folder = manifest
            .and_then(Path::parent)
            .filter(|folder| folder.starts_with(root));
        let name = folder
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned());
        if let (Some(name), Some(executable)) = (name, message["executable"].as_str()) {
            found.insert(name, PathBuf::from(executable));
        }
    }
    found
}

fn package_name(manifest: &Path) -> Result<String> {
    let text = fs::read_to_string(manifest)
        .with_context(|| format!("{} can't be read", manifest.display()))?;
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix("name")?.trim_start().strip_prefix('='));
    let name = value.map(|value| value.trim().trim_matches('"').to_owned());
    name.with_context(|| format!("{} names no package", manifest.display()))
}

fn remove_former_functions(
    checkout: &Checkout,
    stamps: &BTreeMap<String, BinaryStamp>,
) -> Result<()> {
    for entry in fs::read_dir(folder(checkout))
        .into_iter()
        .flatten()
        .flatten()
    {
        if !stamps.contains_key(entry.file_name().to_string_lossy().as_ref()) {
            remove_folder(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_by_their_folder() {
        let messages = r#"{"reason":"compiler-artifact","manifest_path":"/r/functions/probe-media/Cargo.toml","executable":"/t/debug/probe-media"}
{"reason":"compiler-artifact","manifest_path":"/r/cli/Cargo.toml","executable":"/t/debug/vindex"}
{"reason":"compiler-artifact","manifest_path":"/r/crates/media/Cargo.toml","executable":null}
{"reason":"compiler-artifact","manifest_path":"/elsewhere/tool/Cargo.toml","executable":"/t/debug/tool"}
not json"#;
        let found = executables(messages, Path::new("/r"));
        let expected = [
            ("cli", "/t/debug/vindex"),
            ("probe-media", "/t/debug/probe-media"),
        ];
        assert_eq!(
            found,
            expected
                .map(|(name, path)| (name.to_owned(), PathBuf::from(path)))
                .into()
        );
    }

    #[test]
    fn the_digest_follows_functions_and_not_the_command_line() {
        let stamp = |sha256: &str| BinaryStamp {
            size_bytes: 1,
            modified_ns: 1,
            sha256: sha256.to_owned(),
        };
        let digest = |api: &str, cli: &str| {
            let stamps = [
                ("api".to_owned(), stamp(api)),
                (CLI_FOLDER.to_owned(), stamp(cli)),
            ]
            .into();
            Binaries {
                stamps,
                changed: Vec::new(),
            }
            .functions_digest()
        };
        assert_eq!(digest("1", "1"), digest("1", "2"));
        assert_ne!(digest("1", "1"), digest("2", "1"));
    }

    #[test]
    fn only_folders_with_a_program_are_built() {
        let root = tempfile::tempdir().unwrap();
        for file in [
            "functions/a/src/main.rs",
            "functions/b/src/lib.rs",
            "cli/src/main.rs",
        ] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(
            packages(root.path()).unwrap(),
            ["cli", "functions/a"].map(PathBuf::from)
        );
    }
}
