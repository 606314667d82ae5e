//! From parameters to a search that makes sense.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use contracts::{
    VideoId,
    api::SearchRequest,
    limits::{
        DEFAULT_PAGE_MOMENTS, MAX_FILTER_VIDEOS, MAX_IMAGE_BYTES, MAX_PAGE_MOMENTS,
        MAX_QUERY_CHARS, MAX_TAGS,
    },
    segments::Channel,
};
use lambda_kit::http::ProblemResponse;
use moments::Cursor;

/// Longer ids are none of this index (OpenSearch's own limit).
const MAX_SEGMENT_ID_BYTES: usize = 512;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// What was said or shown, trimmed.
    Text(String),
    /// What looks like this picture: the bytes of a file.
    Picture(Vec<u8>),
    /// What is like this segment.
    Like(String),
}

/// A search that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What is looked for.
    pub wanted: Wanted,
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
        let mut search = Self {
            wanted: wanted(request)?,
            videos: list(request.videos.as_deref(), "videos", MAX_FILTER_VIDEOS)?
                .map(VideoId::from)
                .collect(),
            tags: list(request.tags.as_deref(), "tags", MAX_TAGS)?
                .map(str::to_owned)
                .collect(),
            channels: list(request.channels.as_deref(), "channels", Channel::ALL.len())?
                .map(channel)
                .collect::<Result<_, _>>()?,
            limit: page_size(request.limit)?,
            offset: 0,
        };
        if let Some(cursor) = &request.cursor {
            search.offset = Cursor::read(cursor, &search.identity(request))
                .map_err(|error| ProblemResponse::bad_request(error.to_string()))?
                .offset;
        }
        Ok(search)
    }

    /// Where the page after `offset` moments starts.
    #[must_use]
    pub fn cursor(&self, request: &SearchRequest, offset: usize) -> String {
        Cursor::new(offset, &self.identity(request)).to_string()
    }

    /// What makes this search another one than the next: what is looked for and filters, not its page.
    fn identity<'a>(&'a self, request: &'a SearchRequest) -> Vec<&'a str> {
        let picture = request.image.as_deref().unwrap_or_default();
        let like = request.like.as_deref().unwrap_or_default();
        let mut parts = vec![request.q.trim(), picture, like, "videos"];
        parts.extend(self.videos.iter().map(VideoId::as_str));
        parts.push("tags");
        parts.extend(self.tags.iter().map(String::as_str));
        parts.push("channels");
        parts.extend(self.channels.iter().map(|channel| channel.as_str()));
        parts
    }
}

/// Exactly one of words, a picture and a segment.
fn wanted(request: &SearchRequest) -> Result<Wanted, ProblemResponse> {
    let text = request.q.trim();
    match (text.is_empty(), &request.image, &request.like) {
        (false, None, None) => words(text),
        (true, Some(image), None) => picture(image),
        (true, None, Some(like)) => segment(like),
        (true, None, None) => Err(ProblemResponse::bad_request(
            "q is empty: say what was said or shown",
        )),
        _ => Err(ProblemResponse::bad_request(
            "q, image and like exclude each other: give one of them",
        )),
    }
}

fn words(text: &str) -> Result<Wanted, ProblemResponse> {
    let chars = text.chars().count();
    if chars > MAX_QUERY_CHARS {
        return Err(ProblemResponse::bad_request(format!(
            "q has {chars} characters and may have {MAX_QUERY_CHARS} at most"
        )));
    }
    Ok(Wanted::Text(text.to_owned()))
}

fn picture(base64: &str) -> Result<Wanted, ProblemResponse> {
    let bytes = STANDARD.decode(base64).map_err(|_| {
        ProblemResponse::bad_request("image is not base64: give the bytes of a file in base64")
    })?;
    if bytes.len() > MAX_IMAGE_BYTES {
        return Err(ProblemResponse::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "image has {} bytes and may have {MAX_IMAGE_BYTES} at most: make it smaller",
                bytes.len()
            ),
        ));
    }
    Ok(Wanted::Picture(bytes))
}

fn segment(id: &str) -> Result<Wanted, ProblemResponse> {
    if id.is_empty() || id.len() > MAX_SEGMENT_ID_BYTES {
        return Err(ProblemResponse::bad_request(
            "like is no segment: give the segment_id of something that was found",
        ));
    }
    Ok(Wanted::Like(id.to_owned()))
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
    fn one_thing_is_looked_for_at_a_time() {
        let picture = |bytes: &[u8]| SearchRequest {
            image: Some(STANDARD.encode(bytes)),
            ..SearchRequest::default()
        };
        let read = Search::read(&picture(b"JPEG")).expect("it makes sense");
        assert_eq!(read.wanted, Wanted::Picture(b"JPEG".to_vec()));
        let both = SearchRequest {
            q: "dogs".into(),
            ..picture(b"JPEG")
        };
        check_refused(&both, "exclude each other");
        let no_base64 = SearchRequest {
            image: Some("*".into()),
            ..SearchRequest::default()
        };
        check_refused(&no_base64, "not base64");
        let large = Search::read(&picture(&vec![0; MAX_IMAGE_BYTES + 1]));
        let problem = large.expect_err("it is too large");
        assert_eq!(problem.status.as_u16(), 413);
        assert!(problem.detail.contains("4000000"), "{}", problem.detail);
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
        assert_eq!(search.wanted, Wanted::Text("dogs".to_owned()));
        assert_eq!(search.tags, ["a", "b"]);
        assert_eq!(search.channels, [Channel::ScreenText]);
        assert!(search.videos.is_empty());
    }

    #[test]
    fn a_cursor_belongs_to_its_query_and_filters() {
        let first = Search::read(&request("dogs")).expect("it makes sense");
        let cursor = Some(first.cursor(&request("dogs"), 10));
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
