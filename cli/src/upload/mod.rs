//! `upload`: files and the videos below folders, a few at once.

mod one;
mod parts;
mod resume;

use std::{
    cmp::max,
    path::{Path, PathBuf},
};

use clap::Args;
use futures::{StreamExt, stream};
use tokio::sync::Semaphore;

pub use self::one::upload;
use crate::{
    arguments::Labels,
    client::Client,
    commands::{is_broken_pipe, outcome},
    failure::{DONE, Failure},
    media_folder::videos_below,
    output::Output,
};

/// So many videos are waited for at once, beside those on their way.
const WAITED_FOR_AT_ONCE: usize = 8;

/// Arguments of `upload`.
#[derive(Debug, Args)]
pub struct UploadArguments {
    /// Files, and folders with videos below them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Subtitle file; unless given, FILE.srt or FILE.vtt beside the video is used
    #[arg(long, value_name = "FILE")]
    pub subtitles: Option<PathBuf>,
    #[command(flatten)]
    pub labels: Labels,
    /// Wait until each is READY or FAILED
    #[arg(long)]
    pub wait: bool,
    /// So many files are uploaded at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub at_once: u16,
}

impl UploadArguments {
    fn is_for_one_file(&self) -> bool {
        matches!(&self.paths[..], [path] if !path.is_dir())
    }

    /// # Errors
    /// Wrong use when what goes with one file is given for more.
    pub fn check(&self) -> Result<(), Failure> {
        let is_for_one = self.subtitles.is_some() || self.labels.title.is_some();
        if is_for_one && !self.is_for_one_file() {
            let message = "--title and --subtitles go with one file; upload the files one by one";
            return Err(Failure::WrongUse(message.to_owned()));
        }
        Ok(())
    }
}

/// How files fared.
#[derive(Default)]
struct Tally {
    uploaded: usize,
    failed: usize,
    videos_failed: usize,
    worst: u8,
}

/// Uploads everything; one file that fails does not stop the others, and the highest exit code is that of all.
///
/// # Errors
/// When the only file fails, or nobody reads the results any longer.
pub async fn upload_all(
    client: &Client,
    output: &Output,
    arguments: &UploadArguments,
) -> Result<u8, Failure> {
    if arguments.is_for_one_file() {
        let slots = Semaphore::new(1);
        let code = upload_one(client, output, arguments, &arguments.paths[0], &slots).await?;
        return Ok(code);
    }
    let mut tally = Tally::default();
    let files = files(output, &arguments.paths, &mut tally);
    let slots = Semaphore::new(usize::from(arguments.at_once));
    let slots = &slots;
    let at_once = slots.available_permits() + WAITED_FOR_AT_ONCE;
    let mut results = stream::iter(&files)
        .map(|path| async move {
            let code = upload_one(client, output, arguments, path, slots).await;
            (path, code)
        })
        .buffer_unordered(at_once);
    while let Some((path, code)) = results.next().await {
        tally.count(output, path, code)?;
    }
    output.note(&tally.summary(arguments.wait));
    Ok(tally.worst)
}

/// A slot is held for the bytes only, so that indexing is waited for while others are on their way.
async fn upload_one(
    client: &Client,
    output: &Output,
    arguments: &UploadArguments,
    path: &Path,
    slots: &Semaphore,
) -> Result<u8, Failure> {
    let slot = slots.acquire().await.map_err(anyhow::Error::from)?;
    let subtitles = arguments.subtitles.as_deref();
    let id = upload(client, output, path, subtitles, &arguments.labels).await?;
    drop(slot);
    let video = client.video(&id).await?;
    outcome(client, output, video, arguments.wait).await
}

/// The files given, and those below the folders given.
fn files(output: &Output, paths: &[PathBuf], tally: &mut Tally) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut unread = 0;
        let found = videos_below(path, &mut |folder, error| {
            output.note(&format!("skipped {}: {error}", folder.display()));
            unread += 1;
        });
        let found = found.map_err(Failure::from).and_then(|found| {
            let message = || format!("{}: no video below this folder", path.display());
            let some = Some(found).filter(|found| !found.is_empty());
            some.ok_or_else(|| Failure::WrongUse(message()))
        });
        match found {
            Ok(found) => {
                let (path, count) = (path.display(), found.len());
                output.note(&format!("{path}: {count} to upload"));
                files.extend(found);
            }
            Err(failure) => {
                output.error(&failure);
                tally.worst = max(tally.worst, failure.code());
            }
        }
        if unread > 0 {
            tally.worst = max(tally.worst, crate::failure::FAILED);
        }
    }
    files
}

impl Tally {
    fn count(
        &mut self,
        output: &Output,
        path: &Path,
        code: Result<u8, Failure>,
    ) -> Result<(), Failure> {
        let code = match code {
            Ok(DONE) => {
                self.uploaded += 1;
                DONE
            }
            Ok(code) => {
                self.videos_failed += 1;
                code
            }
            Err(failure) if is_broken_pipe(&failure) => return Err(failure),
            Err(failure) => {
                let name = path.display();
                output.note(&format!("{name} was not uploaded or can't be followed:"));
                output.error(&failure);
                self.failed += 1;
                failure.code()
            }
        };
        self.worst = max(self.worst, code);
        Ok(())
    }

    fn summary(&self, waited: bool) -> String {
        let done = if waited { "READY" } else { "uploaded" };
        let mut words = vec![format!("{} {done}", self.uploaded)];
        if self.videos_failed > 0 {
            words.push(format!("{} FAILED", self.videos_failed));
        }
        if self.failed > 0 {
            words.push(format!("{} not uploaded", self.failed));
        }
        words.join(", ")
    }
}
