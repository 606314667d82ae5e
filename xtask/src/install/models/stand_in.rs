//! A model that can't be had, and the one that plays its role instead.

use std::fmt;

use anyhow::Error;
use clap::ValueEnum;
use models::{Model, Source};

use super::sources::label;

/// Which model plays the role visual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Visual {
    /// What was chosen before, else CLIP where the Hugging Face Hub has it, else its stand-in
    #[default]
    Auto,
    /// The stand-in, whatever can be reached: nothing depends on the Hub then
    StandIn,
}

/// No source of a model delivered.
#[derive(Debug)]
pub struct NoSource {
    /// What was wrong with each.
    pub reasons: Vec<(&'static Source, Error)>,
}

impl fmt::Display for NoSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no source has it")?;
        for (source, error) in &self.reasons {
            write!(formatter, "\n    {}: {error:#}", label(source))?;
        }
        Ok(())
    }
}

impl std::error::Error for NoSource {}

/// What to say when `stand_in` plays the role of `model`. Without a `failure` somebody asked for it.
pub fn notice(model: &Model, stand_in: &Model, failure: Option<&NoSource>) -> String {
    let (why, way_out) = match failure {
        None => ("as asked for".to_owned(), String::new()),
        Some(NoSource { reasons }) => {
            let reasons: Vec<String> = reasons
                .iter()
                .map(|(source, error)| format!("{}: {}", label(source), error.root_cause()))
                .collect();
            let way_out = format!("; `cargo xtask models pull` tries {} again", model.name);
            (reasons.join("; "), way_out)
        }
    };
    let limits = stand_in.limits.as_deref().map_or(String::new(), |limits| {
        format!(". It {}", limits.trim_end_matches('.'))
    });
    format!(
        "{} plays the role {} instead of {} ({why}){limits}{way_out}",
        stand_in.name, model.role, model.name
    )
}
