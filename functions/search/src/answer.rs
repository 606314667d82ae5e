//! From what was found to what is answered.

use crate::seams::SignLinks;
use catalog::VideoRecord;
use contracts::{
    VideoId,
    api::{Evidence, Explanation, FoundBy, Moment, Repeat, VideoStatus},
};
use moments::{FoundMoment, Hit, Occurrence, RankedDocument, RankedDocuments, Signs};
use search_index::Highlights;
use std::collections::HashMap;

/// Videos by their ids.
pub(crate) type VideosById = HashMap<VideoId, VideoRecord>;

pub(crate) fn by_id(videos: Vec<VideoRecord>) -> VideosById {
    videos
        .into_iter()
        .map(|video| (video.video_id.clone(), video))
        .collect()
}

/// Drops documents of generations that are not served, and of videos that are unknown or being deleted: the index
/// may hold them for a while. Ranks are counted after this, so that they take no one's place.
pub(crate) fn keep_served(found: &mut [RankedDocuments], videos: &VideosById) {
    let is_served = |document: &RankedDocument| {
        videos.get(&document.video_id).is_some_and(|video| {
            video.status != VideoStatus::Deleting
                && video.serving_generation == Some(document.generation)
        })
    };
    for list in found {
        list.documents.retain(is_served);
    }
}

/// What moments are answered with.
pub(crate) struct Answered<'a, Links> {
    pub videos: &'a VideosById,
    pub highlights: &'a Highlights,
    pub links: &'a Links,
    /// Whether it is told how they were found.
    pub explain: bool,
}

impl<Links: SignLinks> Answered<'_, Links> {
    /// The moments as they are answered.
    pub(crate) async fn moments(&self, found: &[FoundMoment]) -> Vec<Moment> {
        let mut moments = Vec::with_capacity(found.len());
        for moment in found {
            // Hits of unknown videos were dropped before moments were made of them.
            if let Some(video) = self.videos.get(&moment.video_id) {
                moments.push(self.moment(moment, video).await);
            }
        }
        moments
    }

    async fn moment(&self, moment: &FoundMoment, video: &VideoRecord) -> Moment {
        let thumbnail_url = match moment.thumbnail_key() {
            Some(key) => self.links.thumbnail_link(key).await,
            None => None,
        };
        let source_url = match video.playable_source() {
            Some(source) => self.links.source_link(&source).await,
            None => None,
        };
        let evidence = moment.evidence.iter();
        let evidence = evidence.map(|hit| evidence_of(hit, self.highlights.get(&hit.id)));
        Moment {
            video_id: moment.video_id.clone(),
            title: video.title.clone(),
            start_ms: moment.start_ms,
            end_ms: moment.end_ms,
            score: moment.score,
            confidence: moment.confidence,
            evidence_start_ms: Some(moment.evidence_start_ms),
            evidence_end_ms: Some(moment.evidence_end_ms),
            repeats: moment.repeats.iter().map(repeat).collect(),
            explanation: self.explain.then(|| explanation(moment)),
            channels: moment.channels(),
            thumbnail_url,
            play_url: source_url.map(|url| play_url(&url, moment.start_ms, moment.end_ms)),
            evidence: evidence.collect(),
        }
    }
}

fn explanation(moment: &FoundMoment) -> Explanation {
    let found_by = moment.found_by.iter().map(|(retriever, found)| FoundBy {
        retriever: retriever.as_str().to_owned(),
        rank: u32::try_from(found.rank).unwrap_or(u32::MAX),
        score: found.score,
        relevance: found.relevance,
    });
    let signs = moment.signs.iter().flat_map(Signs::named);
    Explanation {
        found_by: found_by.collect(),
        signs: signs
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}

fn repeat(place: &Occurrence) -> Repeat {
    Repeat {
        video_id: place.video_id.clone(),
        start_ms: place.start_ms,
        end_ms: place.end_ms,
    }
}

fn evidence_of(hit: &Hit, highlights: Option<&Vec<[u32; 2]>>) -> Evidence {
    Evidence {
        segment_id: hit.id.clone(),
        channel: hit.channel,
        start_ms: hit.start_ms,
        end_ms: hit.end_ms,
        text: hit.text.clone(),
        labels: hit.labels.clone(),
        highlights: highlights.cloned().unwrap_or_default(),
    }
}

/// An address that plays from the moment's start to its end, as media fragments have it.
fn play_url(source_url: &str, start_ms: u64, end_ms: u64) -> String {
    format!("{source_url}#t={},{}", seconds(start_ms), seconds(end_ms))
}

/// Seconds with as many decimals as there are to say.
fn seconds(milliseconds: u64) -> String {
    let (whole, rest) = (milliseconds / 1000, milliseconds % 1000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:03}")
        .trim_end_matches('0')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_play_url_counts_in_seconds() {
        for (start_ms, end_ms, expected) in [
            (12_300, 18_000, "u?a=b#t=12.3,18"),
            (0, 5, "u?a=b#t=0,0.005"),
            (10_020, 100_000, "u?a=b#t=10.02,100"),
        ] {
            assert_eq!(play_url("u?a=b", start_ms, end_ms), expected);
        }
    }
}
