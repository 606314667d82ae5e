//! The client against a Hub on this machine.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::loopback::{Reply, Request, Server};
use super::{Hub, Patience, RemoteFile};
use crate::digest;

const CONTENT: &[u8] = b"forty-two bytes that stand for a model....";
const PATH: &str = "/owner/name/resolve/main/onnx/model.onnx";

/// A client, and the folder that it downloads to.
struct Setup {
    hub: Hub,
    folder: tempfile::TempDir,
    sha256: Option<String>,
}

impl Setup {
    fn new(server: &Server) -> Self {
        Self {
            hub: Hub::on(server),
            folder: tempfile::tempdir().unwrap(),
            sha256: Some(sha256(CONTENT)),
        }
    }

    fn without_digest(self) -> Self {
        Self {
            sha256: None,
            ..self
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("model.onnx")
    }

    fn download(&self) -> anyhow::Result<Option<String>> {
        let file = RemoteFile {
            repository: "owner/name",
            revision: "main",
            path: "onnx/model.onnx",
            size_bytes: None,
            sha256: self.sha256.as_deref(),
        };
        self.hub.download(&file, &self.path())
    }

    fn refusal(&self) -> String {
        let error = self.download().unwrap_err();
        assert!(!self.path().exists());
        format!("{error:#}")
    }

    fn check_whole(&self) {
        assert_eq!(fs::read(self.path()).unwrap(), CONTENT);
    }
}

fn sha256(content: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("content");
    fs::write(&path, content).unwrap();
    digest::of_file(&path).unwrap()
}

fn ranges(server: &Server) -> Vec<Option<String>> {
    let range = |request: &Request| request.header("range").map(str::to_owned);
    server.seen().iter().map(range).collect()
}

#[test]
fn a_file_is_fetched_once_and_its_commit_is_told() {
    let server = Server::start(|request, _| {
        Reply::file(request, CONTENT, "\"1\"").with("x-repo-commit", "c0ffee")
    });
    let setup = Setup::new(&server);
    for _ in 0..2 {
        assert_eq!(setup.download().unwrap().as_deref(), Some("c0ffee"));
        setup.check_whole();
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].path, PATH);
    assert_eq!(seen[0].header("authorization"), Some("Bearer secret"));
}

#[test]
fn redirects_are_followed_and_only_the_hub_sees_the_token() {
    let store = Server::start(|request, _| Reply::file(request, CONTENT, "\"1\""));
    let elsewhere = format!("{}/blob?signed=1", store.address);
    let hub = Server::start(move |request, _| match request.path.as_str() {
        PATH => Reply::new(307, b"").with("location", "/renamed/model.onnx"),
        _ => Reply::new(302, b"")
            .with("x-repo-commit", "c0ffee")
            .with("location", &elsewhere),
    });
    let setup = Setup::new(&hub);
    assert_eq!(setup.download().unwrap().as_deref(), Some("c0ffee"));
    setup.check_whole();
    let tokens = |server: &Server| -> Vec<bool> {
        let has_token = |request: &Request| request.header("authorization").is_some();
        server.seen().iter().map(has_token).collect()
    };
    assert_eq!(tokens(&hub), [true, true]);
    assert_eq!(tokens(&store), [false]);
    assert_eq!(store.seen()[0].path, "/blob?signed=1");
}

#[test]
fn redirects_in_a_circle_end() {
    let server = Server::start(|_, _| Reply::new(302, b"").with("location", PATH));
    let message = Setup::new(&server).refusal();
    assert!(message.contains("redirects"), "{message}");
}

#[test]
fn after_a_broken_connection_only_the_rest_is_asked_for() {
    let server = Server::start(|request, before| {
        let reply = Reply::file(request, CONTENT, "\"1\"");
        if before < 4 {
            reply.broken_after(5)
        } else {
            reply
        }
    });
    // Four failures in a row are more than the client bears with, but each brings something.
    let setup = Setup::new(&server);
    setup.download().unwrap();
    setup.check_whole();
    let expected = [None, Some(5), Some(10), Some(15), Some(20)]
        .map(|start| start.map(|start| format!("bytes={start}-")));
    assert_eq!(ranges(&server), expected);
    assert_eq!(server.seen()[1].header("if-range"), Some("\"1\""));
}

#[test]
fn the_next_run_goes_on_where_one_was_given_up() {
    let server = Server::start(|request, before| match before {
        0 => Reply::file(request, CONTENT, "\"1\"").broken_after(7),
        1 | 2 => Reply::new(503, b"away"),
        _ => Reply::file(request, CONTENT, "\"1\""),
    });
    let setup = Setup::new(&server);
    let message = setup.refusal();
    assert!(
        message.contains("503") && message.contains("3 attempts"),
        "{message}"
    );
    setup.download().unwrap();
    setup.check_whole();
    assert_eq!(ranges(&server)[3].as_deref(), Some("bytes=7-"));
}

#[test]
fn a_file_that_changed_meanwhile_is_begun_anew() {
    let server = Server::start(|request, before| match before {
        0 => Reply::file(request, b"what was there before this", "\"0\"").broken_after(9),
        _ => Reply::file(request, CONTENT, "\"1\""),
    });
    let setup = Setup::new(&server).without_digest();
    setup.download().unwrap();
    setup.check_whole();
    assert_eq!(server.seen()[1].header("if-range"), Some("\"0\""));
}

