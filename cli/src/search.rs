//! `search`: from the command line to pages of moments.

use std::path::PathBuf;

use clap::Args;
use contracts::{
    api::{Grouping, Order, SearchRequest},
    limits::MAX_PAGE_MOMENTS,
    segments::Channel,
};

use crate::{
    arguments::list_item,
    client::Client,
    failure::{DONE, Failure},
    output::Output,
    picture,
    thumbnails::{self, Pictures, Thumbnails},
};

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct SearchArguments {
    /// What was said or shown
    ///
    /// Words may stand beside operators: "some words" for these words one after the other, -word for none of it,
    /// channel:speech, video:ID, tag:TAG, after:2026-01-31, before:2026-01-31, and `A then B within 30 s`.
    #[arg(required_unless_present_any = ["image", "like"], conflicts_with_all = ["image", "like"])]
    pub query: Option<String>,
    /// Find shots that look like this picture (JPEG, PNG or WebP)
    #[arg(long, value_name = "FILE", conflicts_with = "like")]
    pub image: Option<PathBuf>,
    /// Find what is like this segment, named by a `segment_id` of an answer
    #[arg(long, value_name = "SEGMENT")]
    pub like: Option<String>,
    #[command(flatten)]
    filters: FilterArguments,
    #[command(flatten)]
    listing: ListArguments,
}

/// What is looked at.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
struct FilterArguments {
    /// Only this video; may be repeated
    #[arg(long = "video", value_name = "ID", value_parser = list_item)]
    videos: Vec<String>,
    /// Only videos with this tag; repeated: with all of them
    #[arg(long = "tag", value_name = "TAG", value_parser = list_item)]
    tags: Vec<String>,
    /// Only what was found there; may be repeated
    #[arg(long = "channel", value_name = "CHANNEL", value_parser = channel_names())]
    channels: Vec<String>,
    /// Only videos in this language (BCP 47: en, pt); may be repeated
    #[arg(long = "language", value_name = "LANGUAGE", value_parser = list_item)]
    languages: Vec<String>,
    /// Only videos made known on this day (2026-11-26, in UTC) or at this time (RFC 3339), or later
    #[arg(long, value_name = "DAY")]
    after: Option<String>,
    /// Only videos made known before this day or time
    #[arg(long, value_name = "DAY")]
    before: Option<String>,
    /// Only videos of at least this length: 90, 90s, 5m, 1h30m
    #[arg(long, value_name = "LENGTH", value_parser = seconds)]
    min_duration: Option<u64>,
    /// Only videos of at most this length
    #[arg(long, value_name = "LENGTH", value_parser = seconds)]
    max_duration: Option<u64>,
}

/// How moments are listed.
#[derive(Debug, Args)]
#[command(next_help_heading = "List")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
struct ListArguments {
    /// Those of the newest videos first
    #[arg(long, conflicts_with = "oldest")]
    newest: bool,
    /// Those of the oldest videos first
    #[arg(long)]
    oldest: bool,
    /// Group moments by video; --limit counts videos then
    #[arg(long)]
    by_video: bool,
    /// At most so many moments of one video
    #[arg(long, value_name = "N")]
    per_video: Option<u32>,
    /// Show the nearest moments too that don't match well
    #[arg(long)]
    nearest: bool,
    /// Count what was found by channel, tag, language and video
    #[arg(long)]
    facets: bool,
    /// Say how each moment was found
    #[arg(long)]
    explain: bool,
    /// At most so many moments a page
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Go on where the page before ended, by the cursor that it gave
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// Show pictures of the moments, where the terminal can
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    thumbnails: Thumbnails,
    /// Go through all pages
    #[arg(long)]
    all: bool,
}

/// Asks for one page, or for all.
pub async fn search(
    client: &Client,
    output: &Output,
    arguments: SearchArguments,
) -> Result<u8, Failure> {
    let all = arguments.listing.all;
    let protocol = arguments.listing.thumbnails.protocol();
    let protocol = protocol.filter(|_| !output.is_json());
    let mut request = request(arguments)?;
    let mut shown = 0;
    loop {
        let page = client.search(&request).await?;
        let pictures = match protocol {
            Some(protocol) => thumbnails::fetch(client, &page, protocol).await,
            None => Pictures::new(),
        };
        let with_nearest = request.nearest.unwrap_or_default();
        output.moments(&page, shown, with_nearest, &pictures)?;
        // The same cursor again would never end.
        let is_new = |next: &String| Some(next) != request.cursor.as_ref();
        match page.next_cursor.filter(is_new) {
            Some(cursor) if all => request.cursor = Some(cursor),
            Some(cursor) => {
                output.more(&cursor);
                return Ok(DONE);
            }
            None => return Ok(DONE),
        }
        shown += page.moments.len();
        request.facets = None;
    }
}

fn request(arguments: SearchArguments) -> Result<SearchRequest, Failure> {
    let listed = |items: Vec<String>| (!items.is_empty()).then(|| items.join(","));
    let given = |flag: bool| flag.then_some(true);
    let image = arguments.image.as_deref().map(picture::for_search);
    let (filters, listing) = (arguments.filters, arguments.listing);
    let order = match (listing.newest, listing.oldest) {
        (true, _) => Some(Order::Newest),
        (_, true) => Some(Order::Oldest),
        _ => None,
    };
    let all_at_once = listing.all.then_some(MAX_PAGE_MOMENTS);
    Ok(SearchRequest {
        q: arguments.query.unwrap_or_default(),
        image: image.transpose()?,
        like: arguments.like,
        videos: listed(filters.videos),
        tags: listed(filters.tags),
        channels: listed(filters.channels),
        languages: listed(filters.languages),
        after: filters.after,
        before: filters.before,
        min_duration_s: filters.min_duration,
        max_duration_s: filters.max_duration,
        order,
        group: listing.by_video.then_some(Grouping::Video),
        per_video: listing.per_video,
        nearest: given(listing.nearest),
        facets: given(listing.facets),
        explain: given(listing.explain),
        limit: listing.limit.or(all_at_once),
        cursor: listing.cursor,
    })
}

fn channel_names() -> clap::builder::PossibleValuesParser {
    let names = Channel::ALL.iter().map(|channel| channel.as_str());
    names.collect::<Vec<_>>().into()
}

/// A length in seconds: `90`, or hours, minutes and seconds, in this order and each at most once.
///
/// # Errors
/// When it is none.
pub fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || "must be a length such as 90, 90s, 5m or 1h30m".to_owned();
    let number = |digits: &str| {
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse::<u32>().ok().filter(|_| is_plain);
        number.map(u64::from).ok_or_else(wrong)
    };
    let (mut total_s, mut rest) = (0, text);
    for (unit, unit_s) in [('h', 3600), ('m', 60), ('s', 1)] {
        if let Some((count, behind)) = rest.split_once(unit) {
            total_s += number(count)? * unit_s;
            rest = behind;
        }
    }
    match rest {
        "" if !text.is_empty() => Ok(total_s),
        rest if rest == text => number(text),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_people_write_them() {
        for (text, expected) in [
            ("90", Some(90)),
            ("90s", Some(90)),
            ("5m", Some(300)),
            ("1h30m", Some(5400)),
            ("1h2m3s", Some(3723)),
            ("2h5s", Some(7205)),
            ("0", Some(0)),
            ("", None),
            ("m", None),
            ("1h30", None),
            ("30m1h", None),
            ("1m1m", None),
            ("1.5h", None),
            ("-5m", None),
            ("+5", None),
            ("99999999999h", None),
        ] {
            assert_eq!(seconds(text).ok(), expected, "{text:?}");
        }
    }
}
