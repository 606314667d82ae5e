//! The page in Chromium: how soon results are seen, and how quickly files are uploaded.

mod document;
mod figures;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

pub use self::document::{HEAD, section, table};
pub use self::figures::PageFigures;
use crate::checkout::Checkout;
use crate::command::private_stack::PrivateStack;
use crate::env_file;
use crate::progress::Progress;
use crate::run::run_captured;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    searches: u32,
    rounds: u32,
    file_bytes: u64,
}

impl Extent {
    /// What goes into the document, or the least to try the benchmark itself.
    pub fn new(quick: bool) -> Self {
        if quick {
            Self {
                searches: 10,
                rounds: 1,
                file_bytes: 128_000_000,
            }
        } else {
            Self {
                searches: 60,
                rounds: 7,
                file_bytes: 512_000_000,
            }
        }
    }
}

/// Measures on a stack of its own.
///
/// # Errors
/// When the stack can't be started, Chromium or `curl` is missing, or the page fails.
pub fn measure(checkout: &Checkout, extent: Extent) -> Result<PageFigures> {
    let stack = PrivateStack::new(checkout, "bench-page", Vec::new())?;
    let progress = Progress::new(3);
    progress.watch(|| {
        progress.step("Functions and command line", || {
            stack.build()?;
            Ok(((), "built".to_owned()))
        })?;
        progress.step("Up", || {
            stack.up()?;
            Ok(((), "up".to_owned()))
        })?;
        progress.step("The page in Chromium", || {
            let figures = run_page(&checkout.root, &stack, extent)?;
            let note = format!("{} searches", figures.paint_ms.len());
            Ok((figures, note))
        })
    })
}

/// Runs the script that drives Chromium; `up` has installed its modules.
fn run_page(root: &Path, stack: &PrivateStack, extent: Extent) -> Result<PageFigures> {
    let mut node = Command::new("node");
    node.args(["--import", "tsx", "bench/page.ts"])
        .arg(extent.searches.to_string())
        .arg(extent.rounds.to_string())
        .arg(extent.file_bytes.to_string())
        .arg(stack.home().join("bin/vindex"))
        .current_dir(root.join("web"))
        .envs(env_file::read(stack.home()));
    let text = run_captured(node, "web/bench/page.ts")?;
    serde_json::from_str(&text)
        .with_context(|| format!("web/bench/page.ts told no figures: {text}"))
}
