//! `cargo xtask bench`: what a video, speech recognition, looking at pictures, searching and the page cost, against
//! what is promised.

mod document;
mod figures;
mod media;
mod page;
mod proc_files;
mod programs;
mod requests;
mod sampling;
mod search;
mod sections;
mod source_reads;
mod speech;
mod transitions;
mod videos;
mod vision;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::cache::{lock_file, remove_folder};
use crate::checkout::Checkout;
use crate::table::today;

const DOCUMENT: &str = "docs/benchmarks.md";

/// Arguments of `bench`.
#[derive(Args)]
pub struct BenchArguments {
    /// Short videos, no cold start, a small index, and nothing written: to try the benchmark itself
    #[arg(long)]
    quick: bool,
    /// Measure one part, and write its section alone
    #[arg(long, value_enum, value_name = "PART")]
    only: Option<Part>,
    /// Sizes of the search index, instead of the usual ones: numbers of segments, separated by commas
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(10_000..))]
    segments: Vec<u32>,
}

/// A part of the benchmark that can be had alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Videos from upload to `READY`, and `up`
    Videos,
    /// Speech recognition, beside faster-whisper
    Speech,
    /// Looking at pictures, beside decoding all of them
    Vision,
    /// The search index: its times, and how many of the nearest neighbours it finds
    Search,
    /// The page in Chromium: how soon results are seen, and how quickly it uploads
    Page,
}

impl BenchArguments {
    fn includes(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }

    /// Measures a part where it is wanted, and prints its tables; gives its section.
    fn section(
        &self,
        part: Part,
        measure: impl FnOnce() -> Result<(String, String)>,
    ) -> Result<Option<String>> {
        if !self.includes(part) {
            return Ok(None);
        }
        let (table, section) = measure()?;
        print!("\n{table}");
        Ok(Some(section))
    }
}

/// Measures, the videos on a stack of their own, prints the tables and writes `docs/benchmarks.md`.
///
/// # Errors
/// When a step fails. A figure above its limit is no error: the table says so.
pub fn bench(checkout: &Checkout, arguments: &BenchArguments) -> Result<()> {
    let folder = checkout.home.join("bench");
    let _lock = lock_file(&checkout.home.join("bench.lock"))?;
    let path = checkout.root.join(DOCUMENT);
    let old =
        fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    let today = today()?;
    let of_speech = arguments.section(Part::Speech, || {
        let extent = speech::Extent::new(arguments.quick);
        let figures = in_scratch(&folder.join("speech"), |folder| {
            speech::measure(checkout, folder, extent)
        })?;
        Ok((speech::table(&figures), speech::section(&figures, &today)))
    })?;
    let of_vision = arguments.section(Part::Vision, || {
        let extent = vision::Extent::new(arguments.quick);
        let figures = in_scratch(&folder.join("vision"), |folder| {
            vision::measure(checkout, folder, extent)
        })?;
        Ok((vision::table(&figures), vision::section(&figures, &today)))
    })?;
    let of_search = arguments.section(Part::Search, || {
        let extent = search::Extent::new(arguments.quick, &arguments.segments);
        let figures = in_scratch(&folder.join("search"), |folder| {
            search::measure(checkout, folder, &extent)
        })?;
        Ok((search::table(&figures), search::section(&figures, &today)))
    })?;
    let of_page = arguments.section(Part::Page, || {
        let figures = page::measure(checkout, page::Extent::new(arguments.quick))?;
        Ok((page::table(&figures), page::section(&figures, &today)))
    })?;
    let sections = [
        (speech::HEAD, of_speech),
        (vision::HEAD, of_vision),
        (search::HEAD, of_search),
        (page::HEAD, of_page),
    ];
    let text = if arguments.includes(Part::Videos) {
        let figures = in_scratch(&folder, |folder| {
            videos::measure(checkout, folder, arguments.quick)
        })?;
        print!("\n{}", document::table(&figures));
        let sections = sections
            .map(|(head, new)| new.unwrap_or_else(|| sections::section_of(&old, head).to_owned()));
        document::document(&figures, &sections, &today)
    } else {
        let new = sections
            .into_iter()
            .filter_map(|(head, new)| Some((head, new?)));
        new.fold(old, |text, (head, section)| {
            sections::replace_section(&text, head, &section)
        })
    };
    if arguments.quick {
        println!("\nquick: nothing was written to {DOCUMENT}");
        return Ok(());
    }
    fs::write(&path, text).with_context(|| format!("{} can't be written", path.display()))?;
    println!("\nwritten to {}", checkout.shown(&path));
    Ok(())
}

/// Works in `folder`, which is deleted again whatever comes of it.
fn in_scratch<T>(folder: &Path, work: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    fs::create_dir_all(folder)?;
    let outcome = work(folder);
    remove_folder(folder)?;
    outcome
}
