//! `infra/functions.json` against the functions themselves and the names in `contracts`.
#![expect(
    clippy::unwrap_used,
    reason = "clippy's exception for tests does not reach the functions that tests share"
)]

use contracts::env;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table() -> Map<String, Value> {
    let whole: Value = serde_json::from_str(&read("infra/functions.json")).unwrap();
    whole["functions"].as_object().unwrap().clone()
}

fn environment(entry: &Value) -> BTreeSet<String> {
    let names = entry["env"].as_object().unwrap().keys();
    names.cloned().collect()
}

/// Actions with what each is allowed on.
fn grants(entry: &Value) -> Vec<(String, String)> {
    let texts = |list: &Value| -> Vec<String> {
        let items = list.as_array().unwrap().iter();
        items
            .map(|item| item.as_str().unwrap().to_owned())
            .collect()
    };
    let permissions = entry["permissions"].as_array().unwrap().iter();
    permissions
        .flat_map(|permission| {
            let on = texts(&permission["on"]);
            let actions = texts(&permission["actions"]).into_iter();
            actions.flat_map(move |action| {
                on.clone()
                    .into_iter()
                    .map(move |symbol| (action.clone(), symbol))
            })
        })
        .collect()
}

#[test]
fn every_function_has_an_entry_and_every_entry_a_function() {
    let folders: BTreeSet<String> = fs::read_dir(repository("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let entries: BTreeSet<String> = table().into_iter().map(|(name, _)| name).collect();
    assert_eq!(folders, entries);
}

#[test]
fn settings_stay_within_what_lambda_allows_a_new_account() {
    for (name, entry) in table() {
        let number = |field: &str| entry[field].as_u64().unwrap();
        assert!((128..=3008).contains(&number("memoryMb")), "{name}: memory");
        assert!(
            (1..=900).contains(&number("timeoutSeconds")),
            "{name}: timeout"
        );
        assert!(
            (512..=10240).contains(&number("ephemeralMb")),
            "{name}: ephemeral"
        );
        let text = entry["description"].as_str().unwrap();
        assert!((1..=256).contains(&text.len()), "{name}: description");
    }
}

#[test]
fn a_function_behind_the_http_api_ends_before_the_api_gives_up() {
    let mut open = Vec::new();
    for (name, entry) in table() {
        for route in entry["routes"].as_array().into_iter().flatten() {
            let timeout = entry["timeoutSeconds"].as_u64().unwrap();
            assert!(timeout < 30, "{name}: {timeout} s");
            match route["auth"].as_str() {
                Some("JWT") => {}
                Some("NONE") => open.push(route["path"].as_str().unwrap().to_owned()),
                other => panic!("{name}: auth {other:?}"),
            }
        }
    }
    assert_eq!(open, ["/health"], "routes without a token");
}

#[test]
fn permissions_name_each_action_and_what_it_is_on() {
    for (name, entry) in table() {
        let grants = grants(&entry);
        assert!(!grants.is_empty(), "{name} may do nothing");
        for (action, symbol) in &grants {
            assert!(
                !action.contains('*') && action.contains(':'),
                "{name}: {action}"
            );
            assert!(
                !symbol.contains('*') && symbol.contains('.'),
                "{name}: {action} on {symbol}"
            );
        }
        let different: BTreeSet<_> = grants.iter().collect();
        assert_eq!(
            different.len(),
            grants.len(),
            "{name} is allowed something twice"
        );
    }
}

#[test]
fn what_a_function_is_told_of_it_may_use_and_the_reverse() {
    let pairs = [
        (env::TABLE, "dynamodb:", ""),
        (env::DERIVED_BUCKET, "s3:", "derived."),
        (env::OPENSEARCH_URL, "es:", ""),
        (env::INDEX_STATE_MACHINE_ARN, "states:", "index-video."),
        (env::DELETE_STATE_MACHINE_ARN, "states:", "delete-video."),
        (env::REINDEX_STATE_MACHINE_ARN, "states:", "reindex."),
    ];
    for (name, entry) in table() {
        let (told, grants) = (environment(&entry), grants(&entry));
        for (variable, service, symbol) in pairs {
            let allowed = grants
                .iter()
                .any(|(action, on)| action.starts_with(service) && on.starts_with(symbol));
            assert_eq!(told.contains(variable), allowed, "{name}: {variable}");
        }
        for (variable, layer) in [
            (env::FFMPEG, "ffmpeg"),
            (env::ONNXRUNTIME, "onnxruntime"),
            (env::MODELS_DIR, "models"),
        ] {
            let layers = entry["layers"].as_array().unwrap();
            let has = layers.iter().any(|name| name == layer);
            assert_eq!(told.contains(variable), has, "{name}: layer {layer}");
        }
    }
}

#[test]
fn variables_have_the_names_of_contracts_and_each_is_read_by_someone() {
    let mut used = BTreeSet::new();
    for (name, entry) in table() {
        for variable in environment(&entry) {
            assert!(env::ALL.contains(&variable.as_str()), "{name}: {variable}");
            used.insert(variable);
        }
    }
    let all: BTreeSet<String> = env::ALL.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(used, all);
}

/// Names of the constants in `contracts::env` with their values.
fn constants() -> BTreeMap<String, String> {
    let source = read("crates/contracts/src/env.rs");
    let lines = source.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("pub const ")?.split_once(": &str = \"")?;
        Some((name.to_owned(), value.strip_suffix("\";")?.to_owned()))
    });
    lines.collect()
}

#[test]
fn a_functions_environment_is_what_its_config_reads() {
    let constants = constants();
    assert_eq!(constants.len(), env::ALL.len());
    for (name, entry) in table() {
        let config = format!("functions/{name}/src/config.rs");
        // Until a function is written it reads nothing.
        if !repository(&config).exists() {
            continue;
        }
        let source = read(&config);
        let words: BTreeSet<&str> = source
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .collect();
        let reads: BTreeSet<String> = constants
            .iter()
            .filter(|(constant, _)| words.contains(constant.as_str()))
            .map(|(_, value)| value.clone())
            .collect();
        assert_eq!(
            reads,
            environment(&entry),
            "{config} (left) and functions.json (right)"
        );
    }
}
