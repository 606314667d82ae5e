//! `cargo xtask reset`.

use std::fs;

use anyhow::Result;

use crate::cache::remove_folder;
use crate::checkout::Checkout;
use crate::command::down::down;
use crate::deploy::outputs::Outputs;
use crate::env_file;
use crate::service::Service;

/// Stops the stack and deletes what it holds: videos, index, users, deployment. Downloads, builds and logs stay.
///
/// # Errors
/// When something can't be stopped or deleted.
pub fn reset(checkout: &Checkout) -> Result<()> {
    down(checkout)?;
    for service in Service::ALL {
        remove_folder(&checkout.home.join(service.key()))?;
    }
    remove_folder(&checkout.home.join("cdk.out"))?;
    for file in [
        Outputs::path(&checkout.home),
        env_file::path(&checkout.home),
    ] {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    println!("data deleted; `cargo xtask up` starts from nothing");
    Ok(())
}
