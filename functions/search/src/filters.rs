//! From parameters to what a search is narrowed to.

use contracts::{
    VideoId,
    api::SearchRequest,
    limits::{MAX_DURATION_MS, MAX_FILTER_LANGUAGES, MAX_FILTER_VIDEOS, MAX_TAGS},
    segments::Channel,
};
use jiff::Timestamp;
use lambda_kit::http::ProblemResponse;
use search_index::Filters;

/// Reads the filters of a request.
///
/// # Errors
/// 400, naming the parameter and its limit or an example; also where filters exclude each other.
pub(crate) fn read(request: &SearchRequest) -> Result<Filters, ProblemResponse> {
    let (after, before) = times(request)?;
    let (min_duration_ms, max_duration_ms) = durations(request)?;
    Ok(Filters {
        videos: list(request.videos.as_deref(), "videos", MAX_FILTER_VIDEOS)?
            .map(VideoId::from)
            .collect(),
        tags: list(request.tags.as_deref(), "tags", MAX_TAGS)?
            .map(str::to_owned)
            .collect(),
        channels: list(request.channels.as_deref(), "channels", Channel::ALL.len())?
            .map(channel)
            .collect::<Result<_, _>>()?,
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

fn times(
    request: &SearchRequest,
) -> Result<(Option<Timestamp>, Option<Timestamp>), ProblemResponse> {
    let read = |name, text: Option<&str>| text.map(|text| time(name, text)).transpose();
    let after = read("after", request.after.as_deref())?;
    let before = read("before", request.before.as_deref())?;
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
mod tests {
    use super::*;

    fn check(request: SearchRequest, expected: Filters) {
        assert_eq!(read(&request).expect("it makes sense"), expected);
    }

    fn check_refused(request: SearchRequest, expected: &str) {
        let problem = read(&request).expect_err("it makes no sense");
        assert_eq!(problem.status.as_u16(), 400);
        assert!(problem.detail.contains(expected), "{}", problem.detail);
    }

    fn request() -> SearchRequest {
        SearchRequest::default()
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let listed = SearchRequest {
            videos: text(",v"),
            tags: text("a, b,,"),
            channels: text("screen-text"),
            languages: text("EN,pt-BR, zh_Hans"),
            ..request()
        };
        let filters = Filters {
            videos: vec!["v".into()],
            tags: vec!["a".into(), "b".into()],
            channels: vec![Channel::ScreenText],
            languages: vec!["en".into(), "pt".into(), "zh".into()],
            ..Filters::default()
        };
        check(listed, filters);
        check(request(), Filters::default());
    }

    #[test]
    fn lists_say_what_they_may_hold() {
        let channels = text("speech,smell");
        check_refused(
            SearchRequest {
                channels,
                ..request()
            },
            "\"smell\": the channels are title, speech, subtitle, visual, screen-text",
        );
        let videos = Some(vec!["v"; 101].join(","));
        check_refused(
            SearchRequest {
                videos,
                ..request()
            },
            "100 at most",
        );
        for language in ["english", "e", "1n", "-en"] {
            let languages = text(language);
            check_refused(
                SearchRequest {
                    languages,
                    ..request()
                },
                "such as en or pt-BR",
            );
        }
    }

    #[test]
    fn days_start_at_midnight_in_utc() {
        for (given, expected) in [
            ("2026-11-26", "2026-11-26T00:00:00.000Z"),
            (" 2026-11-26T10:00:00Z", "2026-11-26T10:00:00.000Z"),
            ("2026-11-26T10:00:00.1234+02:00", "2026-11-26T08:00:00.123Z"),
            ("0001-01-01", "1970-01-01T00:00:00.000Z"),
        ] {
            let after = SearchRequest {
                after: text(given),
                ..request()
            };
            let filters = Filters {
                after: text(expected),
                ..Filters::default()
            };
            check(after, filters);
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_an_example() {
        for wrong in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-11-26T10:00",
            "26.11.2026",
        ] {
            let before = SearchRequest {
                before: text(wrong),
                ..request()
            };
            check_refused(before, "before is");
            let after = SearchRequest {
                after: text(wrong),
                ..request()
            };
            check_refused(after, "such as 2026-11-26 or");
        }
        let nothing_between = SearchRequest {
            after: text("2026-11-26"),
            before: text("2026-11-26"),
            ..request()
        };
        check_refused(nothing_between, "no time between");
    }

    #[test]
    fn lengths_are_seconds() {
        let between = |min: u64, max: u64| SearchRequest {
            min_duration_s: Some(min),
            max_duration_s: Some(max),
            ..request()
        };
        let filters = |min: u64, max: u64| Filters {
            min_duration_ms: Some(min),
            max_duration_ms: Some(max),
            ..Filters::default()
        };
        check(between(60, 60), filters(60_000, 60_000));
        check(between(0, u64::MAX), filters(0, MAX_DURATION_MS + 1));
        check_refused(between(61, 60), "no length is both");
    }
}
