//! What the end-to-end tests share: the running stack, its tenants, and media made on the spot.
//!
//! Tests use public entry points: the HTTP API and the `vindex` command. They look at table, buckets and
//! index only to see what was left there. Everything here panics where the stack does not answer as it
//! should: in a test that is the failure.

mod account;
mod answer;
mod command_line;
mod described;
mod functions;
mod media;
mod stack;
mod tenant;
mod traces;

pub use answer::Answer;
pub use command_line::{CommandLine, Finished};
pub use functions::FunctionError;
pub use media::{ffmpeg, scratch};
pub use stack::Stack;
pub use tenant::{Source, Tenant};
