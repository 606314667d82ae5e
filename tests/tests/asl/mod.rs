//! Walks the definitions of `statemachine/`, and the rules that nothing checks before AWS would.

pub mod rules;

use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// What a state machine's file holds.
pub struct Definition {
    /// Name of the file without its endings.
    pub name: String,
    /// Its JSON.
    pub json: Value,
}

/// One state, at any depth.
pub struct State<'a> {
    /// `index-video/IndexChunks/ExtractChunk`
    pub path: String,
    /// `ExtractChunk`
    pub name: &'a str,
    /// The state itself.
    pub json: &'a Value,
    /// Whether it runs once for each item of a Map, so that its Catch cannot leave it.
    pub inside_map: bool,
}

/// A group of states between which transitions are possible: a whole machine, or a Map's processor.
pub struct Scope<'a> {
    /// `index-video/IndexChunks`
    pub path: String,
    /// Where it starts.
    pub start: &'a str,
    /// Its states by name.
    pub states: BTreeMap<&'a str, &'a Value>,
}

/// The text of a file of the repository.
pub fn repository_file(path: &str) -> String {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()))
}

/// `infra/functions.json`, the part that lists the functions.
pub fn function_table() -> Value {
    let table: Value = serde_json::from_str(&repository_file("infra/functions.json")).unwrap();
    table["functions"].clone()
}

/// Every definition of `statemachine/`.
pub fn definitions() -> Vec<Definition> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../statemachine");
    let mut found: Vec<Definition> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let file = entry.unwrap().file_name().into_string().unwrap();
            let name = file.strip_suffix(".asl.json")?.to_owned();
            let json =
                serde_json::from_str(&repository_file(&format!("statemachine/{file}"))).unwrap();
            Some(Definition { name, json })
        })
        .collect();
    found.sort_by(|left, right| left.name.cmp(&right.name));
    found
}

/// Every group of states of a definition, from the outermost.
pub fn scopes(definition: &Definition) -> Vec<Scope<'_>> {
    let mut found = Vec::new();
    collect_scopes(&definition.name, &definition.json, &mut found);
    found
}

fn collect_scopes<'a>(path: &str, machine: &'a Value, found: &mut Vec<Scope<'a>>) {
    let states: BTreeMap<&str, &Value> = machine["States"]
        .as_object()
        .unwrap_or_else(|| panic!("{path} has no States"))
        .iter()
        .map(|(name, state)| (name.as_str(), state))
        .collect();
    let nested: Vec<(String, &Value)> = states
        .iter()
        .flat_map(|(name, state)| {
            let branches = state["Branches"].as_array().into_iter().flatten();
            let processor = state.get("ItemProcessor").into_iter();
            branches
                .chain(processor)
                .map(move |inner| (format!("{path}/{name}"), inner))
        })
        .collect();
    found.push(Scope {
        path: path.to_owned(),
        start: machine["StartAt"].as_str().unwrap_or_default(),
        states,
    });
    for (path, inner) in nested {
        collect_scopes(&path, inner, found);
    }
}

/// Every state of a definition, at any depth.
pub fn states(definition: &Definition) -> Vec<State<'_>> {
    scopes(definition)
        .into_iter()
        .flat_map(|scope| {
            let inside_map = scope.path.contains('/');
            scope
                .states
                .into_iter()
                .map(move |(name, json)| State {
                    path: format!("{}/{name}", scope.path),
                    name,
                    json,
                    inside_map,
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Every text value below a JSON value.
pub fn texts(json: &Value) -> Vec<&str> {
    match json {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The names in `ErrorEquals` of a Retry's or Catch's entry.
pub fn errors(entry: &Value) -> Vec<&str> {
    texts(&entry["ErrorEquals"])
}

/// The function that a task calls (`probe-media`), by its placeholder `${ProbeMediaFunctionArn}`.
pub fn called_function(state: &Value) -> Option<String> {
    let placeholder = state["Arguments"]["FunctionName"].as_str()?;
    let name = placeholder
        .strip_prefix("${")?
        .strip_suffix("FunctionArn}")?;
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    Some(kebab)
}
