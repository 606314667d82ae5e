//! The moment that a command is about: one that a query finds, or a place in a video.

use contracts::{
    VideoId,
    api::{Moment, SearchRequest, SearchResponse},
    limits::MAX_PAGE_MOMENTS,
};

use crate::{arguments::video_id, client::Client, failure::Failure, output::Output};

/// What was named on the command line.
pub enum Named {
    /// A video, by its id.
    Video(VideoId),
    /// Whatever this finds.
    Query(String),
}

impl Named {
    /// Ids of videos are UUIDs, which nobody searches for.
    pub fn from_text(text: String) -> Self {
        let groups: Vec<usize> = text.split('-').map(str::len).collect();
        let is_hex = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
        let is_id = groups == [8, 4, 4, 4, 12] && text.bytes().all(is_hex);
        match video_id(&text) {
            Ok(id) if is_id => Self::Video(id),
            _ => Self::Query(text),
        }
    }
}

/// Asks as `search` does, with the moments that come near after those that match well.
pub async fn page(client: &Client, query: &str) -> Result<SearchResponse, Failure> {
    let request = SearchRequest {
        q: query.to_owned(),
        nearest: Some(true),
        limit: Some(MAX_PAGE_MOMENTS),
        ..SearchRequest::default()
    };
    client.search(&request).await
}

/// The moment as `search` counts them: those that come near after those that match well.
///
/// # Errors
/// Wrong use where there are fewer.
pub fn numbered(page: &SearchResponse, number: u32) -> Result<&Moment, Failure> {
    let mut moments = page.moments.iter().chain(&page.nearest);
    let index = (number as usize).checked_sub(1);
    let found = index.and_then(|index| moments.nth(index));
    found.ok_or_else(|| {
        let count = page.moments.len() + page.nearest.len();
        Failure::WrongUse(format!("there is no moment {number}: there are {count}"))
    })
}

/// Finds a moment, and says where it is no good match.
///
/// # Errors
/// As [`numbered`], and when the API can't be asked.
pub async fn find(
    client: &Client,
    output: &Output,
    query: &str,
    number: u32,
) -> Result<Moment, Failure> {
    let page = page(client, query).await?;
    let found = numbered(&page, number)?;
    if number as usize > page.moments.len() {
        output.note("nothing matches well; this comes near");
    }
    Ok(found.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_queries() {
        for (text, is_video) in [
            ("0192f0c1-2b3c-7d4e-8f50-112233445566", true),
            ("0192f0c1-2b3c-7d4e-8f50-11223344556g", false),
            ("a red parrot", false),
            ("0192f0c1", false),
            ("", false),
        ] {
            let named = Named::from_text(text.to_owned());
            assert_eq!(matches!(named, Named::Video(_)), is_video, "{text:?}");
        }
    }
}
