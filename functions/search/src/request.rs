//! From parameters to a search that makes sense.

use crate::filters;
use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use contracts::{
    api::SearchRequest,
    limits::{DEFAULT_PAGE_MOMENTS, MAX_IMAGE_BYTES, MAX_PAGE_MOMENTS, MAX_QUERY_CHARS},
};
use lambda_kit::http::ProblemResponse;
use moments::Cursor;
use search_index::Filters;

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
    /// What it is narrowed to.
    pub filters: Filters,
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
            filters: filters::read(request)?,
            limit: page_size(request.limit)?,
            offset: 0,
        };
        if let Some(cursor) = &request.cursor {
            search.offset = Cursor::read(cursor, &[&identity(request)])
                .map_err(|error| ProblemResponse::bad_request(error.to_string()))?
                .offset;
        }
        Ok(search)
    }
}

/// Where the page of a request after `offset` moments starts.
pub(crate) fn cursor(request: &SearchRequest, offset: usize) -> String {
    Cursor::new(offset, &[&identity(request)]).to_string()
}

/// What makes a request's list of moments another one than the next's: all but its page, and what is said beside
/// moments.
fn identity(request: &SearchRequest) -> String {
    let asked = SearchRequest {
        q: request.q.trim().to_owned(),
        nearest: None,
        facets: None,
        explain: None,
        limit: None,
        cursor: None,
        ..request.clone()
    };
    serde_json::to_string(&asked).expect("a request came as JSON or as plain parameters")
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
    use contracts::api::{Grouping, Order};

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
    fn a_cursor_belongs_to_its_list_of_moments() {
        let first = request("dogs");
        let cursor = Some(cursor(&first, 10));
        let check = |change: fn(&mut SearchRequest), expected: Option<usize>| {
            let mut next = SearchRequest {
                cursor: cursor.clone(),
                ..first.clone()
            };
            change(&mut next);
            let read = Search::read(&next).map(|search| search.offset);
            assert_eq!(read.ok(), expected, "{next:?}");
        };
        check(|_| (), Some(10));
        check(|next| next.q = " dogs".into(), Some(10));
        check(|next| next.limit = Some(50), Some(10));
        check(|next| next.facets = Some(true), Some(10));
        check(|next| next.q = "cats".into(), None);
        check(|next| next.tags = Some("a".into()), None);
        check(|next| next.languages = Some("en".into()), None);
        check(|next| next.after = Some("2026-11-26".into()), None);
        check(|next| next.max_duration_s = Some(60), None);
        check(|next| next.order = Some(Order::Newest), None);
        check(|next| next.group = Some(Grouping::Video), None);
        check(|next| next.per_video = Some(1), None);
    }
}
