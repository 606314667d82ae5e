//! From parameters to a search that makes sense.

use contracts::{
    VideoId,
    api::SearchRequest,
    limits::{
        DEFAULT_PAGE_MOMENTS, MAX_FILTER_VIDEOS, MAX_PAGE_MOMENTS, MAX_QUERY_CHARS, MAX_TAGS,
    },
    segments::Channel,
};
use lambda_kit::http::ProblemResponse;
use moments::Cursor;

/// Every channel by its name.
const CHANNELS: &[Channel] = &[
    Channel::Title,
    Channel::Speech,
    Channel::Subtitle,
    Channel::Visual,
    Channel::ScreenText,
];

/// A search that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What was said or shown, trimmed.
    pub text: String,
    /// Only these videos; empty: all.
    pub videos: Vec<VideoId>,
    /// Only videos with all of these tags.
    pub tags: Vec<String>,
    /// Only these channels; empty: all.
    pub channels: Vec<Channel>,
    /// Moments on a page.
    pub limit: usize,
    /// Moments on the pages before.
    pub offset: usize,
}

impl Search {
    /// Checks the parameters.
    ///
    /// # Errors
    /// 400, naming the parameter and its limit.
    pub fn read(request: &SearchRequest) -> Result<Self, ProblemResponse> {
        let text = request.q.trim();
        let chars = text.chars().count();
        if chars == 0 {
            return Err(ProblemResponse::bad_request(
                "q is empty: say what was said or shown",
            ));
        }
        if chars > MAX_QUERY_CHARS {
            return Err(ProblemResponse::bad_request(format!(
                "q has {chars} characters and may have {MAX_QUERY_CHARS} at most"
            )));
        }
        let mut search = Self {
            text: text.to_owned(),
            videos: list(request.videos.as_deref(), "videos", MAX_FILTER_VIDEOS)?
                .map(VideoId::from)
                .collect(),
            tags: list(request.tags.as_deref(), "tags", MAX_TAGS)?
                .map(str::to_owned)
                .collect(),
            channels: list(request.channels.as_deref(), "channels", CHANNELS.len())?
                .map(channel)
                .collect::<Result<_, _>>()?,
            limit: page_size(request.limit)?,
            offset: 0,
        };
        if let Some(cursor) = &request.cursor {
            search.offset = Cursor::read(cursor, &search.identity())
                .map_err(|error| ProblemResponse::bad_request(error.to_string()))?
                .offset;
        }
        Ok(search)
    }

    /// Where the page after `offset` moments starts.
    #[must_use]
    pub fn cursor(&self, offset: usize) -> String {
        Cursor::new(offset, &self.identity()).to_string()
    }

    /// What makes this search another one than the next: its words and filters, not its page.
    fn identity(&self) -> Vec<&str> {
        let mut parts = vec![self.text.as_str(), "videos"];
        parts.extend(self.videos.iter().map(VideoId::as_str));
        parts.push("tags");
        parts.extend(self.tags.iter().map(String::as_str));
        parts.push("channels");
        parts.extend(self.channels.iter().map(|channel| channel.as_str()));
        parts
    }
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
    let found = CHANNELS.iter().find(|channel| channel.as_str() == name);
    found.copied().ok_or_else(|| {
        let known: Vec<&str> = CHANNELS.iter().map(|channel| channel.as_str()).collect();
        ProblemResponse::bad_request(format!(
            "channels names {name:?}: the channels are {}",
            known.join(", ")
        ))
    })
}

fn page_size(limit: Option<u32>) -> Result<usize, ProblemResponse> {
    let limit = limit.unwrap_or(DEFAULT_PAGE_MOMENTS);
    if limit == 0 || limit > MAX_PAGE_MOMENTS {
        return Err(ProblemResponse::bad_request(format!(
            "limit is {limit} and must be 1 to {MAX_PAGE_MOMENTS}"
        )));
    }
    Ok(usize::try_from(limit).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> SearchRequest {
        SearchRequest {
            q: text.into(),
            ..SearchRequest::default()
        }
    }

    fn check_refused(request: &SearchRequest, expected: &str) {
        let problem = Search::read(request).expect_err("it makes no sense");
        assert_eq!(problem.status.as_u16(), 400);
        assert!(problem.detail.contains(expected), "{}", problem.detail);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_limit() {
        check_refused(&request(" \n "), "q is empty");
        check_refused(
            &request(&"x".repeat(10_000)),
            "10000 characters and may have 1000",
        );
        check_refused(
            &SearchRequest {
                channels: Some("speech,smell".into()),
                ..request("x")
            },
            "\"smell\": the channels are title, speech, subtitle, visual, screen-text",
        );
        for limit in [0, 51] {
            check_refused(
                &SearchRequest {
                    limit: Some(limit),
                    ..request("x")
                },
                "1 to 50",
            );
        }
        check_refused(
            &SearchRequest {
                cursor: Some("x".into()),
                ..request("x")
            },
            "cursor",
        );
        let many = vec!["v"; 101].join(",");
        check_refused(
            &SearchRequest {
                videos: Some(many),
                ..request("x")
            },
            "100 at most",
        );
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        assert!(Search::read(&request(&"ü".repeat(1000))).is_ok());
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let read = Search::read(&SearchRequest {
            tags: Some("a, b,,".into()),
            channels: Some("screen-text".into()),
            ..request(" dogs ")
        });
        let search = read.expect("it makes sense");
        assert_eq!(search.text, "dogs");
        assert_eq!(search.tags, ["a", "b"]);
        assert_eq!(search.channels, [Channel::ScreenText]);
        assert!(search.videos.is_empty());
    }

    #[test]
    fn a_cursor_belongs_to_its_query_and_filters() {
        let first = Search::read(&request("dogs")).expect("it makes sense");
        let cursor = Some(first.cursor(10));
        let next = SearchRequest {
            cursor: cursor.clone(),
            ..request("dogs")
        };
        assert_eq!(Search::read(&next).expect("it makes sense").offset, 10);
        check_refused(
            &SearchRequest {
                cursor: cursor.clone(),
                ..request("cats")
            },
            "cursor",
        );
        let narrowed = SearchRequest {
            cursor,
            tags: Some("a".into()),
            ..request("dogs")
        };
        check_refused(&narrowed, "cursor");
    }
}
