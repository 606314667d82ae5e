//! From ranked lists to moments in one order.
//!
//! Scores of different retrievers can't be compared, ranks can: a document at rank `r` of a list, from 1, gets
//! `weight / (RANK_CONSTANT + r)` from it, and its shares are added up. A list of nearest vectors always has a first,
//! also where nothing in the library has to do with the query; so a share counts as far as its score says anything
//! ([`Relevance`](crate::Relevance)).

use crate::{
    confidence::Signs,
    hit::{Hit, RankedHits, Relevance, Retriever},
    merge::{Group, group},
    repeats::Occurrence,
    snapping::{hull, snap},
};
use contracts::{Generation, VideoId, artifacts::TimeRange, segments::Channel};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How fast a share falls with its rank; 60 is what the literature uses.
const RANK_CONSTANT: f64 = 60.0;
/// A title alone is shown from its video's start for at most this long, in milliseconds.
const MAX_TITLE_MS: u64 = 30_000;

impl Retriever {
    /// How much a retriever's ranks count. Words come second to meaning, since in a question most words are
    /// not what is looked for. What is written counts less than what was said, but for its words, which are
    /// few and chosen; a model of pictures finds something in every question. A title says where to look but not when:
    /// its share decides between moments that are otherwise close, and no more.
    pub(crate) const fn weight(self) -> f64 {
        match self {
            Retriever::Meaning => 1.0,
            Retriever::WrittenMeaning | Retriever::Looks => 0.7,
            Retriever::WrittenWords => 0.5,
            Retriever::Words => 0.3,
            Retriever::TitleWords => 0.2,
        }
    }
}

/// A stretch of a video that answers the query.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundMoment {
    /// The video.
    pub video_id: VideoId,
    /// Which indexing of it.
    pub generation: Generation,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// First millisecond of what matched, before `start_ms` was moved to the start of a sentence or shot.
    pub evidence_start_ms: u64,
    /// The millisecond after the last of what matched.
    pub evidence_end_ms: u64,
    /// Other places with the same content, the best first, once they were [collapsed](crate::collapse_repeats).
    pub repeats: Vec<Occurrence>,
    /// Fused score: comparable inside one answer only.
    pub score: f64,
    /// How likely it answers the query, 0 to 1; `None` until it was judged, and where that can't be said.
    pub confidence: Option<f64>,
    /// What speaks for it, where it was judged.
    pub signs: Option<Signs>,
    /// What matched, in order of time, titles last. A hit's `score` is that of the first
    /// retriever that found it, in the order of their declaration.
    pub evidence: Vec<Hit>,
    /// What each retriever that found it says of it, by its best rank among the evidence.
    pub found_by: BTreeMap<Retriever, Found>,
}

impl FoundMoment {
    /// Channels that matched, in the order of their declaration.
    #[must_use]
    pub fn channels(&self) -> Vec<Channel> {
        let channels: BTreeSet<Channel> = self.evidence.iter().map(|hit| hit.channel).collect();
        channels.into_iter().collect()
    }

    /// The small picture that stands for the moment: that of its first evidence that has one.
    #[must_use]
    pub fn thumbnail_key(&self) -> Option<&str> {
        self.evidence
            .iter()
            .find_map(|hit| hit.thumbnail_key.as_deref())
    }
}

/// A document with what every retriever says of it.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub hit: Hit,
    pub found_by: BTreeMap<Retriever, Found>,
}

/// What one retriever says of a document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Position in the retriever's list, from 1.
    pub rank: usize,
    /// The retriever's own score.
    pub score: f64,
    /// How much that score says, 0 to 1.
    pub relevance: f64,
}

impl Candidate {
    pub(crate) fn fused(&self) -> f64 {
        fused(&self.found_by)
    }
}

fn fused(found_by: &BTreeMap<Retriever, Found>) -> f64 {
    found_by
        .iter()
        .map(|(retriever, found)| share(*retriever, *found))
        .sum()
}

/// What a document gets from one retriever.
pub(crate) fn share(retriever: Retriever, found: Found) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a rank is at most some hundreds"
    )]
    let rank = found.rank as f64;
    found.relevance * retriever.weight() / (RANK_CONSTANT + rank)
}

