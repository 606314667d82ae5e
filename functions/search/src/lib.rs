//! Finds moments: `GET` and `POST /search`.
//!
//! A search embeds the query, asks every retriever in one round trip, drops what is not served (other
//! generations, videos that are unknown or being deleted), fuses the rest into moments and signs their links.
//! What can't be asked is named in `degraded`; the rest answers.

mod answer;
mod config;
mod handler;
mod request;
mod seams;
mod serving;

pub use config::Config;
pub use handler::{answer_search, router};
pub use request::Search;
pub use seams::{EmbedQuery, FindVideos, Retrieve, SignLinks, World};
pub use serving::Services;

#[cfg(test)]
mod tests;
