//! `docs/openapi.yaml`, and whether an answer is one that it describes.

use crate::Answer;
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use std::{path::Path, sync::LazyLock};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.yaml");
    let text = std::fs::read_to_string(path).expect("docs/openapi.yaml can be read");
    serde_yaml_ng::from_str(&text).expect("docs/openapi.yaml is YAML")
});

/// Holds an answer to the document: its status must be described for the route, and its body must fit the
/// schema. A route that does not exist is answered 404 and described nowhere.
///
/// # Panics
/// When the document says something else.
pub(crate) fn check(method: &Method, path: &str, answer: &Answer) {
    let Some(operation) = operation(method, path) else {
        assert_eq!(answer.status, 404, "{method} {path} is not described");
        return;
    };
    let status = answer.status.to_string();
    let described = resolved(&operation["responses"][&status]);
    assert!(
        described.is_object(),
        "{method} {path} is not described to answer {status}: {answer:?}"
    );
    let Some(content) = described["content"].as_object() else {
        return;
    };
    let media_type = answer
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map_or("", |value| value.split(';').next().unwrap_or(value));
    let schema = &content
        .get(media_type)
        .unwrap_or_else(|| panic!("{method} {path}: {status} as {media_type:?} is not described"))
        ["schema"];
    let body: Value = serde_json::from_str(&answer.body)
        .unwrap_or_else(|error| panic!("{method} {path}: {error}: {answer:?}"));
    let root = json!({"allOf": [schema], "components": DOCUMENT["components"]});
    let validator = jsonschema::validator_for(&root).expect("the document's schemas are valid");
    if let Err(error) = validator.validate(&body) {
        panic!("{method} {path}: {status} does not fit its schema: {error}");
    }
}

fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object()?;
    let (_, item) = paths.iter().find(|(template, _)| matches(template, path))?;
    item.get(method.as_str().to_lowercase())
}

fn matches(template: &str, path: &str) -> bool {
    // API Gateway takes an encoded slash for a slash.
    let path = path.replace("%2f", "/").replace("%2F", "/");
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(wanted, found)| {
            wanted == found || (wanted.starts_with('{') && !found.is_empty())
        })
}

/// What a reference points to; the value itself where it is none.
fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT
            .pointer(reference.trim_start_matches('#'))
            .expect("the document's references lead somewhere"),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        Answer {
            status,
            headers,
            body: body.to_owned(),
        }
    }

    #[test]
    fn what_is_described_passes() {
        check(
            &Method::GET,
            "/health",
            &answer(200, r#"{"status":"ok","version":"1"}"#),
        );
        check(&Method::GET, "/nowhere", &answer(404, "{}"));
    }

    #[test]
    #[should_panic(expected = "does not fit its schema")]
    fn a_body_of_another_shape_is_noticed() {
        check(&Method::GET, "/health", &answer(200, r#"{"status":"ok"}"#));
    }

    #[test]
    #[should_panic(expected = "is not described to answer 418")]
    fn another_status_is_noticed() {
        check(&Method::GET, "/videos/x/timeline", &answer(418, "{}"));
    }
}
