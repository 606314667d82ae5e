//! `docs/openapi.yaml` says the same as `contracts` and as the routes that are deployed.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts the bodies of tests, not the functions that they share"
)]

mod answers;
mod reindex;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use contracts::{
    api::*,
    artifacts::{TranscriptSource, WarningName},
    feedback::Opened,
    limits,
    segments::Channel,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(path)).unwrap()
}

fn document() -> Value {
    serde_yaml_ng::from_str(&read("docs/openapi.yaml")).unwrap()
}

/// Whether a value fits a schema of the document, and if not, why.
fn fits(document: &Value, schema: &str, value: &Value) -> Result<(), String> {
    let reference = format!("#/components/schemas/{schema}");
    let root = json!({"$ref": reference, "components": document["components"]});
    let validator = jsonschema::validator_for(&root).unwrap();
    validator
        .validate(value)
        .map_err(|error| format!("{schema}: {error} in {value}"))
}

fn names(value: &Value) -> BTreeSet<&str> {
    let object = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str());
    object
        .chain(
            value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str),
        )
        .collect()
}

/// A request: the document and `contracts` take and refuse the same.
#[track_caller]
fn check_request<T: Serialize + DeserializeOwned>(schema: &str, full: &T) {
    let document = document();
    let described = &document["components"]["schemas"][schema];
    let full = json!(full);
    assert_eq!(
        names(&described["properties"]),
        names(&full),
        "properties of {schema}"
    );
    let agree = |value: &Value, expected: bool| {
        assert_eq!(
            fits(&document, schema, value).is_ok(),
            expected,
            "{schema} on {value}"
        );
        assert_eq!(
            T::deserialize(value).is_ok(),
            expected,
            "contracts on {value}"
        );
    };
    agree(&full, true);
    for name in names(&full) {
        let mut without = full.clone();
        without.as_object_mut().unwrap().remove(name);
        agree(&without, !names(&described["required"]).contains(name));
    }
    let mut with_more = full.clone();
    with_more["unknown"] = json!(1);
    agree(&with_more, false);
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn requests_are_taken_and_refused_alike() {
    check_request(
        "UploadRequest",
        &UploadRequest {
            file_name: "f".into(),
            size_bytes: 1,
            content_type: "video/mp4".into(),
            title: text("t"),
            tags: vec!["a".into()],
            language: text("en"),
            subtitles_size_bytes: Some(1),
        },
    );
    let part = || CompletedPart {
        part_number: 1,
        etag: "e".into(),
    };
    check_request(
        "CompleteUploadRequest",
        &CompleteUploadRequest {
            upload_id: "u".into(),
            parts: vec![part()],
        },
    );
    check_request("CompletedPart", &part());
    check_request(
        "ImportRequest",
        &ImportRequest {
            url: "s3://b/k".into(),
            title: text("t"),
            tags: vec!["a".into()],
            language: text("en"),
        },
    );
    check_request(
        "VideoPatch",
        &VideoPatch {
            title: text("t"),
            tags: Some(vec![]),
        },
    );
    check_request(
        "Opened",
        &Opened {
            query: "q".into(),
            video_id: "v".into(),
            start_ms: 0,
            end_ms: 1,
            position: 1,
        },
    );
    check_request(
        "SearchRequest",
        &SearchRequest {
            q: "q".into(),
            image: text("aW1hZ2U="),
            like: text("l"),
            videos: text("v"),
            tags: text("t"),
            channels: text("speech"),
            languages: text("en"),
            after: text("2026-11-01"),
            before: text("2026-12-01"),
            min_duration_s: Some(1),
            max_duration_s: Some(1),
            order: Some(Order::Newest),
            group: Some(Grouping::Video),
            per_video: Some(1),
            nearest: Some(true),
            facets: Some(true),
            explain: Some(true),
            limit: Some(1),
            cursor: text("c"),
        },
    );
}

#[test]
fn a_search_by_address_takes_what_a_search_by_body_takes() {
    let document = document();
    let parameters = document["paths"]["/search"]["get"]["parameters"]
        .as_array()
        .unwrap();
    let by_address: BTreeSet<_> = parameters
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    let mut by_body = names(&document["components"]["schemas"]["SearchRequest"]["properties"]);
    // No address is long enough for a picture.
    by_body.remove("image");
    assert_eq!(by_address, by_body);
}

#[test]
fn names_are_spelled_alike() {
    let document = document();
    let check = |pointer: &str, values: Value| {
        assert_eq!(
            document["components"]["schemas"].pointer(pointer),
            Some(&values),
            "{pointer}"
        );
    };
    use VideoStatus::{AwaitingUpload, Deleting, Failed, Processing, Ready};
    check(
        "/VideoStatus/enum",
        json!([AwaitingUpload, Processing, Ready, Failed, Deleting]),
    );
    check(
        "/Origin/enum",
        json!([Origin::Upload, Origin::Inbox, Origin::Import]),
    );
    use Channel::{ScreenText, Speech, Subtitle, Title, Visual};
    check(
        "/Channel/enum",
        json!([Title, Speech, Subtitle, Visual, ScreenText]),
    );
    use TranscriptSource::{None, Speech as Recognised, SubtitleFile, SubtitleTrack};
    check(
        "/Transcript/properties/source/enum",
        json!([SubtitleFile, SubtitleTrack, Recognised, None]),
    );
    use WarningName::*;
    let warnings = json!([
        AudioDamaged,
        VideoDamaged,
        StretchMissing,
        SubtitlesUnreadable,
        SubtitlesIncomplete,
        ScreenTextIncomplete,
        DurationMeasured,
        ReindexFailed
    ]);
    check("/Warning/properties/name/enum", warnings);
}

#[test]
fn limits_are_those_of_contracts() {
    let document = document();
    let check = |pointer: &str, limit: u64| {
        assert_eq!(
            document.pointer(pointer).and_then(Value::as_u64),
            Some(limit),
            "{pointer}"
        );
    };
    let schema = |rest: &str| format!("/components/schemas/{rest}");
    check(&schema("Title/maxLength"), limits::MAX_TITLE_CHARS as u64);
    check(&schema("Tags/maxItems"), limits::MAX_TAGS as u64);
    check(
        &schema("Tags/items/maxLength"),
        limits::MAX_TAG_CHARS as u64,
    );
    check(
        &schema("UploadRequest/properties/file_name/maxLength"),
        limits::MAX_FILE_NAME_CHARS as u64,
    );
    check(
        &schema("UploadRequest/properties/size_bytes/maximum"),
        limits::MAX_SOURCE_BYTES,
    );
    check(
        &schema("UploadRequest/properties/subtitles_size_bytes/maximum"),
        limits::MAX_SUBTITLE_BYTES,
    );
    check(
        &schema("CompleteUploadRequest/properties/parts/maxItems"),
        limits::MAX_PARTS,
    );
    check(
        &schema("CompletedPart/properties/etag/maxLength"),
        limits::MAX_ETAG_CHARS as u64,
    );
    check(
        &schema("PartUrls/properties/parts/maxItems"),
        u64::from(limits::PART_URLS_PER_PAGE),
    );
    check(
        &schema("SearchRequest/properties/q/maxLength"),
        limits::MAX_QUERY_CHARS as u64,
    );
    check(
        &schema("SearchRequest/properties/limit/maximum"),
        u64::from(limits::MAX_PAGE_MOMENTS),
    );
    check(
        &schema("SearchRequest/properties/limit/default"),
        u64::from(limits::DEFAULT_PAGE_MOMENTS),
    );
    check(
        &schema("SearchRequest/properties/per_video/maximum"),
        u64::from(limits::MAX_PAGE_MOMENTS),
    );
    check(
        &schema("Opened/properties/query/maxLength"),
        limits::MAX_QUERY_CHARS as u64,
    );
    check(
        &schema("Opened/properties/position/maximum"),
        limits::MAX_LISTED_MOMENTS as u64,
    );
    check(
        &schema("SearchResponse/properties/moments/maxItems"),
        limits::MAX_LISTED_MOMENTS as u64,
    );
    check(
        "/paths/~1videos/get/parameters/0/schema/maximum",
        u64::from(limits::MAX_PAGE_VIDEOS),
    );
    let too_large = document
        .pointer("/components/responses/TooLarge/description")
        .unwrap();
    let kibibytes = format!("{} KiB", limits::MAX_BODY_BYTES / 1024);
    assert!(
        too_large.as_str().unwrap().contains(&kibibytes),
        "{too_large}"
    );
}

/// `METHOD path` and whether a token is needed.
type Routes = BTreeMap<String, bool>;

fn described_routes(document: &Value) -> Routes {
    let methods = ["get", "post", "patch", "delete", "put"];
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let operation = move |method: &str| Some((method.to_uppercase(), path, item.get(method)?));
        methods.into_iter().filter_map(operation)
    });
    operations
        .map(|(method, path, operation)| {
            (
                format!("{method} {path}"),
                operation.get("security").is_none(),
            )
        })
        .collect()
}

#[test]
fn routes_are_those_that_are_deployed() {
    let table: Value = serde_json::from_str(&read("infra/functions.json")).unwrap();
    let functions = table["functions"].as_object().unwrap().values();
    let routes = functions
        .filter_map(|function| function["routes"].as_array())
        .flatten();
    let word = |route: &Value, name: &str| route[name].as_str().unwrap().to_owned();
    let deployed: Routes = routes
        .map(|route| {
            (
                format!("{} {}", word(route, "method"), word(route, "path")),
                word(route, "auth") == "JWT",
            )
        })
        .collect();
    assert_eq!(described_routes(&document()), deployed);
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let document = document();
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    for reference in &references {
        assert!(
            document
                .pointer(reference.trim_start_matches('#'))
                .is_some(),
            "{reference}"
        );
    }
    for name in names(&document["components"]["schemas"]) {
        let is_followed = name == "Transcript"; // where a redirect leads
        assert!(
            is_followed || references.contains(&format!("#/components/schemas/{name}")),
            "{name} is not used"
        );
    }
}

fn collect_references(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            references.extend(
                object
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            object
                .values()
                .for_each(|value| collect_references(value, references));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|value| collect_references(value, references)),
        _ => {}
    }
}
