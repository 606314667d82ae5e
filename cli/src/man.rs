//! `man`: the manual, made from the command line's own description.

use std::path::Path;

use anyhow::Context;
use clap::CommandFactory;

use crate::{
    arguments::Arguments,
    failure::{DONE, Failure},
    output::Output,
};

/// Writes a page for each command into a folder, or the first page to standard output.
///
/// # Errors
/// When they can't be written.
pub fn man(output: &Output, folder: Option<&Path>) -> Result<u8, Failure> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
        std::io::Write::write_all(&mut std::io::stdout(), &page)?;
        return Ok(DONE);
    };
    let context = || format!("write into {}", folder.display());
    std::fs::create_dir_all(folder).with_context(context)?;
    clap_mangen::generate_to(Arguments::command(), folder).with_context(context)?;
    output.note(&format!(
        "wrote the pages of vindex(1) into {}",
        folder.display()
    ));
    Ok(DONE)
}
