use std::sync::Mutex;

use serde_json::{Value, json};

use super::*;
use crate::hub::loopback::{Reply, Request, Server};

const RESET: &str = "/_ministack/reset";

/// A local AWS that holds one parameter.
fn server(parameter: Option<&str>) -> Server {
    let held = Mutex::new(parameter.map(str::to_owned));
    Server::start(move |request: &Request, _| {
        let mut held = held.lock().unwrap();
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        if request.path == RESET {
            *held = None;
            return Reply::new(200, b"");
        }
        if let Some(value) = body["Value"].as_str() {
            *held = Some(value.to_owned());
        }
        let (status, answer) = match held.as_ref() {
            Some(value) => (200, json!({ "Parameter": { "Value": value } })),
            None => (400, json!({ "__type": "ParameterNotFound" })),
        };
        Reply::new(status, answer.to_string().as_bytes())
    })
}

/// Whether `A` counts as deployed before and after another deployment began, and whether all was forgotten.
fn check_begun(parameter: Option<&str>, before: bool, forgotten: bool) {
    let root = tempfile::tempdir().unwrap();
    let checkout = Checkout::at(root.path().to_owned(), &root.path().join(".vindex")).unwrap();
    fs::write(Outputs::path(&checkout.home), "{}").unwrap();
    let server = server(parameter);
    let aws_port = server.address.rsplit(':').next().unwrap().parse().unwrap();
    let aws = LocalAws::on(aws_port);
    let deployer = Deployer {
        checkout: &checkout,
        aws: &aws,
        aws_port,
    };
    assert_eq!(deployer.is_deployed("A").unwrap(), before, "{parameter:?}");
    deployer.begin().unwrap();
    assert!(!deployer.is_deployed("A").unwrap(), "{parameter:?}");
    let was_reset = server.seen().iter().any(|request| request.path == RESET);
    assert_eq!(was_reset, forgotten, "{parameter:?}");
    deployer.record("B").unwrap();
    assert!(deployer.is_deployed("B").unwrap(), "{parameter:?}");
}

#[test]
fn what_was_deployed_no_longer_counts_once_another_deployment_began() {
    check_begun(Some("A"), true, false);
    check_begun(Some(DEPLOYING), false, false);
    check_begun(None, false, true);
}

#[test]
fn the_fingerprint_follows_sources_and_settings() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("infra/lib/api.ts", "1");
    write("statemachine/index.asl.json", "1");
    let checkout = Checkout::at(root.path().to_owned(), &root.path().join(".vindex")).unwrap();
    let mut settings = Settings {
        opensearch_endpoint: "http://127.0.0.1:9200".to_owned(),
        functions_dir: "f".into(),
        models_dir: "m".into(),
        ffmpeg_path: "ffmpeg".into(),
        onnxruntime_path: "o".into(),
        map_concurrency: 2,
        chunk_seconds: None,
        import_sources: None,
        record_feedback: false,
        page_origin: "http://127.0.0.1:4566".to_owned(),
    };
    let mut seen = vec![settings.fingerprint(&checkout, "functions").unwrap()];
    write("infra/node_modules/x/index.js", "1");
    write("infra/test/api.test.ts", "1");
    assert_eq!(
        settings.fingerprint(&checkout, "functions").unwrap(),
        seen[0]
    );
    write("infra/lib/api.ts", "2");
    seen.push(settings.fingerprint(&checkout, "functions").unwrap());
    write("statemachine/index.asl.json", "2");
    seen.push(settings.fingerprint(&checkout, "functions").unwrap());
    settings.map_concurrency = 3;
    seen.push(settings.fingerprint(&checkout, "functions").unwrap());
    settings.chunk_seconds = Some(20);
    seen.push(settings.fingerprint(&checkout, "functions").unwrap());
    settings.import_sources = Some("bucket/prefix/".to_owned());
    seen.push(settings.fingerprint(&checkout, "functions").unwrap());
    settings.record_feedback = true;
    seen.push(settings.fingerprint(&checkout, "functions").unwrap());
    seen.push(settings.fingerprint(&checkout, "others").unwrap());
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all);
}
