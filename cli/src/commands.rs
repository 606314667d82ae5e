//! What each command does.

use std::{cmp::max, path::Path};

use anyhow::Context;
use clap::CommandFactory;
use contracts::{
    VideoId,
    api::{ImportRequest, Video, VideoStatus},
};

use crate::{
    arguments::{ApiCommand, Arguments, CaptionFormat, Command, Labels},
    client::Client,
    clip::clip,
    doctor::doctor,
    export::export,
    failure::{DONE, Failure, VIDEO_FAILED},
    man::man,
    opened::opened,
    output::Output,
    play::play,
    reindex::reindex,
    search::search,
    settings::Settings,
    upload::upload_all,
    waiting::until_done,
    watch::watch,
};

/// Runs a command and answers its exit code.
///
/// # Errors
/// Whatever kept the command from doing its work.
pub async fn run(arguments: Arguments, output: &Output) -> Result<u8, Failure> {
    let api_url = arguments.api_url;
    match arguments.command {
        Command::Completions { shell } => completions(shell),
        Command::Mcp => crate::mcp::serve(api_url).await,
        Command::Man { dir } => man(output, dir.as_deref()),
        Command::Doctor => doctor(output, api_url).await,
        Command::Watch(arguments) => watch(output, &arguments, api_url).await,
        Command::Api(command) => {
            if let ApiCommand::Upload(upload) = &command {
                upload.check()?;
            }
            let client = Client::new(Settings::find(api_url)?)?;
            ask(&client, output, command).await
        }
    }
}

/// Runs a command that does nothing but ask the API.
async fn ask(client: &Client, output: &Output, command: ApiCommand) -> Result<u8, Failure> {
    match command {
        ApiCommand::Upload(arguments) => upload_all(client, output, &arguments).await,
        ApiCommand::Import { url, labels, wait } => import(client, output, url, labels, wait).await,
        ApiCommand::Videos => output.videos(&all_videos(client).await?).map(|()| DONE),
        ApiCommand::Show { id } => output.video(&client.video(&id).await?).map(|()| DONE),
        ApiCommand::Search(arguments) => search(client, output, arguments).await,
        ApiCommand::Opened(arguments) => opened(client, output, arguments).await,
        ApiCommand::Delete { ids } => delete(client, output, &ids).await,
        ApiCommand::Retry { id, wait } => {
            let video = client.retry(&id).await?;
            outcome(client, output, video, wait).await
        }
        ApiCommand::Timeline { id } => output.timeline(&client.timeline(&id).await?).map(|()| DONE),
        ApiCommand::Transcript { id } => output
            .transcript(&client.transcript(&id).await?)
            .map(|()| DONE),
        ApiCommand::Captions {
            id,
            format,
            output: path,
        } => captions(client, output, &id, format, path.as_deref()).await,
        ApiCommand::Reindex(arguments) => reindex(client, output, arguments).await,
        ApiCommand::Play(arguments) => play(client, output, arguments).await,
        ApiCommand::Clip(arguments) => clip(client, output, arguments).await,
        ApiCommand::Export(arguments) => export(client, output, arguments).await,
    }
}

fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "vindex", &mut script);
    std::io::Write::write_all(&mut std::io::stdout(), &script)?;
    Ok(DONE)
}

async fn import(
    client: &Client,
    output: &Output,
    url: String,
    labels: Labels,
    wait: bool,
) -> Result<u8, Failure> {
    let Labels {
        title,
        tags,
        language,
    } = labels;
    let video = client
        .import(&ImportRequest {
            url,
            title,
            tags,
            language,
        })
        .await?;
    outcome(client, output, video, wait).await
}

/// Writes the video, once it is READY or FAILED where that is waited for, and answers the exit code.
///
/// # Errors
/// When it can't be followed or written.
pub async fn outcome(
    client: &Client,
    output: &Output,
    video: Video,
    wait: bool,
) -> Result<u8, Failure> {
    let video = if wait {
        until_done(client, output, &video.video_id).await?
    } else {
        video
    };
    output.outcome(&video)?;
    let has_failed = wait && video.status == VideoStatus::Failed;
    Ok(if has_failed { VIDEO_FAILED } else { DONE })
}

/// All videos, newest first.
///
/// # Errors
/// When a page can't be fetched.
pub async fn all_videos(client: &Client) -> Result<Vec<Video>, Failure> {
    let mut videos = Vec::new();
    let mut cursor = None;
    loop {
        let page = client.videos(cursor.as_deref()).await?;
        videos.extend(page.videos);
        // The same cursor again would never end.
        if page.next_cursor.is_none() || page.next_cursor == cursor {
            return Ok(videos);
        }
        cursor = page.next_cursor;
    }
}

async fn captions(
    client: &Client,
    output: &Output,
    id: &VideoId,
    format: CaptionFormat,
    path: Option<&Path>,
) -> Result<u8, Failure> {
    let text = client.captions(id, format).await?;
    if let Some(path) = path {
        let written = std::fs::write(path, &text);
        written.with_context(|| format!("{} can't be written", path.display()))?;
    }
    output.captions(id, format, &text, path)?;
    Ok(DONE)
}

async fn delete(client: &Client, output: &Output, ids: &[VideoId]) -> Result<u8, Failure> {
    let mut worst = DONE;
    for id in ids {
        match client.delete(id).await {
            Ok(()) => output.deleted(id)?,
            Err(failure) => {
                output.error(&failure);
                worst = max(worst, failure.code());
            }
        }
    }
    Ok(worst)
}

/// Whether the reader of standard output went away, as `head` does: nothing to complain about.
pub fn is_broken_pipe(failure: &Failure) -> bool {
    let Failure::Failed(error) = failure else {
        return false;
    };
    let cause = error.downcast_ref::<std::io::Error>();
    cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
