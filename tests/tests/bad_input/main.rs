//! The table of bad input and its outcome: what is refused before anything is made, what ends `FAILED`, and
//! what ends `READY` with a warning. Every row is an upload, or a call, to the running stack.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod command;
mod failed;
mod limits;
mod other_ways_in;
mod ready;
mod recipes;
mod refused;
mod rows;
mod tokens;
