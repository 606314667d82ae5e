//! The thumbnail nearest to a time. The API has thumbnails on moments only, so that they are searched for.

use anyhow::{anyhow, bail};
use contracts::{
    api::{Moment, SearchRequest, Video},
    limits::{MAX_PAGE_MOMENTS, MAX_QUERY_CHARS},
    segments::Channel,
};
use futures::StreamExt;

use crate::{client::Client, failure::Failure};

/// What is further away shows something else.
const FURTHEST_MS: u64 = 30_000;
const MAX_BYTES: usize = 2_000_000;

/// A thumbnail.
pub struct Thumbnail {
    /// The picture.
    pub jpeg: Vec<u8>,
    /// Start of what it stands for.
    pub start_ms: u64,
    /// End of that.
    pub end_ms: u64,
}

/// The thumbnail of the shot at a time, or of the nearest stretch that has one.
///
/// # Errors
/// When the API fails. `None` where nothing near has a thumbnail.
pub async fn near(
    client: &Client,
    video: &Video,
    at_ms: u64,
) -> Result<Option<Thumbnail>, Failure> {
    // All shots of a short video; the title stands for any words, as the order of the shots does not matter.
    let shots = request(video, &video.title, Some(Channel::Visual));
    let mut moments = client.search(&shots).await?.moments;
    let covered = |moments: &[Moment]| {
        let nearest = nearest(moments, at_ms);
        nearest.is_some_and(|moment| distance_ms(moment, at_ms) == 0)
    };
    // A long video has more shots than one answer: what is said at the time leads there.
    if !covered(&moments)
        && let Some(words) = words_at(client, video, at_ms).await
    {
        let page = client.search(&request(video, &words, None)).await?;
        moments.extend(page.moments.into_iter().chain(page.nearest));
    }
    let Some(found) = nearest(&moments, at_ms) else {
        return Ok(None);
    };
    let Some(url) = found
        .thumbnail_url
        .as_deref()
        .filter(|_| distance_ms(found, at_ms) <= FURTHEST_MS)
    else {
        return Ok(None);
    };
    Ok(Some(Thumbnail {
        jpeg: fetched(client, url).await?,
        start_ms: found.start_ms,
        end_ms: found.end_ms,
    }))
}

fn request(video: &Video, words: &str, channel: Option<Channel>) -> SearchRequest {
    SearchRequest {
        q: plain(words),
        videos: Some(video.video_id.0.clone()),
        channels: channel.map(|channel| channel.as_str().to_owned()),
        nearest: Some(true),
        limit: Some(MAX_PAGE_MOMENTS),
        ..SearchRequest::default()
    }
}

/// Words without anything that would be an operator.
fn plain(words: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '\'';
    let words = words
        .split(|character| !is_word(character))
        .filter(|word| !word.is_empty());
    let words: String = words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(MAX_QUERY_CHARS)
        .collect();
    if words.is_empty() {
        "picture".to_owned()
    } else {
        words
    }
}

/// What is said at the time; a video without words has none, which is no failure here.
async fn words_at(client: &Client, video: &Video, at_ms: u64) -> Option<String> {
    let transcript = client.transcript(&video.video_id).await.ok()?;
    let cue = transcript
        .cues
        .into_iter()
        .min_by_key(|cue| cue.start_ms.abs_diff(at_ms))?;
    Some(cue.text)
}

/// Of those with a thumbnail; the shortest of those that are equally near.
fn nearest(moments: &[Moment], at_ms: u64) -> Option<&Moment> {
    let with_thumbnail = moments
        .iter()
        .filter(|moment| moment.thumbnail_url.is_some());
    with_thumbnail.min_by_key(|moment| {
        let length_ms = moment.end_ms.saturating_sub(moment.start_ms);
        (distance_ms(moment, at_ms), length_ms)
    })
}

fn distance_ms(moment: &Moment, at_ms: u64) -> u64 {
    let before = moment.start_ms.saturating_sub(at_ms);
    let behind = (at_ms + 1).saturating_sub(moment.end_ms);
    before.max(behind)
}

async fn fetched(client: &Client, url: &str) -> anyhow::Result<Vec<u8>> {
    let answer = client
        .plain()
        .get(url)
        .timeout(std::time::Duration::from_secs(30))
        .send()
        .await;
    let answer = answer.and_then(reqwest::Response::error_for_status);
    let lost = |error: reqwest::Error| {
        anyhow!(error.without_url()).context("the thumbnail can't be fetched")
    };
    let mut body = answer.map_err(lost)?.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(more) = body.next().await {
        bytes.extend_from_slice(&more.map_err(lost)?);
        if bytes.len() > MAX_BYTES {
            bail!("the thumbnail is too large");
        }
    }
    if !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        bail!("the thumbnail is no JPEG");
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn moment(start_ms: u64, end_ms: u64, thumbnail_url: Option<&str>) -> Moment {
        serde_json::from_value(json!({
            "video_id": "v", "title": "t", "start_ms": start_ms, "end_ms": end_ms, "score": 1.0, "confidence": null,
            "channels": [], "thumbnail_url": thumbnail_url, "play_url": null, "evidence": [],
        }))
        .unwrap()
    }

    #[test]
    fn the_nearest_with_a_thumbnail_is_taken() {
        let moments = [
            moment(0, 10_000, Some("a")),
            moment(2_000, 6_000, Some("b")),
            moment(3_000, 4_000, None),
            moment(20_000, 30_000, Some("c")),
        ];
        for (at_ms, expected) in [
            (3_500, "b"),
            (1_999, "a"),
            (9_999, "a"),
            (14_000, "a"),
            (16_000, "c"),
            (99_000, "c"),
        ] {
            let found = nearest(&moments, at_ms).and_then(|moment| moment.thumbnail_url.as_deref());
            assert_eq!(found, Some(expected), "{at_ms}");
        }
        assert!(nearest(&[], 0).is_none());
    }

    #[test]
    fn distances_are_to_the_nearer_end() {
        let moment = moment(1_000, 2_000, None);
        for (at_ms, expected) in [(0, 1_000), (1_000, 0), (1_999, 0), (2_000, 1), (2_500, 501)] {
            assert_eq!(distance_ms(&moment, at_ms), expected, "{at_ms}");
        }
    }

    #[test]
    fn titles_hold_no_operators() {
        for (title, expected) in [
            ("Mother's day -2 \"x\" tag:y", "Mother's day 2 x tag y"),
            ("…", "picture"),
        ] {
            assert_eq!(plain(title), expected);
        }
    }
}
