//! CLIP from a Hub on this machine, and its stand-in where there is none.

use std::fs;

use anyhow::Result;
use models::{Lock, LockedModel, ModelFolder, Role, SourceKind, Taken, model_named, model_of};

use super::entry::{entry_name, write_record};
use super::tests::Setup;
use super::{Installed, Installer, Plays, Visual, chosen, folder};
use crate::hub::Hub;
use crate::hub::loopback::{Reply, Server};

const CLIP: &str = "clip-vit-base-patch32";
const STAND_IN: &str = "visual-bridge";

impl Setup {
    /// With the stand-in in the cache: making it is left to `cargo xtask up`.
    fn with_stand_in() -> Self {
        let setup = Self::new();
        let stand_in = model_named(STAND_IN).unwrap();
        let entry = setup.cache.entry(&entry_name(stand_in));
        fs::create_dir_all(&entry).unwrap();
        for file in &stand_in.files {
            let whole = fs::File::create(entry.join(&file.name)).unwrap();
            whole.set_len(file.size_bytes.unwrap()).unwrap();
        }
        let source = Taken {
            kind: SourceKind::Pypi,
            from: "a test".to_owned(),
            revision: None,
        };
        let record = LockedModel {
            source,
            installed_at: "2026-11-25T00:00:00Z".to_owned(),
            files: std::collections::BTreeMap::new(),
        };
        write_record(&entry, &record).unwrap();
        setup
    }

    fn install_visual(&self, hub: Hub, visual: Visual, plays: Plays) -> Result<Installed> {
        let installer = Installer {
            checkout: &self.checkout,
            cache: &self.cache,
            hub,
            visual,
        };
        let chosen = chosen(&self.checkout)?;
        let model = match plays {
            Plays::On => chosen
                .into_iter()
                .find(|model| model.role == Role::Visual)
                .unwrap(),
            _ => model_of(Role::Visual),
        };
        let mut all = installer.install_all(std::iter::once(model), plays)?;
        Ok(all.remove(0))
    }

    /// What `up` does.
    fn up(&self, hub: Hub) -> Result<Installed> {
        self.install_visual(hub, Visual::Auto, Plays::On)
    }

    /// What `models pull` does.
    fn pull(&self, hub: Hub) -> Result<Installed> {
        self.install_visual(hub, Visual::Auto, Plays::Anew)
    }

    /// Who plays, as the lock has it and as a function finds it.
    fn player(&self) -> String {
        let models_dir = folder(&self.checkout);
        let locked = Lock::read(&models_dir).unwrap().roles[&Role::Visual].clone();
        let opened = ModelFolder::open(&models_dir, Role::Visual).unwrap();
        assert_eq!(opened.model().name, locked);
        locked
    }
}

fn hub_server() -> Server {
    Server::start(|request, _| {
        Reply::file(request, b"abc", "\"1\"").with("x-repo-commit", "c0ffee")
    })
}

#[test]
fn where_the_hub_is_reached_clip_plays() {
    let setup = Setup::with_stand_in();
    let server = hub_server();
    let installed = setup.up(Hub::on(&server)).unwrap();
    assert_eq!(
        (installed.model.name.as_str(), installed.notice),
        (CLIP, None)
    );
    assert_eq!(setup.player(), CLIP);
    let clip = ModelFolder::open(&folder(&setup.checkout), Role::Visual).unwrap();
    for name in ["vision_model.onnx", "text_model.onnx", "tokenizer.json"] {
        assert_eq!(fs::read(clip.file(name)).unwrap(), b"abc");
    }
    let paths: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    let vision = "/Xenova/clip-vit-base-patch32/resolve/c0ffee/onnx/vision_model_quantized.onnx";
    assert!(paths.iter().any(|path| path == vision), "{paths:?}");
    assert!(!folder(&setup.checkout).join(STAND_IN).exists());
}

#[test]
fn where_it_is_not_the_stand_in_plays_and_is_told_of_in_one_line() {
    let setup = Setup::with_stand_in();
    let installed = setup.up(Hub::out_of_reach()).unwrap();
    let notice = installed.notice.unwrap();
    for part in [
        CLIP,
        STAND_IN,
        "can't be reached",
        "knows 1,000 nouns and no more",
    ] {
        assert!(notice.contains(part), "{notice}");
    }
    assert!(!notice.contains('\n'), "{notice}");
    assert_eq!(setup.player(), STAND_IN);
    assert!(!folder(&setup.checkout).join(CLIP).exists());
}

#[test]
fn the_next_up_keeps_the_stand_in_and_a_pull_tries_again() {
    let setup = Setup::with_stand_in();
    setup.up(Hub::out_of_reach()).unwrap();
    let server = hub_server();
    assert!(setup.up(Hub::on(&server)).unwrap().notice.is_none());
    assert_eq!(setup.player(), STAND_IN);
    assert_eq!(server.seen().len(), 0);
    assert!(setup.pull(Hub::out_of_reach()).unwrap().notice.is_some());
    assert_eq!(setup.player(), STAND_IN);
    assert!(setup.pull(Hub::on(&server)).unwrap().notice.is_none());
    assert_eq!(setup.player(), CLIP);
}

#[test]
fn clip_that_has_played_is_replaced_by_nothing_but_a_pull() {
    let setup = Setup::with_stand_in();
    setup.up(Hub::on(&hub_server())).unwrap();
    let entry = setup.cache.entry(&entry_name(model_of(Role::Visual)));
    fs::remove_dir_all(entry).unwrap();
    let error = setup.up(Hub::out_of_reach()).err().unwrap();
    let message = format!("{error:#}");
    for part in [CLIP, "cargo xtask models pull", "can't be reached"] {
        assert!(message.contains(part), "{message}");
    }
    setup.pull(Hub::out_of_reach()).unwrap();
    assert_eq!(setup.player(), STAND_IN);
}

#[test]
fn a_refusal_of_the_hub_is_no_reason_to_fail_either() {
    let setup = Setup::with_stand_in();
    let server = Server::start(|_, _| Reply::new(403, b""));
    let notice = setup.up(Hub::on(&server)).unwrap().notice.unwrap();
    assert!(notice.contains("403"), "{notice}");
    assert_eq!(setup.player(), STAND_IN);
}

#[test]
fn asked_for_the_stand_in_plays_without_a_request() {
    let setup = Setup::with_stand_in();
    let server = hub_server();
    for plays in [Plays::On, Plays::Anew] {
        setup
            .install_visual(Hub::on(&server), Visual::StandIn, plays)
            .unwrap();
        assert_eq!(setup.player(), STAND_IN);
    }
    assert_eq!(server.seen().len(), 0);
}
