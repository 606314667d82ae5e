//! One file for each command.

pub mod bench;
pub mod demo;
pub mod down;
pub mod eval;
mod function_logs;
mod interruption;
pub mod logs;
pub mod models;
mod overlap;
mod private_stack;
pub mod reset;
mod sample_videos;
pub mod status;
pub mod test;
pub mod token;
pub mod up;
