//! Installing against a Hub on this machine. Maven and pip are left to `cargo xtask up`.

use std::fs;

use models::{Lock, Model, Role, Set, Source, manifest};
use serde_json::json;

use super::{Installer, Plays, Visual, chosen, folder};
use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::hub::Hub;
use crate::hub::loopback::{Reply, Request, Server};

/// SHA-256 of `abc`.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A checkout and a cache of its own.
pub(super) struct Setup {
    _folder: tempfile::TempDir,
    pub(super) checkout: Checkout,
    pub(super) cache: Cache,
}

impl Setup {
    pub(super) fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().to_owned();
        Self {
            checkout: Checkout::at(root.clone(), &root.join("home")).unwrap(),
            cache: Cache::at(&root.join("cache")).unwrap(),
            _folder: temporary,
        }
    }

    fn installer(&self, server: &Server) -> Installer<'_> {
        Installer {
            checkout: &self.checkout,
            cache: &self.cache,
            hub: Hub::on(server),
            visual: Visual::default(),
        }
    }

    /// True when it was installed now.
    fn install(&self, server: &Server, model: &'static Model) -> anyhow::Result<bool> {
        let installed = self
            .installer(server)
            .install_all(std::iter::once(model), Plays::Anew)?;
        Ok(installed[0].is_new)
    }

    fn lock(&self) -> Lock {
        Lock::read(&folder(&self.checkout)).unwrap()
    }

    /// The cache is gone, the checkout is not.
    fn lose_cache(&self) {
        fs::remove_dir_all(self.cache.entry("models")).unwrap();
    }
}

/// A model of two files, of which the first is `abc`, in these repositories.
fn model(sha256: Option<&str>, repositories: &[&str]) -> &'static Model {
    let sources: Vec<_> = repositories
        .iter()
        .map(|repository| {
            json!({"kind": "hub", "repository": repository, "entries": {"a": "onnx/a", "b": "b"}})
        })
        .collect();
    let model = json!({
        "role": "speech", "name": "parrot", "sets": ["base"], "licence": "MIT", "languages": [],
        "preparation": "none", "sources": sources,
        "files": [{"name": "a", "sha256": sha256}, {"name": "b"}],
    });
    // The program keeps models for ever, and so do tests.
    Box::leak(Box::new(serde_json::from_value(model).unwrap()))
}

fn abc(request: &Request) -> Reply {
    Reply::file(request, b"abc", "\"1\"").with("x-repo-commit", "c0ffee")
}

#[test]
fn a_model_is_installed_once_and_the_lock_says_from_where() {
    let setup = Setup::new();
    let server = Server::start(|request, _| match request.path.starts_with("/first/") {
        true => Reply::new(404, b""),
        false => abc(request),
    });
    let model = model(Some(ABC), &["first/parrot", "second/parrot"]);
    assert!(setup.install(&server, model).unwrap());
    assert!(!setup.install(&server, model).unwrap());
    let paths: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    // A branch is looked up once; all files are of one commit.
    let expected = [
        "/first/parrot/resolve/main/onnx/a",
        "/second/parrot/resolve/main/onnx/a",
        "/second/parrot/resolve/c0ffee/b",
    ];
    assert_eq!(paths, expected);
    let lock = setup.lock();
    assert_eq!(lock.roles[&Role::Speech], "parrot");
    let locked = &lock.models["parrot"];
    assert_eq!(locked.source.from, "second/parrot");
    assert_eq!(locked.source.revision.as_deref(), Some("c0ffee"));
    assert_eq!(locked.files["b"].sha256, ABC);
    assert_eq!(locked.size_bytes(), 6);
    let path = folder(&setup.checkout).join("parrot/a");
    assert_eq!(fs::read(path).unwrap(), b"abc");
}

#[test]
fn when_all_sources_fail_each_reason_is_told_and_nothing_appears() {
    let setup = Setup::new();
    let server = Server::start(|request, _| match request.path.starts_with("/first/") {
        true => Reply::new(404, b""),
        false => Reply::new(200, b"something else"),
    });
    let model = model(Some(ABC), &["first/parrot", "second/parrot"]);
    let message = format!("{:#}", setup.install(&server, model).unwrap_err());
    for part in ["first/parrot", "404", "second/parrot", ABC] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!folder(&setup.checkout).join("parrot").exists());
    assert_eq!(setup.lock(), Lock::default());
}

#[test]
fn an_interrupted_pull_goes_on_with_the_files_that_are_missing() {
    let setup = Setup::new();
    let server = Server::start(|request, before| match before {
        0 => abc(request),
        1..4 => Reply::new(503, b""),
        _ => abc(request),
    });
    let model = model(Some(ABC), &["first/parrot"]);
    setup.install(&server, model).unwrap_err();
    setup.install(&server, model).unwrap();
    let paths: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths.len(), 5);
    assert_eq!(paths[4], "/first/parrot/resolve/c0ffee/b");
    let left = fs::read_dir(setup.cache.entry(".downloads")).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn what_the_manifest_does_not_pin_is_held_to_the_first_download() {
    let setup = Setup::new();
    let model = model(None, &["first/parrot"]);
    let first = Server::start(|request, _| abc(request));
    setup.install(&first, model).unwrap();
    setup.lose_cache();
    let moved = Server::start(|request, _| Reply::file(request, b"abd", "\"2\""));
    let message = format!("{:#}", setup.install(&moved, model).unwrap_err());
    assert!(message.contains(ABC), "{message}");
    // The commit of the first time is asked for, and not what the branch is now.
    assert_eq!(moved.seen()[0].path, "/first/parrot/resolve/c0ffee/onnx/a");
    setup.install(&first, model).unwrap();
}

#[test]
fn a_model_of_which_a_part_was_deleted_is_installed_anew() {
    let setup = Setup::new();
    let server = Server::start(|request, _| abc(request));
    let model = model(Some(ABC), &["first/parrot"]);
    setup.install(&server, model).unwrap();
    fs::remove_file(folder(&setup.checkout).join("parrot/b")).unwrap();
    assert!(setup.install(&server, model).unwrap());
    assert!(folder(&setup.checkout).join("parrot/b").exists());
}

#[test]
fn base_plays_until_something_else_is_chosen() {
    let setup = Setup::new();
    let names = || -> Vec<&str> {
        let chosen = chosen(&setup.checkout).unwrap();
        chosen.iter().map(|model| model.name.as_str()).collect()
    };
    let base = names();
    assert!(
        Set::Base
            .models()
            .all(|model| base.contains(&model.name.as_str()))
    );
    let write = |speech: &str| {
        let folder = folder(&setup.checkout);
        fs::create_dir_all(&folder).unwrap();
        let lock = json!({"roles": {"speech": speech}, "models": {}});
        fs::write(folder.join("models.lock"), lock.to_string()).unwrap();
    };
    write("whisper-large-v3-turbo");
    assert!(names().contains(&"whisper-large-v3-turbo"));
    // Of a release that knew more models.
    write("parrot");
    assert_eq!(names(), base);
}

#[test]
fn every_pins_file_names_the_packages_of_its_source() {
    for source in manifest().iter().flat_map(|model| &model.sources) {
        let Source::Pypi { packages, pins, .. } = source else {
            continue;
        };
        let path = format!("{}/pins/{pins}", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        let pinned: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_suffix(" \\"))
            .filter(|line| line.contains("=="))
            .collect();
        assert_eq!(pinned, *packages, "{pins}");
    }
}
