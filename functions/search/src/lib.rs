//! Finds moments: `GET` and `POST /search`.
//!
//! A search embeds the query (words, a picture, or a segment that was found before), asks every retriever in one round
//! trip, drops what is not served (other generations, videos that are unknown or being deleted), fuses the rest into
//! moments, lists them as asked and signs their links. Filters hold inside every retriever. What can't be asked is named
//! in `degraded`; the rest answers.

mod answer;
mod arranging;
mod config;
mod filters;
mod handler;
mod judging;
mod looking;
mod request;
mod seams;
mod services;
mod serving;
mod vectors;
mod visual;

pub use arranging::Arrangement;
pub use config::Config;
pub use handler::{answer_search, router};
pub use request::{Search, Text, Then, Wanted};
pub use seams::{
    Calibration, EmbedQuery, FindVideos, PictureQueryError, RecordFeedback, Retrieve, SignLinks,
    World, Worlds,
};
pub use services::Services;
pub use serving::Serving;

#[cfg(test)]
mod tests;
