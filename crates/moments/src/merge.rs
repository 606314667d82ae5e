//! Which hits are one moment.
//!
//! A strong hit must not drown in its neighbourhood: a moment that starts early or ends late is a wrong answer.
//! So hits are merged only where they show the same passage, where a sentence was cut between two chunks, or
//! where both words and meaning say that neighbours match equally well.

use crate::{
    fusion::Candidate,
    hit::{Hit, Retriever},
    sentences::ends_sentence,
};

/// Neighbours are at most this far apart, in milliseconds.
const MAX_GAP_MS: u64 = 2_000;
/// A moment of several passages is at most this long, in milliseconds.
const MAX_MOMENT_MS: u64 = 30_000;
/// Hits whose intersection is at least this share of their union show the same passage.
const SAME_PASSAGE_IOU: f64 = 0.5;
/// A neighbour's score for words is at least this share of the strongest hit's …
const SIMILAR_WORDS: f64 = 0.9;
/// … and its cosine at most this much smaller.
const SIMILAR_MEANING: f64 = 0.01;

/// Hits that are one moment: the strongest first.
#[derive(Debug)]
pub(crate) struct Group {
    pub members: Vec<Candidate>,
    pub start_ms: u64,
    pub end_ms: u64,
}

/// Groups candidates, which come strongest first.
pub(crate) fn group(candidates: Vec<Candidate>) -> Vec<Group> {
    let mut left = candidates;
    let mut groups = Vec::new();
    while !left.is_empty() {
        let seed = left.remove(0);
        let mut group = Group {
            start_ms: seed.hit.start_ms,
            end_ms: seed.hit.end_ms,
            members: vec![seed],
        };
        // Each member may bring the next neighbour into reach.
        while let Some((position, kinship)) = left
            .iter()
            .enumerate()
            .find_map(|(position, candidate)| Some((position, group.kinship(candidate)?)))
        {
            group.add(left.remove(position), kinship);
        }
        groups.push(group);
    }
    groups
}

/// Why a hit belongs to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kinship {
    /// It shows what the group shows already.
    SamePassage,
    /// It goes on where the group ends, or the other way round.
    Neighbour,
}

impl Group {
    fn kinship(&self, candidate: &Candidate) -> Option<Kinship> {
        let seed = &self.members[0];
        let same_video = candidate.hit.video_id == seed.hit.video_id
            && candidate.hit.generation == seed.hit.generation;
        if !same_video {
            return None;
        }
        if self.overlap(&candidate.hit) >= SAME_PASSAGE_IOU {
            return Some(Kinship::SamePassage);
        }
        let start_ms = self.start_ms.min(candidate.hit.start_ms);
        let end_ms = self.end_ms.max(candidate.hit.end_ms);
        let fits = end_ms - start_ms <= MAX_MOMENT_MS;
        let one_sentence = self
            .members
            .iter()
            .any(|member| is_cut_between(&member.hit, &candidate.hit));
        let alike = self.gap_ms(&candidate.hit) <= MAX_GAP_MS && similar(seed, candidate);
        (fits && (one_sentence || alike)).then_some(Kinship::Neighbour)
    }

    fn add(&mut self, candidate: Candidate, kinship: Kinship) {
        if kinship == Kinship::Neighbour {
            self.start_ms = self.start_ms.min(candidate.hit.start_ms);
            self.end_ms = self.end_ms.max(candidate.hit.end_ms);
        }
        self.members.push(candidate);
    }

    fn gap_ms(&self, hit: &Hit) -> u64 {
        hit.start_ms
            .saturating_sub(self.end_ms)
            .max(self.start_ms.saturating_sub(hit.end_ms))
    }

    /// Intersection over union in time.
    fn overlap(&self, hit: &Hit) -> f64 {
        let union_ms = self.end_ms.max(hit.end_ms) - self.start_ms.min(hit.start_ms);
        let shared_ms = self
            .end_ms
            .min(hit.end_ms)
            .saturating_sub(self.start_ms.max(hit.start_ms));
        #[expect(
            clippy::cast_precision_loss,
            reason = "the share needs two digits, and a video has at most some hours"
        )]
        let share = shared_ms as f64 / union_ms.max(1) as f64;
        share
    }
}

/// Whether one sentence was cut where one chunk ends and the next begins.
fn is_cut_between(left: &Hit, right: &Hit) -> bool {
    let (first, second) = if left.start_ms <= right.start_ms {
        (left, right)
    } else {
        (right, left)
    };
    let neighbours = match (first.chunk, second.chunk) {
        (Some(first), Some(second)) => first.checked_add(1) == Some(second),
        _ => false,
    };
    let gap_ms = second.start_ms.saturating_sub(first.end_ms);
    neighbours
        && first.channel == second.channel
        && gap_ms <= MAX_GAP_MS
        && !first.text.is_empty()
        && !ends_sentence(&first.text)
}

/// Whether a neighbour matches about as well as the strongest hit. Meaning alone can't say that: unrelated
/// texts lie as close to each other as weak matches do.
fn similar(strongest: &Candidate, neighbour: &Candidate) -> bool {
    let scores = |retriever| {
        let strong = strongest.found_by.get(&retriever)?.score;
        let weak = neighbour.found_by.get(&retriever)?.score;
        Some((strong, weak))
    };
    let words =
        scores(Retriever::Words).is_some_and(|(strong, weak)| weak >= SIMILAR_WORDS * strong);
    let meaning =
        scores(Retriever::Meaning).is_some_and(|(strong, weak)| strong - weak <= SIMILAR_MEANING);
    words && meaning
}
