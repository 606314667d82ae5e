//! `cargo xtask down`.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::process::end_marked;
use crate::service::Service;

/// Stops every process of this checkout's stack.
///
/// # Errors
/// When one can't be stopped.
pub fn down(checkout: &Checkout) -> Result<()> {
    let mut any = false;
    // The functions' host first: nothing then writes to the index any more.
    for service in Service::ALL.into_iter().rev() {
        if service.stop(checkout)? {
            println!("{} stopped", service.name());
            any = true;
        }
    }
    for line in end_marked(&checkout.home)? {
        println!("ended what was left: {line}");
        any = true;
    }
    if !any {
        println!("nothing was running");
    }
    Ok(())
}
