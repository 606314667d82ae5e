//! Each rule looks at one definition and answers what is wrong with it, a line a finding.

use super::{Definition, State, called_function, errors, scopes, states, texts};
use contracts::{ErrorClass, ErrorName};
use serde_json::Value;
use std::collections::BTreeSet;

/// A task may run this much longer than its function, so that Lambda's own time-out is the one that
/// ends it and two attempts never overlap.
pub const TASK_MARGIN_SECONDS: u64 = 30;

/// Names that AWS itself reports and that a Retry may list.
const AWS_TRANSIENT: &[&str] = &[
    "EventBridge.FailedEntry",
    "EventBridge.InternalException",
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.Unknown",
];
/// AWS's own names for "too many requests".
const AWS_THROTTLED: &[&str] = &[
    "EventBridge.ThrottlingException",
    "Lambda.TooManyRequestsException",
];
/// AWS's own names for a task that ran out of time or memory.
const AWS_CRASHED: &[&str] = &[
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    "Sandbox.Timedout",
    "States.Timeout",
];
/// Fewest attempts that count as "many", for throttling.
const MANY_ATTEMPTS: u64 = 10;
/// Most attempts after a crash, which costs a whole function's time.
const FEW_ATTEMPTS: u64 = 3;

/// What a failure under a name asks of a Retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Remedy {
    Patience,
    Retry,
    CarefulRetry,
    Never,
}

fn remedy(name: &str) -> Option<Remedy> {
    if let Ok(name) = name.parse::<ErrorName>() {
        return Some(match name.class() {
            ErrorClass::Permanent => Remedy::Never,
            ErrorClass::Transient => Remedy::Retry,
            ErrorClass::Throttled => Remedy::Patience,
        });
    }
    [
        (AWS_TRANSIENT, Remedy::Retry),
        (AWS_THROTTLED, Remedy::Patience),
        (AWS_CRASHED, Remedy::CarefulRetry),
        (&["States.ALL"], Remedy::Never),
    ]
    .into_iter()
    .find(|(names, _)| names.contains(&name))
    .map(|(_, remedy)| remedy)
}

/// Everything that is wrong with a definition.
pub fn findings(definition: &Definition, functions: &Value) -> Vec<String> {
    let mut found = shape(definition);
    for state in states(definition) {
        if state.json["Type"] == "Task" {
            found.extend(time_limit(&state, functions));
            found.extend(retries(&state));
        }
        if matches!(state.json["Type"].as_str(), Some("Task" | "Map")) {
            found.extend(catches(&state));
        }
    }
    found.extend(placeholders(definition, functions));
    found
}

/// Language, time limit, size, transitions.
fn shape(definition: &Definition) -> Vec<String> {
    let (name, json) = (&definition.name, &definition.json);
    let mut found = Vec::new();
    if json["TimeoutSeconds"].as_u64().is_none() {
        found.push(format!("{name}: the machine has no TimeoutSeconds"));
    }
    if json["QueryLanguage"] != "JSONata" {
        found.push(format!("{name}: its query language is not JSONata"));
    }
    if json["Comment"].as_str().is_none() {
        found.push(format!(
            "{name}: no comment says what starts it and what it leaves"
        ));
    }
    for scope in scopes(definition) {
        if scope.states.len() > 15 {
            found.push(format!("{}: more than 15 states", scope.path));
        }
        let mut reached = BTreeSet::from([scope.start]);
        for (name, state) in &scope.states {
            if !is_pascal_case(name) {
                found.push(format!("{}/{name}: its name is not PascalCase", scope.path));
            }
            let next = targets(state);
            let ends = state["End"] == true
                || matches!(state["Type"].as_str(), Some("Succeed" | "Fail"))
                || !next.is_empty();
            if !ends {
                found.push(format!("{}/{name}: neither Next nor End", scope.path));
            }
            reached.extend(next);
        }
        for name in &reached {
            if !scope.states.contains_key(name) {
                found.push(format!("{}: there is no state {name}", scope.path));
            }
        }
        for name in scope.states.keys().filter(|name| !reached.contains(*name)) {
            found.push(format!("{}/{name}: nothing leads there", scope.path));
        }
    }
    found
}

fn is_pascal_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric())
}

