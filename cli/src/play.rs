//! `play`: opens a video at a moment, in a player that can start there, else in whatever opens links.

use std::{ffi::OsString, path::PathBuf, process::Stdio};

use anyhow::{Context, anyhow};
use clap::Args;
use contracts::limits::MAX_PAGE_MOMENTS;
use serde_json::json;

use crate::{
    chosen::{Named, find},
    client::Client,
    failure::{DONE, Failure},
    output::{Output, json_line, line},
    programs::on_path,
    text::{moment, printable, seconds_of, time_ms},
};

/// Players that can start at a time, best first.
pub const PLAYERS: [&str; 3] = ["mpv", "vlc", "ffplay"];
/// What opens links.
pub const OPENERS: [&str; 2] = ["xdg-open", "open"];

/// Arguments of `play`.
#[derive(Debug, Args)]
pub struct PlayArguments {
    /// What was said or shown, as for `search`, or the id of a video
    #[arg(value_name = "QUERY|ID")]
    what: String,
    /// The moment's number in the answer of `search`
    #[arg(long, short, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PAGE_MOMENTS)))]
    number: u32,
    /// Where to start in the video with this id: 12.3, 1:02:03
    #[arg(long, value_name = "TIME", value_parser = time_ms, conflicts_with = "number")]
    at: Option<u64>,
    /// Print the link and open nothing; it is good for an hour, for whoever has it
    #[arg(long)]
    print: bool,
}

/// Where to play what.
struct Scene {
    title: String,
    start_ms: u64,
    /// A signed address that ends in where to start: never to be logged.
    url: String,
}

/// Opens a moment.
///
/// # Errors
/// When there is none, or nothing that opens it.
pub async fn play(
    client: &Client,
    output: &Output,
    arguments: PlayArguments,
) -> Result<u8, Failure> {
    let scene = match Named::from_text(arguments.what) {
        Named::Video(id) => {
            let video = client.video(&id).await?;
            let start_ms = arguments.at.unwrap_or_default();
            let url = video.source_url.context("the video has not arrived yet")?;
            Scene {
                title: video.title,
                start_ms,
                url: format!("{url}#t={}", seconds_of(start_ms)),
            }
        }
        Named::Query(_) if arguments.at.is_some() => {
            let message = "--at goes with the id of a video";
            return Err(Failure::WrongUse(message.to_owned()));
        }
        Named::Query(query) => {
            let found = find(client, output, &query, arguments.number).await?;
            Scene {
                title: found.title,
                start_ms: found.start_ms,
                url: found.play_url.context("the answer has no link for it")?,
            }
        }
    };
    if arguments.print {
        print(output, &scene)?;
        return Ok(DONE);
    }
    let start = moment(scene.start_ms);
    output.note(&format!("{}  {start}", scene.title));
    open(&scene).await.map(|()| DONE)
}

fn print(output: &Output, scene: &Scene) -> Result<(), Failure> {
    if output.is_json() {
        let Scene {
            title,
            start_ms,
            url,
        } = scene;
        return json_line(&json!({"title": title, "start_ms": start_ms, "play_url": url}));
    }
    line(&printable(&scene.url))
}

async fn open(scene: &Scene) -> Result<(), Failure> {
    let (program, arguments) = opener(scene).ok_or_else(|| {
        Failure::WrongUse(
            "no player is installed (mpv, vlc, ffplay), and nothing that opens links: --print gives the link"
                .to_owned(),
        )
    })?;
    let name = program.display().to_string();
    // Players print what they play, and that is signed.
    let status = tokio::process::Command::new(&program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await
        .with_context(|| format!("start {name}"))?;
    if !status.success() {
        let message = format!("{name} could not play it ({status}); --print gives the link");
        return Err(anyhow!(message).into());
    }
    Ok(())
}

fn opener(scene: &Scene) -> Option<(PathBuf, Vec<OsString>)> {
    let player = PLAYERS
        .iter()
        .find_map(|name| Some((*name, on_path(name)?)));
    if let Some((name, path)) = player {
        let arguments = player_arguments(name, scene)
            .into_iter()
            .map(OsString::from);
        return Some((path, arguments.collect()));
    }
    let path = OPENERS.iter().find_map(|name| on_path(name))?;
    Some((path, vec![OsString::from(&scene.url)]))
}

fn player_arguments(player: &str, scene: &Scene) -> Vec<String> {
    let start = seconds_of(scene.start_ms);
    let url = scene.url.split('#').next().unwrap_or_default();
    let words: &[&str] = match player {
        // Without asking other programs what the address might be.
        "mpv" => &[
            "--ytdl=no",
            "--force-window=yes",
            &format!("--start={start}"),
            "--",
            url,
        ],
        "vlc" => &["--play-and-exit", &format!("--start-time={start}"), url],
        _ => &["-autoexit", "-loglevel", "quiet", "-ss", &start, "-i", url],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_player_is_told_where_to_start() {
        let scene = Scene {
            title: String::new(),
            start_ms: 12_340,
            url: "https://x/y?sig=1#t=12.34,20".to_owned(),
        };
        for player in PLAYERS {
            let words = player_arguments(player, &scene);
            assert!(words.join(" ").contains("12.340"), "{words:?}");
            assert_eq!(words.last().unwrap(), "https://x/y?sig=1");
        }
    }
}
