//! Why a command did not do what it was asked, and with which exit code that ends.

use std::fmt;

/// Everything went well.
pub const DONE: u8 = 0;
/// Something failed that was asked for rightly.
pub const FAILED: u8 = 1;
/// Wrong use, or refused by the API.
pub const WRONG_USE: u8 = 2;
/// A video ended FAILED.
pub const VIDEO_FAILED: u8 = 3;
/// Ctrl-C, as shells count it.
pub const INTERRUPTED: u8 = 130;

/// A failure that is told to the user.
#[derive(Debug)]
pub enum Failure {
    /// Asking again in the same way fails again.
    WrongUse(String),
    /// The API refuses, with this status and these words: asking again fails again.
    Refused(u16, String),
    /// The way there or the other side failed.
    Failed(anyhow::Error),
}

impl Failure {
    /// Whether the API refused with one of these statuses.
    pub fn is_refused_with(&self, statuses: &[u16]) -> bool {
        matches!(self, Failure::Refused(status, _) if statuses.contains(status))
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Failure::WrongUse(_) | Failure::Refused(..) => WRONG_USE,
            Failure::Failed(_) => FAILED,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::WrongUse(message) | Failure::Refused(_, message) => {
                formatter.write_str(message)
            }
            Failure::Failed(error) => write!(formatter, "{error:#}"),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Failed(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Failed(error.into())
    }
}
