//! `cargo xtask models`: what `up` installs of models, by itself, and other sets.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use models::{Lock, LockedModel, Model, Set, SourceKind, manifest};

use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::hub::Hub;
use crate::install::models::{Installer, Visual, chosen, folder, installing_note, notices};
use crate::meter::shown_bytes;
use crate::progress::Progress;

/// Arguments of `models`.
#[derive(Args)]
pub struct ModelsArguments {
    #[command(subcommand)]
    command: ModelsCommand,
}

#[derive(Subcommand)]
enum ModelsCommand {
    /// Download a set of models; those of `base` and `quality` are used from then on
    Pull {
        /// Which
        #[arg(long, value_enum, default_value_t = SetName::Base)]
        set: SetName,
        /// Which model plays the role visual; a pull tries CLIP again where its stand-in played
        #[arg(long, env = "VINDEX_VISUAL", value_enum, default_value_t)]
        visual: Visual,
    },
    /// Show every model of the manifest, and which are there
    List,
}

/// A set, on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum SetName {
    /// Small models for every role, from package registries, and CLIP from the Hugging Face Hub or its stand-in
    Base,
    /// Better and larger ones, from the Hugging Face Hub
    Quality,
    /// What tests compare others with
    Reference,
}

impl From<SetName> for Set {
    fn from(name: SetName) -> Self {
        match name {
            SetName::Base => Self::Base,
            SetName::Quality => Self::Quality,
            SetName::Reference => Self::Reference,
        }
    }
}

/// Runs one of the commands.
///
/// # Errors
/// When a model can't be had from any of its sources.
pub fn models(checkout: &Checkout, arguments: &ModelsArguments) -> Result<()> {
    match arguments.command {
        ModelsCommand::Pull { set, visual } => pull(checkout, set.into(), visual, true),
        ModelsCommand::List => list(checkout),
    }
}

/// Installs a set for a checkout and prints what is there; `bars` where nothing else writes to the terminal.
///
/// # Errors
/// When a model can't be had from any of its sources.
pub fn pull(checkout: &Checkout, set: Set, visual: Visual, bars: bool) -> Result<()> {
    let installer = Installer {
        checkout,
        cache: &Cache::locate()?,
        hub: Hub::from_environment(bars),
        visual,
    };
    let before = chosen(checkout)?;
    let progress = Progress::new(1);
    let installed = progress.watch(|| {
        progress.step("Models", || {
            let installed = installer.install_set(set)?;
            let note = installing_note(&installed);
            Ok((installed, note))
        })
    })?;
    let mut lines = vec![["role", "model", "", "source", "size", "licence"].map(str::to_owned)];
    for installed in &installed {
        let Model {
            role,
            name,
            licence,
            ..
        } = installed.model;
        let state = if installed.is_new {
            "installed"
        } else {
            "already there"
        };
        lines.push([
            role.to_string(),
            name.clone(),
            state.to_owned(),
            shown_source(&installed.locked),
            shown_bytes(installed.locked.size_bytes()),
            licence.clone(),
        ]);
    }
    print!("\n{}", table(&lines));
    println!("\nin {}", checkout.shown(&folder(checkout)));
    for notice in notices(&installed) {
        println!("{notice}");
    }
    if chosen(checkout)? != before {
        println!(
            "a running stack keeps the models that it has loaded: `cargo xtask down`, then `up`"
        );
    }
    Ok(())
}

fn list(checkout: &Checkout) -> Result<()> {
    let lock = Lock::read(&folder(checkout))?;
    let chosen = chosen(checkout)?;
    let mut lines = vec![["role", "model", "sets", "source", "size", "licence"].map(str::to_owned)];
    for model in manifest() {
        let locked = lock.models.get(&model.name);
        let is_chosen = chosen.iter().any(|chosen| chosen.name == model.name);
        let sets: Vec<String> = model
            .sets
            .iter()
            .map(|set| format!("{set:?}").to_lowercase())
            .collect();
        lines.push([
            format!("{}{}", model.role, if is_chosen { " *" } else { "" }),
            model.name.clone(),
            if sets.is_empty() {
                "stand-in".to_owned()
            } else {
                sets.join(", ")
            },
            locked.map_or("not there".to_owned(), shown_source),
            locked.map_or(String::new(), |locked| shown_bytes(locked.size_bytes())),
            model.licence.clone(),
        ]);
    }
    print!("{}", table(&lines));
    println!("\n* plays its role here");
    Ok(())
}

fn shown_source(locked: &LockedModel) -> String {
    let kind = match locked.source.kind {
        SourceKind::Maven => "Maven",
        SourceKind::Pypi => "PyPI",
        SourceKind::Hub => "Hub",
    };
    let commit = locked.source.revision.as_deref().unwrap_or_default();
    let commit: String = commit.chars().take(7).collect();
    let at = if commit.is_empty() { "" } else { " @ " };
    format!("{kind} {}{at}{commit}", locked.source.from)
}

fn table(lines: &[[String; 6]]) -> String {
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}", width = *width))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
