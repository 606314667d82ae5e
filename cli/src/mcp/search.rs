//! `search_moments`

mod moments;

use contracts::{
    api::{Order, SearchRequest, SearchResponse},
    segments::Channel,
};
use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{answer::answer, connection::Connection};
use crate::{arguments::list_item, failure::Failure};
use moments::{FoundMoment, moment_lines, play_links};

/// Arguments of `search_moments`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchArguments {
    /// What was said or shown, in plain words; operators may stand among them. Exactly one of query and like is given
    #[serde(default)]
    #[schemars(length(max = 1000))]
    query: Option<String>,
    /// Instead of query: a segment_id of an answer, to find what is like it
    #[serde(default)]
    like: Option<String>,
    /// Only what was found in one of these channels; leave out for all
    #[serde(default)]
    #[schemars(with = "Vec<ChannelName>")]
    channels: Vec<Channel>,
    /// Only in these videos
    #[serde(default)]
    video_ids: Vec<String>,
    /// Only in videos that carry all of these tags
    #[serde(default)]
    tags: Vec<String>,
    /// Only in videos in one of these languages (BCP 47: en, pt)
    #[serde(default)]
    languages: Vec<String>,
    /// Only in videos added on this day (2026-01-31, UTC) or later
    #[serde(default)]
    after: Option<String>,
    /// Only in videos added before this day
    #[serde(default)]
    before: Option<String>,
    /// Best first unless given; newest and oldest go by when the video was added
    #[serde(default)]
    #[schemars(with = "Option<OrderName>")]
    order: Option<Order>,
    /// At most so many moments of one video, for variety
    #[serde(default)]
    #[schemars(range(min = 1, max = 50))]
    per_video: Option<u32>,
    /// At most so many moments; 10 unless given
    #[serde(default)]
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Also list the nearest moments that don't match well
    #[serde(default)]
    nearest: bool,
    /// next_cursor of the answer before, with otherwise the same arguments, for the next page
    #[serde(default)]
    cursor: Option<String>,
}

/// The schema of [`Channel`]; a test holds the two together.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(dead_code, reason = "a schema only")]
enum ChannelName {
    Title,
    Speech,
    Subtitle,
    Visual,
    ScreenText,
}

/// The schema of [`Order`].
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(dead_code, reason = "a schema only")]
enum OrderName {
    Relevance,
    Newest,
    Oldest,
}

/// Answer of `search_moments`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SearchAnswer {
    /// Sentences on the answer as a whole: read them first
    notes: Vec<String>,
    /// Whether nothing matches well
    no_confident_match: bool,
    /// The moments, best first
    moments: Vec<FoundMoment>,
    /// Where nearest was asked for: moments that don't match well, nearest first
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nearest: Vec<FoundMoment>,
    /// Channels that could not be searched at present, or not in every way
    degraded: Vec<String>,
    /// Whether pictures were compared by a stand-in model that knows 1,000 nouns and no more
    visual_stand_in: bool,
    /// For the next page, as cursor
    next_cursor: Option<String>,
}

/// Asks the API and puts its answer into words.
pub async fn search_moments(
    connection: &Connection,
    arguments: SearchArguments,
) -> Result<CallToolResult, Failure> {
    let nearest = arguments.nearest;
    let request = request(arguments)?;
    let page = connection.client()?.search(&request).await?;
    let text = text(&page, nearest);
    let stand_in = page
        .visual_model
        .as_ref()
        .is_some_and(|model| model.stand_in);
    let data = SearchAnswer {
        notes: notes(&page, nearest),
        no_confident_match: page.no_confident_match,
        visual_stand_in: stand_in,
        moments: page.moments.into_iter().map(FoundMoment::from).collect(),
        nearest: page.nearest.into_iter().map(FoundMoment::from).collect(),
        degraded: page.degraded,
        next_cursor: page.next_cursor,
    };
    answer(text, &data)
}

fn request(arguments: SearchArguments) -> Result<SearchRequest, Failure> {
    let is_given =
        |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    if is_given(&arguments.query) == is_given(&arguments.like) {
        let message =
            "give either query, what was said or shown, or like, a segment_id of an answer";
        return Err(Failure::WrongUse(message.to_owned()));
    }
    let channels = arguments
        .channels
        .iter()
        .map(|channel| channel.as_str().to_owned());
    Ok(SearchRequest {
        q: arguments
            .query
            .filter(|query| !query.trim().is_empty())
            .unwrap_or_default(),
        like: arguments.like.filter(|segment| !segment.trim().is_empty()),
        channels: listed("channels", channels.collect())?,
        videos: listed("video_ids", arguments.video_ids)?,
        tags: listed("tags", arguments.tags)?,
        languages: listed("languages", arguments.languages)?,
        after: arguments.after,
        before: arguments.before,
        order: arguments.order,
        per_video: arguments.per_video,
        limit: arguments.limit,
        nearest: arguments.nearest.then_some(true),
        cursor: arguments.cursor,
        ..SearchRequest::default()
    })
}

/// A filter as it stands on the wire, separated by commas.
fn listed(name: &str, items: Vec<String>) -> Result<Option<String>, Failure> {
    for item in &items {
        list_item(item).map_err(|_| {
            Failure::WrongUse(format!(
                "{name} must hold no empty text and no comma: {item:?}"
            ))
        })?;
    }
    Ok((!items.is_empty()).then(|| items.join(",")))
}

/// What is to be said of the answer as a whole.
fn notes(page: &SearchResponse, with_nearest: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if page.no_confident_match {
        let rest = match (page.nearest.is_empty(), with_nearest) {
            (false, _) => "What comes closest is listed, but is likely not what was asked for.",
            (true, true) => "Nothing comes near either.",
            (true, false) => {
                "nearest=true lists what comes closest; other words or fewer filters may find more."
            }
        };
        notes.push(format!("Nothing in the videos matches well. {rest}"));
    }
    if !page.degraded.is_empty() {
        notes.push(format!(
            "Not searched at present, or not in every way: {}. Ask again later for these.",
            page.degraded.join(", ")
        ));
    }
    if page
        .visual_model
        .as_ref()
        .is_some_and(|model| model.stand_in)
    {
        notes.push(
            "Pictures were compared by a stand-in model that knows 1,000 nouns and no more."
                .to_owned(),
        );
    }
    notes
}

fn text(page: &SearchResponse, with_nearest: bool) -> String {
    let mut lines = notes(page, with_nearest);
    let mut number = 0;
    for (heading, moments) in [
        ("Moments", &page.moments),
        ("Near, but no good match", &page.nearest),
    ] {
        if moments.is_empty() {
            continue;
        }
        lines.push(format!("{heading}:"));
        for moment in moments {
            number += 1;
            lines.extend(moment_lines(number, moment));
        }
    }
    if number == 0 && !page.no_confident_match {
        lines.push("No more moments.".to_owned());
    }
    lines.extend(play_links(page.moments.iter().chain(&page.nearest)));
    if let Some(cursor) = &page.next_cursor {
        lines.push(format!(
            "There are more: call again with cursor {cursor:?}."
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
