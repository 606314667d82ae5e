//! Types of the HTTP API. `docs/openapi.yaml` describes the same, and a test holds the two together.

mod search;
mod uploads;
mod videos;

pub use search::*;
pub use uploads::*;
pub use videos::*;

use serde::{Deserialize, Serialize};

/// Answer to `GET /health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// `ok`
    pub status: String,
    /// Release of the function that answered.
    pub version: String,
}

/// An error answer (RFC 9457), `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank`: the title says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong and the way out.
    pub detail: String,
}
