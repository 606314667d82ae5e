//! Ctrl-C: what runs is dropped, so that programs it started end and its temporary files go.

use crate::{failure::Failure, output::Output};

/// The code of `work`, or `code` when Ctrl-C comes first.
///
/// # Errors
/// Those of `work`.
pub async fn unless_interrupted(
    output: &Output,
    work: impl Future<Output = Result<u8, Failure>>,
    code: u8,
) -> Result<u8, Failure> {
    tokio::select! {
        done = work => done,
        Ok(()) = tokio::signal::ctrl_c() => {
            output.note("interrupted");
            Ok(code)
        }
    }
}
