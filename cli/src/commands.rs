//! What each command does.

use std::{cmp::max, path::Path};

use anyhow::Context;
use clap::CommandFactory;
use contracts::{
    VideoId,
    api::{ImportRequest, Video, VideoStatus},
};

use crate::{
    arguments::{Arguments, CaptionFormat, Command, Labels, UploadArguments},
    client::Client,
    failure::{DONE, Failure, VIDEO_FAILED},
    opened::opened,
    output::Output,
    reindex::reindex,
    search::search,
    settings::Settings,
    upload::upload,
    watch::until_done,
};

/// Runs a command and answers its exit code.
///
/// # Errors
/// Whatever kept the command from doing its work.
pub async fn run(arguments: Arguments, output: &Output) -> Result<u8, Failure> {
    if let Command::Completions { shell } = arguments.command {
        return completions(shell);
    }
    if matches!(arguments.command, Command::Mcp) {
        return crate::mcp::serve(arguments.api_url).await;
    }
    if let Command::Upload(upload) = &arguments.command {
        check_upload(upload)?;
    }
    let client = &Client::new(Settings::find(arguments.api_url)?)?;
    match arguments.command {
        Command::Upload(arguments) => upload_files(client, output, &arguments).await,
        Command::Import { url, labels, wait } => import(client, output, url, labels, wait).await,
        Command::Videos => videos(client, output).await,
        Command::Show { id } => output.video(&client.video(&id).await?).map(|()| DONE),
        Command::Search(arguments) => search(client, output, arguments).await,
        Command::Opened(arguments) => opened(client, output, arguments).await,
        Command::Delete { ids } => delete(client, output, &ids).await,
        Command::Retry { id, wait } => {
            let video = client.retry(&id).await?;
            outcome(client, output, video, wait).await
        }
        Command::Timeline { id } => output.timeline(&client.timeline(&id).await?).map(|()| DONE),
        Command::Transcript { id } => output
            .transcript(&client.transcript(&id).await?)
            .map(|()| DONE),
        Command::Captions {
            id,
            format,
            output: path,
        } => captions(client, output, &id, format, path.as_deref()).await,
        Command::Reindex(arguments) => reindex(client, output, arguments).await,
        Command::Completions { .. } | Command::Mcp => Ok(DONE),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "vindex", &mut script);
    std::io::Write::write_all(&mut std::io::stdout(), &script)?;
    Ok(DONE)
}

fn check_upload(arguments: &UploadArguments) -> Result<(), Failure> {
    let is_for_one = arguments.subtitles.is_some() || arguments.labels.title.is_some();
    if arguments.files.len() > 1 && is_for_one {
        let message = "--title and --subtitles go with one file; upload the files one by one";
        return Err(Failure::WrongUse(message.to_owned()));
    }
    Ok(())
}

/// One file after the other; the highest exit code is that of all.
async fn upload_files(
    client: &Client,
    output: &Output,
    arguments: &UploadArguments,
) -> Result<u8, Failure> {
    let mut worst = DONE;
    for path in &arguments.files {
        let subtitles = arguments.subtitles.as_deref();
        let code = match upload(client, output, path, subtitles, &arguments.labels).await {
            Ok(id) => finish_upload(client, output, &id, arguments.wait).await,
            Err(failure) => Err(failure),
        };
        let code = code.or_else(|failure| {
            if is_broken_pipe(&failure) || arguments.files.len() == 1 {
                return Err(failure);
            }
            output.note(&format!(
                "{} was not uploaded or can't be followed:",
                path.display()
            ));
            output.error(&failure);
            Ok(failure.code())
        })?;
        worst = max(worst, code);
    }
    Ok(worst)
}

async fn finish_upload(
    client: &Client,
    output: &Output,
    id: &VideoId,
    wait: bool,
) -> Result<u8, Failure> {
    let video = client.video(id).await?;
    outcome(client, output, video, wait).await
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

/// Writes the video, once it is READY or FAILED where that is waited for.
async fn outcome(
    client: &Client,
    output: &Output,
    video: Video,
    wait: bool,
) -> Result<u8, Failure> {
    let video = if wait {
        until_done(client, &video.video_id).await?
    } else {
        video
    };
    output.outcome(&video)?;
    let has_failed = wait && video.status == VideoStatus::Failed;
    Ok(if has_failed { VIDEO_FAILED } else { DONE })
}

async fn videos(client: &Client, output: &Output) -> Result<u8, Failure> {
    let mut videos = Vec::new();
    let mut cursor = None;
    loop {
        let page = client.videos(cursor.as_deref()).await?;
        videos.extend(page.videos);
        // The same cursor again would never end.
        if page.next_cursor.is_none() || page.next_cursor == cursor {
            break;
        }
        cursor = page.next_cursor;
    }
    output.videos(&videos)?;
    Ok(DONE)
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
