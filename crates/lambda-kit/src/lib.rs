//! Start-up shared by every function: tracing, typed environment, AWS settings, and the step from an
//! error to the name that the state machine branches on.

mod aws;
pub mod env;
#[cfg(feature = "http")]
pub mod http;
mod task;

pub use aws::aws_config;
pub use task::{TaskError, required_field, run_task};

/// Starts JSON logs on standard output. `RUST_LOG` sets the level; `info` unless told.
pub fn start_tracing() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(std::io::stdout)
        .init();
}
