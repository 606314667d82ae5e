//! How likely a moment answers its query, and with that the order of moments.
//!
//! A list of nearest vectors always has a first, and the more documents there are the nearer it is by chance alone. So
//! a cosine is held against what the best of as many unrelated documents has ([`Chance`]). Words are held against how
//! rare they are ([`QueryTerms`]). What speaks for a moment ([`Signs`]) adds up to its log-odds against the possibility
//! that nothing in the library answers: one model for the order and for the honest empty answer.

use crate::{
    fusion::{FoundMoment, sort},
    hit::Retriever,
    terms::QueryTerms,
};
use contracts::segments::Channel;
use std::{collections::BTreeMap, ops::RangeInclusive};

/// A moment of at least this confidence is answered with. Where the two faults cost the same: `docs/evaluation.md` says
/// how many unanswerable queries a bar lets through, and how many right moments it loses.
pub const LEAST_CONFIDENCE: f64 = 0.3;

/// Up to so many widths below chance a score says nothing (any lower, and a picture that happens to be shown while
/// something is said counts for it) …
const LEAST_EXCESS: f64 = -1.0;
/// … and further above it than this it says no more.
const MOST_EXCESS: f64 = 8.0;
/// What a model sees in a picture counts as far as its likeliest names go.
const LIKELY_LABELS: usize = 3;
/// What stands at these ranks, from 1, of what a query finds is seldom what it asks for …
const UNRELATED_RANKS: RangeInclusive<usize> = 8..=60;
/// … and where it is among one in so many of all documents, it lies where chance grows as it does …
const UPPER_SHARE: u64 = 4;
/// … which so many of them tell.
const MIN_UNRELATED: usize = 12;
/// A score of BM25 that counts as one.
const BM25_UNIT: f64 = 10.0;

/// What the best of N unrelated documents scores. It grows as the largest of N normal values does, with the square root
/// of 2 ln N; `docs/decisions.md` has what was measured for up to 37,000 documents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// Where the best of one lies.
    pub location: f64,
    /// What the best gains for each unit of √(2 ln N).
    pub growth: f64,
    /// How wide it is spread.
    pub scale: f64,
}

impl Chance {
    /// How many widths a score lies above what the best of `documents` unrelated ones has.
    #[must_use]
    pub fn excess(self, score: f64, documents: u64) -> f64 {
        let expected = self.location + self.gain(documents, 1);
        ((score - expected) / self.scale.max(f64::EPSILON)).clamp(LEAST_EXCESS, MOST_EXCESS)
    }

    /// Chance as it is for one query, by the scores of what it found among so many documents, best first. "What is
    /// missing from the lowest offer" is as near to one picture as to any other, and nearer to all than "a parrot" is
    /// to most.
    ///
    /// It is never lower than for all queries, and at most one width higher: what is found may also be related, all of
    /// it.
    #[must_use]
    pub fn of_query(self, scores: &[f64], documents: u64) -> Self {
        let ranked = (1..).zip(scores);
        let unrelated = ranked.filter(|(rank, _)| {
            UNRELATED_RANKS.contains(rank) && *rank as u64 * UPPER_SHARE <= documents
        });
        let mut locations: Vec<f64> = unrelated
            .map(|(rank, score)| score - self.gain(documents, rank))
            .collect();
        if locations.len() < MIN_UNRELATED {
            return self;
        }
        locations.sort_by(f64::total_cmp);
        let shift = locations[locations.len() / 2] - self.location;
        Self {
            location: self.location + shift.clamp(0.0, self.scale),
            ..self
        }
    }

    /// How far above the best of one the document at this rank, from 1, of so many lies.
    fn gain(self, documents: u64, rank: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a logarithm of it is taken")]
        let documents_a_rank = (documents as f64 / rank as f64).max(1.0);
        self.growth * (2.0 * documents_a_rank.ln()).sqrt()
    }
}

/// What confidence is judged by, for one query.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    /// The query's words; none where it is a picture or a segment.
    pub terms: QueryTerms,
    /// Documents of each channel that pass the filters.
    pub documents: BTreeMap<Channel, u64>,
    /// What the scores of models are by chance.
    pub chances: BTreeMap<Retriever, Chance>,
    /// Whether part of the query is quoted: then all that was found has it as it stands, and answers it.
    pub is_quoted: bool,
}

