//! `opened`: says which moment of an answer was the one, where the deployment records that.

use clap::Args;
use contracts::{
    api::{Moment, SearchRequest, SearchResponse},
    feedback::Opened,
    limits::MAX_PAGE_MOMENTS,
};

use crate::{
    client::Client,
    failure::{DONE, Failure},
    output::Output,
};

/// Arguments of `opened`.
#[derive(Debug, Args)]
pub struct OpenedArguments {
    /// The query, in words and as it was asked
    query: String,
    /// The moment's number in the answer of `search`, with --nearest or without
    #[arg(value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PAGE_MOMENTS)))]
    number: u32,
}

/// Asks the query again, and records the moment with the number.
pub async fn opened(
    client: &Client,
    output: &Output,
    arguments: OpenedArguments,
) -> Result<u8, Failure> {
    let OpenedArguments { query, number } = arguments;
    let page = client
        .search(&SearchRequest {
            q: query.clone(),
            nearest: Some(true),
            limit: Some(MAX_PAGE_MOMENTS),
            ..SearchRequest::default()
        })
        .await?;
    if !page.records_feedback {
        let message =
            "this deployment does not record what is opened: `cargo xtask up --record-feedback`";
        return Err(Failure::WrongUse(message.to_owned()));
    }
    let found = numbered(&page, number).ok_or_else(|| {
        let count = page.moments.len() + page.nearest.len();
        Failure::WrongUse(format!("there is no moment {number}: there are {count}"))
    })?;
    let opened = Opened {
        query,
        video_id: found.video_id.clone(),
        start_ms: found.start_ms,
        end_ms: found.end_ms,
        position: number,
    };
    client.record(&opened).await?;
    output.recorded(&opened, &found.title)?;
    Ok(DONE)
}

/// The moment as `search` counts them: those that come near after those that match well.
fn numbered(page: &SearchResponse, number: u32) -> Option<&Moment> {
    let mut moments = page.moments.iter().chain(&page.nearest);
    moments.nth((number as usize).checked_sub(1)?)
}
