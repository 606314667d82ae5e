//! From parameters to a search that makes sense.

use crate::{arranging::Arrangement, filters};
use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use contracts::{
    api::SearchRequest,
    limits::{DEFAULT_PAGE_MOMENTS, MAX_IMAGE_BYTES, MAX_PAGE_MOMENTS, MAX_QUERY_CHARS},
};
use lambda_kit::http::ProblemResponse;
use moments::{Cursor, ParsedQuery, parse_query};
use search_index::Filters;

/// Longer ids are none of this index (OpenSearch's own limit).
const MAX_SEGMENT_ID_BYTES: usize = 512;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// What was said or shown.
    Text(Text),
    /// What looks like this picture: the bytes of a file.
    Picture(Vec<u8>),
    /// What is like this segment.
    Like(String),
}

/// Words to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// All of them, those of the phrases too.
    pub words: String,
    /// What must stand there word for word.
    pub phrases: Vec<String>,
    /// Words and phrases that must not stand there.
    pub excluded: Vec<String>,
}

impl From<ParsedQuery> for Text {
    fn from(said: ParsedQuery) -> Self {
        Self {
            words: said.words,
            phrases: said.phrases,
            excluded: said.excluded,
        }
    }
}

/// What comes soon after what is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Then {
    /// What it is.
    pub wanted: Wanted,
    /// How long after the end of the first it starts at most, in milliseconds.
    pub within_ms: u64,
}

/// A search that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What is looked for.
    pub wanted: Wanted,
    /// What comes soon after it, where two things are looked for.
    pub then: Option<Then>,
    /// What it is narrowed to.
    pub filters: Filters,
    /// How moments are listed.
    pub arrangement: Arrangement,
    /// Moments on a page, or groups of them.
    pub limit: usize,
    /// Moments, or groups, on the pages before.
    pub offset: usize,
    /// How many moments that are not confident are shown too.
    pub nearest: usize,
    /// Whether moments are counted.
    pub facets: bool,
    /// Whether moments say how they were found.
    pub explain: bool,
}

impl Search {
    /// Checks the parameters.
    ///
    /// # Errors
    /// 400, naming the parameter and its limit.
    pub fn read(request: &SearchRequest) -> Result<Self, ProblemResponse> {
        let said = said(&request.q)?;
        let filters = filters::read(request, &said)?;
        let (wanted, then) = wanted(request, said)?;
        let mut search = Self {
            wanted,
            then,
            filters,
            arrangement: arrangement(request)?,
            limit: count("limit", request.limit.unwrap_or(DEFAULT_PAGE_MOMENTS))?,
            offset: 0,
            nearest: 0,
            facets: request.facets.unwrap_or_default(),
            explain: request.explain.unwrap_or_default(),
        };
        if let Some(cursor) = &request.cursor {
            search.offset = Cursor::read(cursor, &[&identity(request)])
                .map_err(|error| ProblemResponse::bad_request(error.to_string()))?
                .offset;
        }
        // They are no part of the list: the first page has them all.
        if search.offset == 0 && request.nearest.unwrap_or_default() {
            search.nearest = search.limit;
        }
        Ok(search)
    }

    /// Whether each place in a video is asked for where the same is said again, as a phrase in quotes does.
    pub(crate) fn wants_every_occurrence(&self) -> bool {
        let then = self.then.as_ref().map(|then| &then.wanted);
        let has_phrase =
            |wanted: &Wanted| matches!(wanted, Wanted::Text(text) if !text.phrases.is_empty());
        [Some(&self.wanted), then]
            .into_iter()
            .flatten()
            .any(has_phrase)
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

/// The text with its operators taken out.
fn said(text: &str) -> Result<ParsedQuery, ProblemResponse> {
    let chars = text.trim().chars().count();
    if chars > MAX_QUERY_CHARS {
        return Err(ProblemResponse::bad_request(format!(
            "q has {chars} characters and may have {MAX_QUERY_CHARS} at most"
        )));
    }
    let said = parse_query(text);
    if !said.problems.is_empty() {
        return Err(ProblemResponse::bad_request(said.problems.join("; ")));
    }
    Ok(said)
}

/// Exactly one of words, a picture and a segment; and what comes after the words.
fn wanted(
    request: &SearchRequest,
    said: ParsedQuery,
) -> Result<(Wanted, Option<Then>), ProblemResponse> {
    match (request.q.trim().is_empty(), &request.image, &request.like) {
        (false, None, None) => text(said),
        (true, Some(image), None) => Ok((picture(image)?, None)),
        (true, None, Some(like)) => Ok((segment(like)?, None)),
        (true, None, None) => Err(ProblemResponse::bad_request(
            "q is empty: say what was said or shown",
        )),
        _ => Err(ProblemResponse::bad_request(
            "q, image and like exclude each other: give one of them",
        )),
    }
}

fn text(said: ParsedQuery) -> Result<(Wanted, Option<Then>), ProblemResponse> {
    if said.words.is_empty() {
        return Err(ProblemResponse::bad_request(
            "q has filters or exclusions and no words: add what was said or shown",
        ));
    }
    let half = |text: &str| Wanted::Text(parse_query(text).into());
    let Some(sequence) = &said.sequence else {
        return Ok((Wanted::Text(said.into()), None));
    };
    let then = Then {
        wanted: half(&sequence.second),
        within_ms: sequence.within_ms,
    };
    Ok((half(&sequence.first), Some(then)))
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

fn arrangement(request: &SearchRequest) -> Result<Arrangement, ProblemResponse> {
    let per_video = request
        .per_video
        .map(|per_video| count("per_video", per_video));
    Ok(Arrangement {
        order: request.order.unwrap_or_default(),
        group: request.group,
        per_video: per_video.transpose()?,
    })
}

/// A count of moments.
fn count(name: &str, count: u32) -> Result<usize, ProblemResponse> {
    if count == 0 || count > MAX_PAGE_MOMENTS {
        return Err(ProblemResponse::bad_request(format!(
            "{name} is {count} and must be 1 to {MAX_PAGE_MOMENTS}"
        )));
    }
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests;
