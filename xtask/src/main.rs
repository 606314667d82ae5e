//! `cargo xtask`: everything a developer does with the repository beyond `cargo build`.
//!
//! `up` installs what is pinned in `xtask/pins`, starts the local AWS and OpenSearch, builds the Lambda
//! functions and deploys the CDK app of `infra/` to it. Downloads lie in a folder of the user and are shared by
//! all checkouts; everything that belongs to one checkout lies below its `.vindex/`.

mod account;
mod aws;
mod cache;
mod checkout;
mod command;
mod deploy;
mod digest;
mod env_file;
mod hub;
mod install;
mod meter;
mod page;
mod ports;
mod process;
mod process_scan;
mod progress;
mod run;
mod service;
mod state;
mod table;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::checkout::Checkout;

/// Tasks of the vindex repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install, start and deploy the local stack; quick when it already runs
    Up(command::up::UpArguments),
    /// Start the stack, upload the sample videos, and find what is said in them
    Demo(command::up::UpArguments),
    /// Run every check and every test, as CI does, on a stack of its own
    Test,
    /// Measure what a video costs, on a stack of its own, and write `docs/benchmarks.md`
    Bench(command::bench::BenchArguments),
    /// Measure how well search finds, on a stack of its own, and write `docs/evaluation.md`
    Eval(command::eval::EvalArguments),
    /// Download models, or show which are there
    Models(command::models::ModelsArguments),
    /// Stop the local stack; its data stay for the next `up`
    Down,
    /// Show the parts of the local stack
    Status,
    /// Show the log of a part, or list the parts that have one
    Logs(command::logs::LogsArguments),
    /// Stop the local stack and delete its data; downloads are kept
    Reset,
    /// Renew the token in `.vindex/env` and print it
    Token,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let checkout = Checkout::locate()?;
    match command {
        Command::Up(arguments) => command::up::up(&checkout, &arguments),
        Command::Demo(arguments) => command::demo::demo(&checkout, &arguments),
        Command::Test => command::test::test(&checkout),
        Command::Bench(arguments) => command::bench::bench(&checkout, &arguments),
        Command::Eval(arguments) => command::eval::eval(&checkout, &arguments),
        Command::Models(arguments) => command::models::models(&checkout, &arguments),
        Command::Down => command::down::down(&checkout),
        Command::Status => command::status::status(&checkout),
        Command::Logs(arguments) => command::logs::logs(&checkout, &arguments),
        Command::Reset => command::reset::reset(&checkout),
        Command::Token => command::token::token(&checkout),
    }
}