/// Fuses what the retrievers found and merges hits that are one moment; best first, the same order for the
/// same hits whatever the order of the lists.
///
/// A title adds its share to the best moment of its video; it makes a moment of its own only where nothing
/// else in the video was found.
#[must_use]
pub fn find_moments(retrieved: &[RankedHits]) -> Vec<FoundMoment> {
    let (titles, candidates) = collect(retrieved);
    let mut moments: Vec<FoundMoment> = group(candidates).into_iter().map(moment_of).collect();
    sort(&mut moments);
    for title in titles {
        let of_video = moments
            .iter_mut()
            .find(|moment| moment.video_id == title.hit.video_id);
        match of_video {
            Some(moment) => {
                moment.score += title.fused();
                moment.evidence.push(title.hit);
                moment.found_by.extend(title.found_by);
            }
            None => moments.push(moment_of_title(title)),
        }
    }
    sort(&mut moments);
    moments
}

/// Titles, best first, and everything else, in an order that depends on the documents alone.
fn collect(retrieved: &[RankedHits]) -> (Vec<Candidate>, Vec<Candidate>) {
    let mut by_id: HashMap<&str, Candidate> = HashMap::new();
    let mut lists: Vec<&RankedHits> = retrieved.iter().collect();
    lists.sort_by_key(|list| list.retriever);
    for list in lists {
        for hit in &list.hits {
            let relevance = Relevance::of(list.relevance, hit.score);
            if relevance <= 0.0 {
                continue;
            }
            let candidate = by_id.entry(&hit.id).or_insert_with(|| Candidate {
                hit: hit.clone(),
                found_by: BTreeMap::new(),
            });
            candidate.found_by.entry(list.retriever).or_insert(Found {
                rank: hit.rank,
                score: hit.score,
                relevance,
            });
        }
    }
    let mut all: Vec<Candidate> = by_id.into_values().collect();
    all.sort_by(|left, right| {
        right
            .fused()
            .total_cmp(&left.fused())
            .then_with(|| left.hit.id.cmp(&right.hit.id))
    });
    all.into_iter()
        .partition(|candidate| candidate.hit.channel == Channel::Title)
}

fn moment_of(group: Group) -> FoundMoment {
    // Each retriever counts once, with its best rank among the hits of the moment.
    let mut best: BTreeMap<Retriever, Found> = BTreeMap::new();
    for member in &group.members {
        for (retriever, found) in &member.found_by {
            let known = best.entry(*retriever).or_insert(*found);
            if found.rank < known.rank {
                *known = *found;
            }
        }
    }
    let seed = &group.members[0].hit;
    let (video_id, generation) = (seed.video_id.clone(), seed.generation);
    let members: Vec<&Hit> = group.members.iter().map(|member| &member.hit).collect();
    let bounds = TimeRange {
        start_ms: group.start_ms,
        end_ms: group.end_ms,
    };
    let (matched, bounds) = (hull(bounds, &members), snap(bounds, &members));
    let mut evidence: Vec<Hit> = group.members.into_iter().map(|member| member.hit).collect();
    evidence.sort_by(|left, right| {
        (left.start_ms, left.channel, &left.id).cmp(&(right.start_ms, right.channel, &right.id))
    });
    FoundMoment {
        video_id,
        generation,
        start_ms: bounds.start_ms,
        end_ms: bounds.end_ms,
        evidence_start_ms: matched.start_ms,
        evidence_end_ms: matched.end_ms,
        repeats: Vec::new(),
        score: fused(&best),
        confidence: None,
        signs: None,
        evidence,
        found_by: best,
    }
}

fn moment_of_title(title: Candidate) -> FoundMoment {
    let hit = &title.hit;
    let end_ms = hit.end_ms.min(hit.start_ms.saturating_add(MAX_TITLE_MS));
    FoundMoment {
        video_id: hit.video_id.clone(),
        generation: hit.generation,
        start_ms: hit.start_ms,
        end_ms,
        evidence_start_ms: hit.start_ms,
        evidence_end_ms: end_ms,
        repeats: Vec::new(),
        score: title.fused(),
        confidence: None,
        signs: None,
        evidence: vec![title.hit],
        found_by: title.found_by,
    }
}

/// Best first; of equal ones in order of video and time.
pub(crate) fn sort(moments: &mut [FoundMoment]) {
    moments.sort_by(|left, right| {
        right
            .score
            .total_cmp(&left.score)
            .then_with(|| left.video_id.cmp(&right.video_id))
            .then_with(|| left.start_ms.cmp(&right.start_ms))
            .then_with(|| left.end_ms.cmp(&right.end_ms))
    });
}

#[cfg(test)]
mod tests;
