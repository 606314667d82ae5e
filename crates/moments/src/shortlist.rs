//! Which of the documents that were found are worth reading.
//!
//! Six retrievers rank a thousand documents, and an answer has ten moments. Ranking a document is cheap, reading it is
//! not: so documents are ranked by number, and only the best of all lists together are read.

use crate::{
    fusion::{Found, share},
    hit::{Hit, RankedHits, Relevance, Retriever},
};
use contracts::{Generation, VideoId, segments::SegmentDocument};
use std::collections::HashMap;

/// A document as a retriever ranks it, before it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedDocument {
    /// The index's own number of it.
    pub number: u64,
    /// The video.
    pub video_id: VideoId,
    /// Which indexing of it.
    pub generation: Generation,
    /// The retriever's own score: the larger the better.
    pub score: f64,
}

/// All that one retriever found, best first.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedDocuments {
    /// The retriever.
    pub retriever: Retriever,
    /// What its scores say; `None` where only their order says something.
    pub relevance: Option<Relevance>,
    /// What it found.
    pub documents: Vec<RankedDocument>,
}

/// Documents by the index's number, each with its `_id`.
pub type Documents = HashMap<u64, (String, SegmentDocument)>;

impl RankedDocuments {
    /// Those that were read, at the ranks that they have among all.
    #[must_use]
    pub fn hits(&self, read: &Documents) -> RankedHits {
        let ranked = self.documents.iter().enumerate();
        let hits = ranked.filter_map(|(position, ranked)| {
            let (id, document) = read.get(&ranked.number)?;
            Some(Hit::new(id, document, position + 1, ranked.score))
        });
        RankedHits {
            retriever: self.retriever,
            relevance: self.relevance,
            hits: hits.collect(),
        }
    }
}

/// How far up in a list a document stands that is read whatever the list's weight: a title's says little of a moment,
/// and may be all that there is.
const FIRST_RANKS: usize = 20;

/// Numbers of at most `count` documents, the most promising first: those at the top of any list, then by their shares
/// of all lists ([`find_moments`](crate::find_moments)). A document whose score says nothing is none of them.
#[must_use]
pub fn shortlist(found: &[RankedDocuments], count: usize) -> Vec<u64> {
    let mut promise: HashMap<u64, (bool, f64)> = HashMap::new();
    for list in found {
        for (position, document) in list.documents.iter().enumerate() {
            let found = Found {
                rank: position + 1,
                score: document.score,
                relevance: Relevance::of(list.relevance, document.score),
            };
            if found.relevance > 0.0 {
                let (is_first, sum) = promise.entry(document.number).or_default();
                *is_first |= found.rank <= FIRST_RANKS;
                *sum += share(list.retriever, found);
            }
        }
    }
    let mut promising: Vec<(u64, (bool, f64))> = promise.into_iter().collect();
    promising.sort_by(
        |(left_number, (left_first, left)), (right_number, (right_first, right))| {
            right_first
                .cmp(left_first)
                .then_with(|| right.total_cmp(left))
                .then_with(|| left_number.cmp(right_number))
        },
    );
    promising.truncate(count);
    promising.into_iter().map(|(number, _)| number).collect()
}

#[cfg(test)]
mod tests;
