//! Requests that `docs/openapi.yaml` allows and forbids, made up by Schemathesis, and whether answers are as it says.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::account::{User, new_password};
use crate::aws::LocalAws;
use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::command::token::sign_in_as;
use crate::deploy::outputs::Outputs;
use crate::env_file;
use crate::install::schemathesis;
use crate::run::run_captured;
use crate::service::Service;

/// Of a tenant of its own, because requests change and delete what they find.
const USER: User<'static> = User {
    name: "described@example.com",
    workspace: "described",
};
const SETTINGS: &str = include_str!("../../../schemathesis/schemathesis.toml");
/// One is kept, so that there are answers about a video; the other is there to be deleted.
const VIDEOS: [&str; 2] = ["videos/farm-morning.mp4", "extra/silent.mp4"];

/// The program that asks the stack of `private`, ready to run.
///
/// # Errors
/// When Schemathesis can't be installed, or the stack takes no user or no video.
pub fn program(private: &Checkout) -> Result<Command> {
    let (python, _) = schemathesis::install(&Cache::locate()?, &private.log("pip"))?;
    let running = Service::MiniStack.pid_file(private).running();
    let aws = LocalAws::on(running.context("the private stack does not run")?.port);
    let outputs = Outputs::read(&private.home)?;
    let token = sign_in_as(&aws, &outputs, USER, &new_password()?)?.id_token;
    let api_url = env_file::read(&private.home)
        .remove("VINDEX_API_URL")
        .context("the private stack has no address")?;
    let [kept, spare] = upload(private, &api_url, &token)?;
    // The settings are read from the current folder, and what Schemathesis leaves there goes with the stack.
    let folder = private.home.join("described");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("schemathesis.toml"), SETTINGS)?;
    // As its dictionaries are written.
    fs::write(folder.join("kept.txt"), format!("\"{kept}\"\n"))?;
    fs::write(folder.join("spare.txt"), format!("\"{spare}\"\n"))?;
    let mut command = Command::new(python);
    command
        .args([
            "-m",
            "schemathesis.cli",
            "run",
            "--no-color",
            "--url",
            &api_url,
        ])
        .arg(private.root.join("docs/openapi.yaml"))
        .current_dir(folder)
        .env("VINDEX_TOKEN", token);
    Ok(command)
}

/// Uploads the videos and waits until they are indexed; gives their ids.
fn upload(private: &Checkout, api_url: &str, token: &str) -> Result<[String; VIDEOS.len()]> {
    let mut command = Command::new(private.home.join("bin/vindex"));
    command
        .args(["upload", "--wait", "--json", "--"])
        .args(VIDEOS.map(|file| private.root.join("samples").join(file)))
        .env("VINDEX_API_URL", api_url)
        .env("VINDEX_TOKEN", token);
    let text = run_captured(command, "vindex upload")?;
    let videos = text.lines().map(serde_json::from_str::<Value>);
    let mut ids = Vec::new();
    for video in videos {
        let video = video.context("vindex upload wrote no document")?;
        ids.push(video["video_id"].as_str().unwrap_or_default().to_owned());
    }
    ensure!(
        !ids.iter().any(String::is_empty),
        "a video has no id: {text}"
    );
    let count = ids.len();
    ids.try_into()
        .ok()
        .with_context(|| format!("{count} of {} videos were uploaded", VIDEOS.len()))
}
