//! Which crate may depend on which: dependencies point one way, and `contracts` stays light.
#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use serde_json::Value;
use std::{collections::BTreeSet, process::Command};

/// All that `contracts` may pull into every function and client.
const CONTRACTS_MAY_USE: [&str; 11] = [
    "contracts",
    "itoa",
    "memchr",
    "proc-macro2",
    "quote",
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "syn",
    "unicode-ident",
];
/// What serde_json writes floating-point numbers with; its name changes between releases.
const FLOAT_WRITERS: [&str; 2] = ["ryu", "zmij"];

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo {arguments:?} failed");
    String::from_utf8(output.stdout).unwrap()
}

/// Every member: its folder below the root, its name, and the members it needs to run.
fn members() -> Vec<(String, String, BTreeSet<String>)> {
    let metadata: Value = serde_json::from_str(&cargo(&[
        "metadata",
        "--format-version=1",
        "--no-deps",
        "--locked",
    ]))
    .unwrap();
    let root = metadata["workspace_root"].as_str().unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let manifest = package["manifest_path"].as_str().unwrap();
            let folder = manifest.strip_prefix(root).unwrap().trim_start_matches('/');
            let needs = package["dependencies"].as_array().unwrap().iter();
            let needs =
                needs.filter(|needed| needed["path"].is_string() && needed["kind"].is_null());
            (
                folder.split('/').next().unwrap().to_owned(),
                package["name"].as_str().unwrap().to_owned(),
                needs
                    .map(|needed| needed["name"].as_str().unwrap().to_owned())
                    .collect(),
            )
        })
        .collect()
}

#[test]
fn contracts_pull_in_serde_and_little_else() {
    let tree = cargo(&[
        "tree",
        "--locked",
        "-p",
        "contracts",
        "-e",
        "normal",
        "--prefix",
        "none",
    ]);
    let used: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let allowed = |name: &&str| CONTRACTS_MAY_USE.contains(name) || FLOAT_WRITERS.contains(name);
    let more: Vec<_> = used
        .into_iter()
        .filter(|name| !name.is_empty() && !allowed(name))
        .collect();
    assert_eq!(
        more,
        Vec::<&str>::new(),
        "contracts pulls in more than it may"
    );
}

#[test]
fn nothing_depends_on_a_function() {
    let members = members();
    let functions: BTreeSet<&String> = members
        .iter()
        .filter(|(folder, ..)| folder == "functions")
        .map(|(_, name, _)| name)
        .collect();
    assert!(functions.len() >= 12, "the functions were not found");
    for (folder, name, needs) in &members {
        let found: Vec<_> = needs
            .iter()
            .filter(|needed| functions.contains(needed))
            .collect();
        let may = folder == "tests";
        assert!(
            may || found.is_empty(),
            "{name} depends on the functions {found:?}"
        );
    }
}

#[test]
fn what_is_pure_needs_only_what_is_pure() {
    let members = members();
    for (pure, may) in [
        ("moments", &["contracts"][..]),
        ("captions", &["contracts", "moments"]),
    ] {
        let (_, _, needs) = members.iter().find(|(_, name, _)| name == pure).unwrap();
        let may: BTreeSet<String> = may.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(*needs, may, "{pure}");
    }
}

#[test]
fn clients_know_the_contracts_and_nothing_behind_the_api() {
    for (folder, name, needs) in members() {
        if folder == "cli" {
            assert_eq!(needs, BTreeSet::from(["contracts".to_owned()]), "{name}");
        }
    }
}