fn targets(state: &Value) -> Vec<&str> {
    let entries = ["Catch", "Choices"]
        .into_iter()
        .flat_map(|field| state[field].as_array().into_iter().flatten());
    [state.get("Next"), state.get("Default")]
        .into_iter()
        .chain(entries.map(|entry| entry.get("Next")))
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn time_limit(state: &State<'_>, functions: &Value) -> Option<String> {
    let path = &state.path;
    let Some(limit) = state.json["TimeoutSeconds"].as_u64() else {
        return Some(format!("{path}: no TimeoutSeconds"));
    };
    let function = called_function(state.json)?;
    let Some(timeout) = functions[&function]["timeoutSeconds"].as_u64() else {
        return Some(format!("{path}: there is no function {function}"));
    };
    let expected = timeout + TASK_MARGIN_SECONDS;
    (limit != expected).then(|| {
        format!("{path}: TimeoutSeconds is {limit}; {function} runs {timeout} s, so it must be {expected}")
    })
}

fn retries(state: &State<'_>) -> Vec<String> {
    let path = &state.path;
    let retriers = state.json["Retry"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for retrier in retriers {
        let names = errors(retrier);
        let list = names.join(", ");
        let remedies: BTreeSet<_> = names.iter().map(|name| remedy(name)).collect();
        let attempts = retrier["MaxAttempts"].as_u64().unwrap_or_default();
        if remedies.contains(&None) {
            found.push(format!("{path}: Retry names an unknown error: {list}"));
        }
        if remedies.contains(&Some(Remedy::Never)) {
            found.push(format!("{path}: Retry names a permanent error: {list}"));
        }
        if remedies.len() != 1 {
            found.push(format!(
                "{path}: one retrier for different remedies: {list}"
            ));
        }
        if remedies.contains(&Some(Remedy::Patience)) && attempts < MANY_ATTEMPTS {
            found.push(format!(
                "{path}: throttling is retried {attempts} times only"
            ));
        }
        if remedies.contains(&Some(Remedy::CarefulRetry)) && attempts > FEW_ATTEMPTS {
            found.push(format!("{path}: a crash is retried {attempts} times"));
        }
        let numbers = ["IntervalSeconds", "MaxDelaySeconds", "MaxAttempts"];
        let backs_off = numbers
            .iter()
            .all(|field| retrier[*field].as_u64().is_some_and(|number| number > 0))
            && retrier["BackoffRate"]
                .as_f64()
                .is_some_and(|rate| rate > 1.0)
            && retrier["JitterStrategy"] == "FULL";
        if !backs_off {
            found.push(format!("{path}: no back-off, cap or full jitter: {list}"));
        }
        for name in names {
            if !seen.insert(name) {
                found.push(format!("{path}: {name} is in two retriers"));
            }
        }
    }
    found.extend(unretried(state, &seen));
    found
}

/// Errors that may pass and that a task does not retry.
fn unretried(state: &State<'_>, seen: &BTreeSet<&str>) -> Vec<String> {
    let ours = ErrorName::ALL.iter().map(|name| name.as_str());
    let aws = [AWS_TRANSIENT, AWS_THROTTLED, AWS_CRASHED];
    let calls_lambda = called_function(state.json).is_some();
    ours.chain(aws.into_iter().flatten().copied())
        .filter(|name| name.starts_with("EventBridge.") != calls_lambda)
        .filter(|name| {
            calls_lambda || name.starts_with("EventBridge.") || *name == "States.Timeout"
        })
        .filter(|name| remedy(name) != Some(Remedy::Never) && !seen.contains(name))
        .map(|name| format!("{}: {name} is not retried", state.path))
        .collect()
}

fn catches(state: &State<'_>) -> Vec<String> {
    let path = &state.path;
    let catchers = state.json["Catch"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut found = Vec::new();
    if catchers.last().map(errors) != Some(vec!["States.ALL"]) {
        found.push(format!("{path}: its last Catch is not States.ALL alone"));
    }
    for catcher in catchers {
        let names = errors(catcher);
        if names.len() > 1 && names.contains(&"States.ALL") {
            found.push(format!("{path}: States.ALL stands beside other names"));
        }
        for name in names.into_iter().filter(|name| remedy(name).is_none()) {
            found.push(format!("{path}: Catch names the unknown error {name}"));
        }
        let output = &catcher["Output"];
        let has = |field: &str| output.get(field).is_some();
        let is_outcome = (has("chunk") || has("videos")) && has("state") && has("error");
        if state.inside_map && !is_outcome {
            found.push(format!(
                "{path}: its Catch leaves no chunk or videos, state and error"
            ));
        }
        if let Some(recorded) = output["state"].as_str()
            && recorded != state.name
        {
            found.push(format!("{path}: its Catch records the state {recorded}"));
        }
        if catcher["Next"] == "RecordFailure" && output.get("cause").is_none() {
            found.push(format!("{path}: its Catch loses the cause"));
        }
    }
    found
}

fn placeholders(definition: &Definition, functions: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for text in texts(&definition.json) {
        let is_integration = text.starts_with("arn:aws:states:::");
        if text.contains("arn:") && !is_integration {
            found.push(format!("{}: an ARN: {text}", definition.name));
        }
    }
    for state in states(definition) {
        if state.json["Resource"] != "arn:aws:states:::lambda:invoke" {
            continue;
        }
        match called_function(state.json) {
            Some(function) if functions.get(&function).is_some() => {}
            _ => found.push(format!(
                "{}: its FunctionName is no function's placeholder",
                state.path
            )),
        }
    }
    found
}
