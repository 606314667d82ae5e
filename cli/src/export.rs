//! `export`: what is known of videos as JSON lines, to keep or to work on elsewhere.

use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{Args, ValueEnum};
use contracts::{VideoId, api::Video, artifacts::Transcript};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use crate::{
    arguments::video_id,
    client::Client,
    commands::all_videos,
    failure::{DONE, Failure},
    output::Output,
    progress::count_bar,
};

/// So many transcripts are fetched at once.
const AT_ONCE: usize = 4;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The videos; all of them unless given
    #[arg(value_name = "ID", value_parser = video_id)]
    ids: Vec<VideoId>,
    /// What a line holds
    #[arg(long, value_enum, default_value_t)]
    what: What,
    /// Write this file instead of standard output, once everything is there; one that is there is replaced
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a line holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum What {
    /// A video, and its transcript or null: {"video": …, "transcript": …}
    #[default]
    All,
    /// A video, as `videos --json` has it
    Videos,
    /// Words with their time: the fields of a cue, and `video_id` and `title`
    Cues,
}

/// Writes every document.
///
/// # Errors
/// When one of them can't be fetched: half an export is none.
pub async fn export(
    client: &Client,
    output: &Output,
    arguments: ExportArguments,
) -> Result<u8, Failure> {
    let videos = if arguments.ids.is_empty() {
        all_videos(client).await?
    } else {
        let named = stream::iter(&arguments.ids).map(|id| client.video(id));
        named.buffered(AT_ONCE).try_collect().await?
    };
    match &arguments.output {
        None => {
            let mut out = BufWriter::new(std::io::stdout());
            write_all(client, output, videos, arguments.what, &mut out).await?;
        }
        Some(path) => {
            let parent = path
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty());
            let parent = parent.unwrap_or(Path::new("."));
            let context = || format!("write {}", path.display());
            let file = tempfile::NamedTempFile::new_in(parent).with_context(context)?;
            let mut out = BufWriter::new(file);
            let lines = write_all(client, output, videos, arguments.what, &mut out).await?;
            let file = out.into_inner().map_err(|error| error.into_error())?;
            file.persist(path).with_context(context)?;
            output.note(&format!("wrote {} ({lines} lines)", path.display()));
        }
    }
    Ok(DONE)
}

/// Answers how many lines there are.
async fn write_all(
    client: &Client,
    output: &Output,
    videos: Vec<Video>,
    what: What,
    out: &mut impl Write,
) -> Result<usize, Failure> {
    let bar = count_bar(output.bars(), videos.len());
    let fetched = stream::iter(videos).map(|video| async move {
        let transcript = match what {
            What::Videos => None,
            What::All | What::Cues => transcript(client, &video).await?,
        };
        Ok::<_, Failure>((video, transcript))
    });
    let fetched = fetched.buffered(AT_ONCE);
    futures::pin_mut!(fetched);
    let mut lines = 0;
    while let Some((mut video, transcript)) = fetched.try_next().await? {
        // A signed address, which is for now and for nobody else.
        video.source_url = None;
        for document in documents(&video, transcript, what) {
            writeln!(out, "{document}")?;
            lines += 1;
        }
        bar.inc(1);
    }
    out.flush()?;
    bar.finish_and_clear();
    Ok(lines)
}

/// `None` where a video has none, or none yet.
async fn transcript(client: &Client, video: &Video) -> Result<Option<Transcript>, Failure> {
    match client.transcript(&video.video_id).await {
        Ok(transcript) => Ok(Some(transcript)),
        Err(failure) if failure.is_refused_with(&[404, 409]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn documents(video: &Video, transcript: Option<Transcript>, what: What) -> Vec<Value> {
    match what {
        What::All => vec![json!({"video": video, "transcript": transcript})],
        What::Videos => vec![json!(video)],
        What::Cues => {
            let cues = transcript.map(|transcript| transcript.cues);
            let named = |cue| {
                let mut document = json!({"video_id": video.video_id, "title": video.title});
                if let (Value::Object(fields), Value::Object(cue)) = (&mut document, json!(cue)) {
                    fields.extend(cue);
                }
                document
            };
            cues.into_iter().flatten().map(named).collect()
        }
    }
}