/// What speaks for a moment; 0 where nothing does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signs {
    /// How far the meaning of what was said lies above chance (`Judge::excess`).
    pub said_meaning: f64,
    /// How many of the query's words were said, or stand in the title (`Judge::covered`).
    pub said_words: f64,
    /// BM25 of what was said.
    pub said_strength: f64,
    /// How far the meaning of what is written lies above chance.
    pub written_meaning: f64,
    /// How many of the query's words are written.
    pub written_words: f64,
    /// BM25 of what is written.
    pub written_strength: f64,
    /// How far the looks lie above chance.
    pub looks: f64,
    /// How many of the query's words are among what a model most likely sees.
    pub seen_words: f64,
}

/// What each of [`Signs::named`] adds to the log-odds, in the same order: the fit of `cargo xtask eval --fit` to one
/// half of the queries of `samples/evaluation`. `docs/evaluation.md` checks it on the other.
const WEIGHTS: [f64; 8] = [1.22, 1.72, 2.37, 0.81, 3.21, 0.75, 0.90, 0.94];
/// Log-odds of a moment that nothing speaks for.
const BIAS: f64 = -6.57;

impl Judge {
    /// Says of each moment what speaks for it and how likely it answers, and sorts them by that, best first.
    pub fn judge(&self, moments: &mut [FoundMoment]) {
        for moment in moments.iter_mut() {
            let signs = self.signs(moment);
            let log_odds = signs.log_odds();
            moment.score = log_odds.exp();
            let least = if self.is_quoted {
                LEAST_CONFIDENCE
            } else {
                0.0
            };
            moment.confidence = Some(logistic(log_odds).max(least));
            moment.signs = Some(signs);
        }
        sort(moments);
    }

    fn signs(&self, moment: &FoundMoment) -> Signs {
        let strength = |retriever| {
            let found = moment.found_by.get(&retriever);
            found.map_or(0.0, |found| found.score / BM25_UNIT)
        };
        Signs {
            said_meaning: self.excess(moment, Retriever::Meaning),
            said_words: self.covered(
                moment,
                &[Channel::Speech, Channel::Subtitle, Channel::Title],
            ),
            said_strength: strength(Retriever::Words),
            written_meaning: self.excess(moment, Retriever::WrittenMeaning),
            written_words: self.covered(moment, &[Channel::ScreenText]),
            written_strength: strength(Retriever::WrittenWords),
            looks: self.excess(moment, Retriever::Looks),
            seen_words: self.seen(moment),
        }
    }

    /// How far a model's score lies above [`LEAST_EXCESS`], in widths of chance; what lies above chance counts twice.
    fn excess(&self, moment: &FoundMoment, retriever: Retriever) -> f64 {
        let found = moment.found_by.get(&retriever);
        let (Some(found), Some(chance)) = (found, self.chances.get(&retriever)) else {
            return 0.0;
        };
        let channels = retriever.channels().iter();
        let documents = channels.filter_map(|channel| self.documents.get(channel));
        let excess = chance.excess(found.score, documents.sum());
        excess - LEAST_EXCESS + excess.max(0.0)
    }

    fn seen(&self, moment: &FoundMoment) -> f64 {
        let labels = moment.evidence.iter();
        let labels = labels.flat_map(|hit| hit.labels.iter().take(LIKELY_LABELS));
        rise(self.terms.coverage(labels.map(String::as_str)))
    }

    /// The share of the query's words that the evidence of some channels has, raised.
    fn covered(&self, moment: &FoundMoment, channels: &[Channel]) -> f64 {
        let hits = moment.evidence.iter();
        let hits = hits.filter(|hit| channels.contains(&hit.channel));
        rise(self.terms.coverage(hits.map(|hit| hit.text.as_str())))
    }
}

/// A share from 0 to 1 as 0 to 2: all words are worth more than twice half of them.
fn rise(share: f64) -> f64 {
    share * (1.0 + share)
}

impl Signs {
    /// The signs by name.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, f64); 8] {
        [
            ("said_meaning", self.said_meaning),
            ("said_words", self.said_words),
            ("said_strength", self.said_strength),
            ("written_meaning", self.written_meaning),
            ("written_words", self.written_words),
            ("written_strength", self.written_strength),
            ("looks", self.looks),
            ("seen_words", self.seen_words),
        ]
    }

    /// What each sign adds to the log-odds of a moment, by the names and in the order of [`Signs::named`].
    #[must_use]
    pub fn weights() -> [(&'static str, f64); 8] {
        let mut weights = Self::default().named();
        for ((_, weight), present) in weights.iter_mut().zip(WEIGHTS) {
            *weight = present;
        }
        weights
    }

    fn log_odds(&self) -> f64 {
        let terms = self.named().into_iter().zip(WEIGHTS);
        BIAS + terms.map(|((_, sign), weight)| sign * weight).sum::<f64>()
    }
}

fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests;
