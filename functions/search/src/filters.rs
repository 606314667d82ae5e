//! From parameters and operators to what a search is narrowed to.

use contracts::{
    VideoId,
    api::SearchRequest,
    limits::{MAX_DURATION_MS, MAX_FILTER_LANGUAGES, MAX_FILTER_VIDEOS, MAX_TAGS},
    segments::Channel,
};
use jiff::Timestamp;
use lambda_kit::http::ProblemResponse;
use moments::ParsedQuery;
use search_index::Filters;

/// Reads the filters of a request: its parameters and the operators in its text. Both must hold.
///
/// # Errors
/// 400, naming the parameter and its limit or an example; also where filters exclude each other.
pub(crate) fn read(
    request: &SearchRequest,
    said: &ParsedQuery,
) -> Result<Filters, ProblemResponse> {
    let (after, before) = times(request, said)?;
    let (min_duration_ms, max_duration_ms) = durations(request)?;
    let videos = list(request.videos.as_deref(), "videos", MAX_FILTER_VIDEOS)?
        .map(VideoId::from)
        .collect();
    let channels = list(request.channels.as_deref(), "channels", Channel::ALL.len())?
        .map(channel)
        .collect::<Result<_, _>>()?;
    Ok(Filters {
        videos: in_both("video", videos, &said.videos)?,
        tags: list(request.tags.as_deref(), "tags", MAX_TAGS)?
            .chain(said.tags.iter().map(String::as_str))
            .map(str::to_owned)
            .collect(),
        channels: in_both("channel", channels, &said.channels)?,
        languages: list(
            request.languages.as_deref(),
            "languages",
            MAX_FILTER_LANGUAGES,
        )?
        .map(primary_language)
        .collect::<Result<_, _>>()?,
        after: after.map(as_in_the_index),
        before: before.map(as_in_the_index),
        min_duration_ms,
        max_duration_ms,
    })
}

/// The items of a comma-separated list.
fn list<'a>(
    text: Option<&'a str>,
    name: &str,
    limit: usize,
) -> Result<impl Iterator<Item = &'a str> + use<'a>, ProblemResponse> {
    let items = || {
        text.unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
    };
    let count = items().count();
    if count > limit {
        return Err(ProblemResponse::bad_request(format!(
            "{name} lists {count} items and may list {limit} at most"
        )));
    }
    Ok(items())
}

fn channel(name: &str) -> Result<Channel, ProblemResponse> {
    let found = Channel::ALL.iter().find(|channel| channel.as_str() == name);
    found.copied().ok_or_else(|| {
        let known: Vec<&str> = Channel::ALL
            .iter()
            .map(|channel| channel.as_str())
            .collect();
        ProblemResponse::bad_request(format!(
            "channels names {name:?}: the channels are {}",
            known.join(", ")
        ))
    })
}

/// What stands in both lists; one without items allows everything.
fn in_both<Item: Clone + PartialEq>(
    name: &str,
    listed: Vec<Item>,
    said: &[Item],
) -> Result<Vec<Item>, ProblemResponse> {
    if listed.is_empty() || said.is_empty() {
        return Ok([&listed, said].concat());
    }
    let both: Vec<Item> = listed
        .into_iter()
        .filter(|item| said.contains(item))
        .collect();
    if both.is_empty() {
        return Err(ProblemResponse::bad_request(format!(
            "{name}: in q and the parameter {name}s exclude each other: leave one of them out"
        )));
    }
    Ok(both)
}

/// `pt` of `pt-BR`.
fn primary_language(tag: &str) -> Result<String, ProblemResponse> {
    let primary = tag.split(['-', '_']).next().unwrap_or(tag);
    let is_language =
        matches!(primary.len(), 2 | 3) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_language {
        return Err(ProblemResponse::bad_request(format!(
            "languages names {tag:?}: give BCP 47 tags such as en or pt-BR"
        )));
    }
    Ok(primary.to_ascii_lowercase())
}

/// The later `after` and the earlier `before`.
fn times(
    request: &SearchRequest,
    said: &ParsedQuery,
) -> Result<(Option<Timestamp>, Option<Timestamp>), ProblemResponse> {
    let read = |name, texts: [&Option<String>; 2]| -> Result<Vec<Timestamp>, _> {
        let given = texts.into_iter().flatten();
        given.map(|text| time(name, text)).collect()
    };
    let after = read("after", [&request.after, &said.after])?
        .into_iter()
        .max();
    let before = read("before", [&request.before, &said.before])?
        .into_iter()
        .min();
    if let (Some(after), Some(before)) = (after, before)
        && after >= before
    {
        return Err(ProblemResponse::bad_request(format!(
            "after is {after} and before is {before}: there is no time between them"
        )));
    }
    Ok((after, before))
}

/// A time, or the first moment of a day in UTC.
fn time(name: &str, text: &str) -> Result<Timestamp, ProblemResponse> {
    let text = text.trim();
    let is_day = text.len() == "2026-11-26".len();
    let read: Result<Timestamp, _> = if is_day {
        format!("{text}T00:00:00Z").parse()
    } else {
        text.parse()
    };
    // No video is older than that, and the index has no years before 0.
    read.map(|time| time.max(Timestamp::UNIX_EPOCH)).map_err(|_| {
        ProblemResponse::bad_request(format!(
            "{name} is {text:?} and must be a day such as 2026-11-26 or a time such as 2026-11-26T10:00:00Z"
        ))
    })
}

/// Milliseconds, as documents have it.
fn as_in_the_index(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// Shortest and longest in milliseconds.
fn durations(request: &SearchRequest) -> Result<(Option<u64>, Option<u64>), ProblemResponse> {
    let (min_s, max_s) = (request.min_duration_s, request.max_duration_s);
    if let (Some(min_s), Some(max_s)) = (min_s, max_s)
        && min_s > max_s
    {
        return Err(ProblemResponse::bad_request(format!(
            "min_duration_s is {min_s} and max_duration_s is {max_s}: no length is both"
        )));
    }
    // No video is longer, and the index counts in signed numbers.
    let milliseconds = |seconds: u64| seconds.saturating_mul(1000).min(MAX_DURATION_MS + 1);
    Ok((min_s.map(milliseconds), max_s.map(milliseconds)))
}

#[cfg(test)]
mod tests;
