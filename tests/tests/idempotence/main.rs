//! Repetition, generations, retries, deletion and tenants, on a running stack: whatever comes twice, late, out
//! of order or from somebody else changes nothing.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts the bodies of tests, not the functions that they share"
)]

mod arrivals;
mod changes;
mod clips;
mod deletion;
mod executions;
mod failures;
mod generations;
mod records;
mod repeats;
mod searching;
mod snapshot;
mod tenants;
mod waiting;
mod ways_in;
