//! `opened`: says which moment of an answer was the one, where the deployment records that.

use clap::Args;
use contracts::{feedback::Opened, limits::MAX_PAGE_MOMENTS};

use crate::{
    chosen::{numbered, page},
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
    let page = page(client, &query).await?;
    if !page.records_feedback {
        let message =
            "this deployment does not record what is opened: `cargo xtask up --record-feedback`";
        return Err(Failure::WrongUse(message.to_owned()));
    }
    let found = numbered(&page, number)?;
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
