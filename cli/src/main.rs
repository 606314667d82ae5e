//! `vindex`: upload videos and find moments in them. A client of the HTTP API and of nothing else.

mod arguments;
mod backoff;
mod chosen;
mod client;
mod clip;
mod commands;
mod doctor;
mod export;
mod failure;
mod ffmpeg;
mod found;
mod interruption;
mod local_file;
mod man;
mod mcp;
mod media_folder;
mod opened;
mod output;
mod picture;
mod play;
mod programs;
mod progress;
mod reindex;
mod rows;
mod search;
mod settings;
mod state_folder;
mod text;
mod thumbnails;
mod transfer;
mod upload;
mod waiting;
mod watch;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    let output = output::Output::new(arguments.json);
    let code = arguments.command.code_when_interrupted();
    let work = commands::run(arguments, &output);
    let code = match interruption::unless_interrupted(&output, work, code).await {
        Ok(code) => code,
        Err(failure) if commands::is_broken_pipe(&failure) => failure::DONE,
        Err(failure) => {
            output.error(&failure);
            failure.code()
        }
    };
    ExitCode::from(code)
}
