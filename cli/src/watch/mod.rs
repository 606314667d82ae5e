//! `watch`: uploads what appears below a folder, until Ctrl-C.

mod memory;
mod settling;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::Args;
use futures::{StreamExt, stream};

use self::{
    memory::Memory,
    settling::{Settling, Stamp},
};
use crate::{
    arguments::{Labels, list_item},
    client::Client,
    commands::is_broken_pipe,
    failure::Failure,
    media_folder::videos_below,
    output::Output,
    search::seconds,
    settings::Settings,
    upload::upload,
};

/// The folder is looked through so often. Events of the file system would come sooner, but not from every one.
const PAUSE: Duration = Duration::from_secs(1);
/// After a failure a file is left alone for this long, and twice as long after each further one.
const FIRST_DELAY: Duration = Duration::from_secs(30);
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub struct WatchArguments {
    /// The folder; videos in folders below it count too
    folder: PathBuf,
    /// Label for filters; may be repeated
    #[arg(long = "tag", value_name = "TAG", value_parser = list_item)]
    tags: Vec<String>,
    /// Language that is spoken (BCP 47: en, de-CH)
    #[arg(long)]
    language: Option<String>,
    /// A file is complete when it stayed the same for this long: 5, 30s, 2m
    #[arg(long, value_name = "LENGTH", default_value = "5s", value_parser = seconds)]
    settle: u64,
    /// Leave alone what is there at the start
    #[arg(long)]
    new_only: bool,
    /// So many files are uploaded at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16))]
    at_once: u16,
}

/// When a file that failed may be tried again.
struct Delay {
    pause: Duration,
    until: Instant,
}

struct Watch<'a> {
    output: &'a Output,
    arguments: &'a WatchArguments,
    api_url: Option<String>,
    memory: Memory,
    delays: HashMap<String, Delay>,
}

/// Watches until it is interrupted.
///
/// # Errors
/// When the folder can't be read at the start, or another run watches it.
pub async fn watch(
    output: &Output,
    arguments: &WatchArguments,
    api_url: Option<String>,
) -> Result<u8, Failure> {
    let settings = Settings::find(api_url.clone())?;
    let folder = &arguments.folder;
    let there = look(folder)?;
    let mut watch = Watch {
        output,
        arguments,
        api_url,
        memory: Memory::recall(&settings.api_url, folder)?,
        delays: HashMap::new(),
    };
    if arguments.new_only {
        for (path, stamp) in &there {
            watch.memory.leave_alone(path, stamp);
        }
    }
    let name = folder.display();
    output.note(&format!("watching {name}, Ctrl-C ends it"));
    let mut settling = Settling::new(Duration::from_secs(arguments.settle));
    let mut is_away = false;
    loop {
        match look(folder) {
            Ok(files) => {
                is_away = false;
                let complete = settling.complete(Instant::now(), files);
                watch.upload(complete).await?;
            }
            // A drive may be unplugged for a while.
            Err(failure) if !is_away => {
                output.error(&failure);
                is_away = true;
            }
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Every video below the folder that has bytes. What can't be read now may be readable at the next look.
fn look(folder: &Path) -> Result<Vec<(PathBuf, Stamp)>, Failure> {
    let paths = videos_below(folder, &mut |_, _| {})?;
    let stamped = paths.into_iter().filter_map(|path| {
        let stamp = Stamp::of(&path)?;
        Some((path, stamp))
    });
    Ok(stamped.collect())
}

impl Watch<'_> {
    /// Uploads those that are due, a few at once.
    async fn upload(&mut self, mut files: Vec<(PathBuf, Stamp)>) -> Result<(), Failure> {
        let now = Instant::now();
        files.retain(|(path, stamp)| {
            let delay = self.delays.get(&stamp.name(path));
            !self.memory.knows(path, stamp) && delay.is_none_or(|delay| delay.until <= now)
        });
        if files.is_empty() {
            return Ok(());
        }
        // Looked up each time, so that a token that was renewed is used.
        let client = Settings::find(self.api_url.clone()).and_then(Client::new)?;
        let (client, output) = (&client, self.output);
        let labels = Labels {
            title: None,
            tags: self.arguments.tags.clone(),
            language: self.arguments.language.clone(),
        };
        let labels = &labels;
        let mut results = stream::iter(files)
            .map(|(path, stamp)| async move {
                let sent = upload(client, output, &path, None, labels).await;
                (path, stamp, sent)
            })
            .buffer_unordered(usize::from(self.arguments.at_once));
        while let Some((path, stamp, sent)) = results.next().await {
            let shown = match sent {
                Ok(id) => {
                    self.memory.add(&path, &stamp, &id)?;
                    self.delays.remove(&stamp.name(&path));
                    match client.video(&id).await {
                        Ok(video) => output.outcome(&video),
                        Err(failure) => Err(failure),
                    }
                }
                Err(failure) => {
                    self.delay(&path, &stamp);
                    Err(failure)
                }
            };
            match shown {
                Err(failure) if is_broken_pipe(&failure) => return Err(failure),
                Err(failure) => {
                    output.note(&format!("{}:", path.display()));
                    output.error(&failure);
                }
                Ok(()) => {}
            }
        }
        Ok(())
    }

    fn delay(&mut self, path: &Path, stamp: &Stamp) {
        let name = stamp.name(path);
        let before = self.delays.get(&name).map(|delay| delay.pause * 2);
        let pause = before.unwrap_or(FIRST_DELAY).min(LONGEST_DELAY);
        let until = Instant::now() + pause;
        self.delays.insert(name, Delay { pause, until });
    }
}
