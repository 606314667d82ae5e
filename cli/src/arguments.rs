//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use contracts::VideoId;

use crate::{
    clip::ClipArguments,
    export::ExportArguments,
    failure::{DONE, INTERRUPTED},
    opened::OpenedArguments,
    play::PlayArguments,
    search::SearchArguments,
    upload::UploadArguments,
    watch::WatchArguments,
};

/// Find any moment in your videos by describing what was said or shown.
///
/// Reads VINDEX_API_URL and VINDEX_TOKEN from the environment, else from `.vindex/env` in this folder or
/// one above it. Exit codes: 0 done, 1 failed, 2 wrong use or refused, 3 a video ended FAILED, 130
/// interrupted.
#[derive(Debug, Parser)]
#[command(name = "vindex", version)]
pub struct Arguments {
    /// One JSON document a line on standard output, everything else on standard error
    #[arg(long, global = true)]
    pub json: bool,
    /// Address of the API [default: VINDEX_API_URL, else that of `.vindex/env`]
    #[arg(long, global = true, value_name = "URL")]
    pub api_url: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a run")]
pub enum Command {
    #[command(flatten)]
    Api(ApiCommand),
    /// Serve the videos to an AI agent as tools, by the Model Context Protocol on standard input and output
    #[command(after_help = crate::mcp::HELP)]
    Mcp,
    /// Upload the videos that appear below a folder, until Ctrl-C
    ///
    /// What is there at the start is uploaded too, unless an earlier run did that. A file that changes later is
    /// uploaded again, as another video.
    Watch(WatchArguments),
    /// Say what works and what doesn't, with the way out; exit 1 if something essential fails
    Doctor,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write the pages of all commands
    Man {
        /// Write a page for each command into this folder
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// What the API is asked to do.
#[derive(Debug, Subcommand)]
pub enum ApiCommand {
    /// Upload files, or all videos below folders, and have them indexed
    ///
    /// One file that fails does not stop the others. A large file whose upload was interrupted goes on where it was
    /// when the same command is run again.
    Upload(UploadArguments),
    /// Index an object that already lies in S3
    Import {
        /// s3://bucket/key
        url: String,
        #[command(flatten)]
        labels: Labels,
        /// Wait until it is READY or FAILED
        #[arg(long)]
        wait: bool,
    },
    /// List your videos, newest first
    Videos,
    /// Show one video
    Show {
        /// The video
        #[arg(value_parser = video_id)]
        id: VideoId,
    },
    /// Find moments
    Search(SearchArguments),
    /// Open a moment where it starts
    ///
    /// In mpv, vlc or ffplay, else in whatever opens links.
    Play(PlayArguments),
    /// Cut a moment out of its video, by ffmpeg
    ///
    /// The clip is a copy that starts at the key frame before the moment; --exact encodes it anew.
    Clip(ClipArguments),
    /// Record that a moment was the one that you looked for, where the deployment records that
    ///
    /// The query is kept with the moment for 90 days, by nobody's name, and goes with the video.
    Opened(OpenedArguments),
    /// Delete videos with everything made from them
    Delete {
        /// The videos
        #[arg(required = true, value_name = "ID", value_parser = video_id)]
        ids: Vec<VideoId>,
    },
    /// Index a failed video again; finished work is kept
    Retry {
        /// The video
        #[arg(value_parser = video_id)]
        id: VideoId,
        /// Wait until it is READY or FAILED
        #[arg(long)]
        wait: bool,
    },
    /// Show what ran to index a video, and for how long
    Timeline {
        /// The video
        #[arg(value_parser = video_id)]
        id: VideoId,
    },
    /// Print the words of a video with their times
    Transcript {
        /// The video
        #[arg(value_parser = video_id)]
        id: VideoId,
    },
    /// Print the captions of a video, or write them into a file
    Captions {
        /// The video
        #[arg(value_parser = video_id)]
        id: VideoId,
        /// WebVTT or SubRip
        #[arg(long, value_enum, default_value_t)]
        format: CaptionFormat,
        /// Write this file instead of standard output; one that is there is replaced
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Write videos and their words as JSON lines
    Export(ExportArguments),
    /// Index everything again into a new index, for operators
    ///
    /// Fills an index beside the one that serves. `--switch` lets it serve, `--switch-back` takes that back, and
    /// `--finish` removes the former index.
    Reindex(ReindexArguments),
}

impl Command {
    /// The exit code when Ctrl-C ends it.
    pub fn code_when_interrupted(&self) -> u8 {
        match self {
            // There is no other end to it.
            Command::Watch(_) => DONE,
            _ => INTERRUPTED,
        }
    }
}

/// Formats of caption files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CaptionFormat {
    /// WebVTT
    #[default]
    Vtt,
    /// SubRip
    Srt,
}

impl CaptionFormat {
    /// As it is asked for, and a file's extension.
    pub fn as_str(self) -> &'static str {
        match self {
            CaptionFormat::Vtt => "vtt",
            CaptionFormat::Srt => "srt",
        }
    }
}

/// What is said of a video as it comes in.
#[derive(Debug, Args)]
pub struct Labels {
    /// Title; the file's name unless given
    #[arg(long)]
    pub title: Option<String>,
    /// Label for filters; may be repeated
    #[arg(long = "tag", value_name = "TAG", value_parser = list_item)]
    pub tags: Vec<String>,
    /// Language that is spoken (BCP 47: en, de-CH)
    #[arg(long)]
    pub language: Option<String>,
}

/// Arguments of `reindex`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line, and clap keeps them apart"
)]
pub struct ReindexArguments {
    /// The text or visual model whose vectors the new index holds; those of the deployment unless given
    #[arg(long, conflicts_with = "action")]
    pub model: Option<String>,
    /// Only count, estimate and check
    #[arg(long, conflicts_with = "action")]
    pub dry_run: bool,
    /// Fail where the new index finds less of what the present one finds, 0 to 1
    #[arg(long, value_name = "SHARE", conflicts_with = "action")]
    pub min_recall: Option<f64>,
    /// Wait until the run ends
    #[arg(long, conflicts_with_all = ["switch", "switch_back", "abort", "finish"])]
    pub wait: bool,
    /// Show how indices stand and how far the run is
    #[arg(long, group = "action")]
    pub status: bool,
    /// Let the new index serve
    #[arg(long, group = "action")]
    pub switch: bool,
    /// Let the former index serve again
    #[arg(long, group = "action")]
    pub switch_back: bool,
    /// Stop the run and remove the new index
    #[arg(long, group = "action")]
    pub abort: bool,
    /// Remove the former index
    #[arg(long, group = "action")]
    pub finish: bool,
}

/// Ids go into paths of addresses, so that nothing else may stand in them.
pub fn video_id(text: &str) -> Result<VideoId, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !text.is_empty() && text.len() <= 64 && text.bytes().all(is_plain) {
        Ok(VideoId::from(text))
    } else {
        Err("a video's id has letters, digits and hyphens only".to_owned())
    }
}

/// Filters are comma-separated on the wire.
pub fn list_item(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(',') {
        return Err("must not be empty or hold a comma; repeat the option instead".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_would_leave_a_path_or_a_list_is_refused() {
        for (text, is_id, is_item) in [
            ("0192-ab", true, true),
            ("../videos", false, true),
            ("a?b", false, true),
            ("a,b", false, false),
            ("", false, false),
        ] {
            assert_eq!(video_id(text).is_ok(), is_id, "{text:?}");
            assert_eq!(list_item(text).is_ok(), is_item, "{text:?}");
        }
    }
}