#[test]
fn a_server_that_ignores_if_range_is_found_out_by_the_mark() {
    let server = Server::start(|request, before| match before {
        0 => Reply::file(request, b"what was there before this", "\"0\"").broken_after(9),
        1 => Reply::new(206, &CONTENT[9..])
            .with(
                "content-range",
                &format!("bytes 9-{}/{}", CONTENT.len() - 1, CONTENT.len()),
            )
            .with("etag", "\"1\""),
        _ => Reply::file(request, CONTENT, "\"1\""),
    });
    let setup = Setup::new(&server).without_digest();
    setup.download().unwrap();
    setup.check_whole();
    assert_eq!(ranges(&server)[2], None);
}

#[test]
fn a_server_that_ignores_ranges_sends_everything_again() {
    let server = Server::start(|_, before| {
        let reply = Reply::new(200, CONTENT);
        if before == 0 {
            reply.broken_after(9)
        } else {
            reply
        }
    });
    let setup = Setup::new(&server);
    setup.download().unwrap();
    setup.check_whole();
    assert_eq!(ranges(&server)[1].as_deref(), Some("bytes=9-"));
}

#[test]
fn without_mark_or_digest_nothing_is_gone_on_with() {
    let server = Server::start(|_, before| {
        let reply = Reply::new(200, CONTENT).with("etag", "W/\"1\"");
        if before == 0 {
            reply.broken_after(9)
        } else {
            reply
        }
    });
    let setup = Setup::new(&server).without_digest();
    setup.download().unwrap();
    setup.check_whole();
    assert_eq!(ranges(&server), [None, None]);
}

#[test]
fn what_was_whole_but_not_put_in_place_is_taken_over() {
    let server = Server::start(|request, _| Reply::file(request, CONTENT, "\"1\""));
    let setup = Setup::new(&server);
    setup.download().unwrap();
    fs::rename(setup.path(), setup.folder.path().join("model.onnx.part")).unwrap();
    setup.download().unwrap();
    setup.check_whole();
    let expected = format!("bytes={}-", CONTENT.len());
    assert_eq!(ranges(&server)[1].as_deref(), Some(expected.as_str()));
}

#[test]
fn a_wrong_checksum_is_told_and_nothing_is_kept() {
    let server = Server::start(|request, _| Reply::file(request, b"a parrot", "\"1\""));
    let setup = Setup::new(&server);
    let message = setup.refusal();
    for digest in [sha256(b"a parrot"), sha256(CONTENT)] {
        assert!(message.contains(&digest), "{message}");
    }
    assert_eq!(fs::read_dir(setup.folder.path()).unwrap().count(), 0);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn refusals_are_told_at_once_with_the_way_out() {
    let check = |status: u16, token: Option<&str>, expected: &str| {
        let server = Server::start(move |_, _| Reply::new(status, b"no"));
        let mut setup = Setup::new(&server);
        setup.hub.token = token.map(str::to_owned);
        let message = setup.refusal();
        assert!(message.contains(expected), "{message}");
        assert!(message.contains("owner/name"), "{message}");
        assert!(!message.contains("secret"), "{message}");
        assert_eq!(server.seen().len(), 1, "{status}");
    };
    check(
        404,
        None,
        "not found (404): are repository, revision main and path right?",
    );
    check(401, None, "set HF_TOKEN");
    check(403, None, "set HF_TOKEN");
    check(403, Some("secret"), "the token in HF_TOKEN may not read");
    check(400, None, "the server answered 400");
}

#[test]
fn a_busy_server_is_asked_again_when_it_says_so() {
    let server = Server::start(|request, before| match before {
        0 => Reply::new(429, b"").with("retry-after", "1"),
        _ => Reply::file(request, CONTENT, "\"1\""),
    });
    let mut setup = Setup::new(&server);
    setup.hub.patience.longest_pause = Duration::from_secs(5);
    let started = Instant::now();
    setup.download().unwrap();
    setup.check_whole();
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn a_server_that_stays_busy_is_given_up_and_no_pause_is_endless() {
    let server = Server::start(|_, _| Reply::new(429, b"").with("retry-after", "86400"));
    let started = Instant::now();
    let message = Setup::new(&server).refusal();
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(
        message.contains("429, which asks to wait 86400 s"),
        "{message}"
    );
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn a_server_that_never_answered_is_given_up_sooner() {
    let server = Server::start(|request, _| Reply::file(request, CONTENT, "\"1\""));
    let mut setup = Setup::new(&server);
    setup.hub = Hub::out_of_reach();
    let message = setup.refusal();
    for part in ["can't be reached", "tried 2 times"] {
        assert!(message.contains(part), "{message}");
    }
    // One that has answered may be away for a moment.
    setup.hub.is_reached.set(true);
    let message = setup.refusal();
    assert!(message.contains("3 attempts"), "{message}");
}

#[test]
fn pauses_double_up_to_a_limit() {
    let patience = Patience {
        attempts: 9,
        first_attempts: 2,
        first_pause: Duration::from_secs(1),
        longest_pause: Duration::from_secs(6),
    };
    let seconds = [1, 2, 3, 4, 40].map(|failures| patience.pause(failures, None).as_secs());
    assert_eq!(seconds, [1, 2, 4, 6, 6]);
}
