//! How likely a moment answers its query.
//!
//! A list of nearest vectors always has a first, and the more documents there are the nearer it is by chance alone. So
//! a cosine is held against what the best of as many unrelated documents has ([`Chance`]). Words are held against how
//! rare they are ([`QueryTerms`]). What each channel gives is one probability ([`Signs`]); a moment's confidence is that
//! of its best channel, since one place where it is said, shown or written is enough.

use crate::{
    fusion::FoundMoment,
    hit::{Hit, Retriever},
    terms::QueryTerms,
};
use contracts::segments::Channel;
use std::collections::BTreeMap;

/// A moment of at least this confidence is answered with. `cargo xtask eval` shows what it lets through and what it
/// loses (`docs/evaluation.md`).
pub const LEAST_CONFIDENCE: f64 = 0.5;

/// A sign of a model that says nothing, and the least that a sign counts.
const NO_SIGN: f64 = -3.0;
/// The most that a sign counts: further away from chance is no surer.
const MOST_SIGN: f64 = 8.0;

/// What the best of N unrelated documents scores: the extreme-value distribution of Gumbel, whose location grows with
/// the logarithm of N.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// Where the best of one lies.
    pub location: f64,
    /// What each factor of e in documents adds.
    pub growth: f64,
    /// How wide it is spread.
    pub scale: f64,
}

impl Chance {
    /// How many widths a score lies above what the best of `documents` unrelated ones has.
    #[must_use]
    pub fn excess(self, score: f64, documents: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a logarithm of it is taken")]
        let expected = self.location + self.growth * (documents.max(1) as f64).ln();
        ((score - expected) / self.scale.max(f64::EPSILON)).clamp(NO_SIGN, MOST_SIGN)
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
}

/// What speaks for a moment, by channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signs {
    /// How far the meaning of what was said lies above chance, in widths.
    pub said_meaning: f64,
    /// The share of the query's words that was said, or stands in the title.
    pub said_words: f64,
    /// How far the meaning of what is written lies above chance.
    pub written_meaning: f64,
    /// The share of the query's words that is written.
    pub written_words: f64,
    /// How far the looks lie above chance.
    pub looks: f64,
    /// The share of the query's words among what a model sees.
    pub seen_words: f64,
    /// Words of the query, as a logarithm.
    pub query_words: f64,
}

impl Judge {
    /// Says of each moment what speaks for it and how likely it answers.
    pub fn judge(&self, moments: &mut [FoundMoment]) {
        for moment in moments {
            let signs = self.signs(moment);
            moment.confidence = Some(signs.confidence());
            moment.signs = Some(signs);
        }
    }

    fn signs(&self, moment: &FoundMoment) -> Signs {
        let texts = |channels: &'static [Channel]| {
            let of = move |hit: &&Hit| channels.contains(&hit.channel);
            moment
                .evidence
                .iter()
                .filter(of)
                .map(|hit| hit.text.as_str())
        };
        let seen = moment
            .evidence
            .iter()
            .flat_map(|hit| &hit.labels)
            .map(String::as_str);
        #[expect(clippy::cast_precision_loss, reason = "some words")]
        let query_words = (self.terms.len() as f64).ln_1p();
        Signs {
            said_meaning: self.excess(moment, Retriever::Meaning),
            said_words: self.terms.coverage(texts(&[
                Channel::Speech,
                Channel::Subtitle,
                Channel::Title,
            ])),
            written_meaning: self.excess(moment, Retriever::WrittenMeaning),
            written_words: self.terms.coverage(texts(&[Channel::ScreenText])),
            looks: self.excess(moment, Retriever::Looks),
            seen_words: self.terms.coverage(seen),
            query_words,
        }
    }

    fn excess(&self, moment: &FoundMoment, retriever: Retriever) -> f64 {
        let found = moment.found_by.get(&retriever);
        let chance = self.chances.get(&retriever);
        let (Some(found), Some(chance)) = (found, chance) else {
            return NO_SIGN;
        };
        let documents = retriever.channels().iter();
        let documents = documents
            .filter_map(|channel| self.documents.get(channel))
            .sum();
        chance.excess(found.score, documents)
    }
}

impl Signs {
    /// How likely the moment answers the query, 0 to 1: as its best channel says.
    ///
    /// The numbers are those of logistic regressions, fitted by `cargo xtask eval --fit` on one half of the queries of
    /// `samples/evaluation`; `docs/evaluation.md` checks them on the other.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        let said = -3.0 + 0.6 * self.said_meaning + 4.0 * self.said_words;
        let written = -3.0 + 0.4 * self.written_meaning + 5.0 * self.written_words;
        let shown = -3.0 + 0.8 * self.looks + 2.0 * self.seen_words;
        logistic(said.max(written).max(shown))
    }

    /// The signs by name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, f64); 7] {
        [
            ("said_meaning", self.said_meaning),
            ("said_words", self.said_words),
            ("written_meaning", self.written_meaning),
            ("written_words", self.written_words),
            ("looks", self.looks),
            ("seen_words", self.seen_words),
            ("query_words", self.query_words),
        ]
    }
}

fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}
