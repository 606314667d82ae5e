//! What a retriever found.

use crate::confidence::Chance;
use contracts::{
    Generation, VideoId,
    segments::{Channel, SegmentDocument},
};

/// A way of looking. Each ranks what it finds by a score that only it can compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Retriever {
    /// Words of titles, by BM25.
    TitleWords,
    /// Words that were said, by BM25.
    Words,
    /// Meaning of words that were said, by cosine.
    Meaning,
    /// Words written in the picture, by BM25.
    WrittenWords,
    /// Meaning of words written in the picture, by cosine.
    WrittenMeaning,
    /// Looks of the picture, by cosine.
    Looks,
}

impl Retriever {
    /// Every retriever, in the order of their declaration.
    pub const ALL: &[Self] = &[
        Self::TitleWords,
        Self::Words,
        Self::Meaning,
        Self::WrittenWords,
        Self::WrittenMeaning,
        Self::Looks,
    ];

    /// The retriever as it stands in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TitleWords => "title-words",
            Self::Words => "words",
            Self::Meaning => "meaning",
            Self::WrittenWords => "written-words",
            Self::WrittenMeaning => "written-meaning",
            Self::Looks => "looks",
        }
    }

    /// The channels whose documents it ranks.
    #[must_use]
    pub const fn channels(self) -> &'static [Channel] {
        match self {
            Self::TitleWords => &[Channel::Title],
            Self::Words | Self::Meaning => &[Channel::Speech, Channel::Subtitle],
            Self::WrittenWords | Self::WrittenMeaning => &[Channel::ScreenText],
            Self::Looks => &[Channel::Visual],
        }
    }
}

/// What a model's cosines say: below `floor` nothing, from `sure` on that the two belong together, and in between
/// the more the higher.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relevance {
    /// Up to here a hit is chance.
    pub floor: f64,
    /// From here on it is none.
    pub sure: f64,
    /// What the best of N unrelated documents scores, where that is known.
    pub chance: Option<Chance>,
}

impl Relevance {
    /// How much a hit of this score counts, 0 to 1.
    #[must_use]
    pub fn share(self, score: f64) -> f64 {
        let width = (self.sure - self.floor).max(f64::EPSILON);
        ((score - self.floor) / width).clamp(0.0, 1.0)
    }

    /// How much a hit of this score counts where it may be that only the order of scores says something.
    pub(crate) fn of(known: Option<Self>, score: f64) -> f64 {
        known.map_or(1.0, |relevance| relevance.share(score))
    }
}

/// One document of the index, as a retriever found it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The document's `_id`.
    pub id: String,
    /// The video.
    pub video_id: VideoId,
    /// Which indexing of it.
    pub generation: Generation,
    /// The chunk it came from; `None` for a title.
    pub chunk: Option<u32>,
    /// Where the evidence lies.
    pub channel: Channel,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// The words.
    pub text: String,
    /// What a model sees in the picture, where it has words for it.
    pub labels: Vec<String>,
    /// Small picture in the derived bucket.
    pub thumbnail_key: Option<String>,
    /// Its place in the retriever's list, from 1.
    pub rank: usize,
    /// The retriever's own score: the larger the better.
    pub score: f64,
}

impl Hit {
    /// A document at a rank.
    pub(crate) fn new(id: &str, document: &SegmentDocument, rank: usize, score: f64) -> Self {
        Self {
            id: id.to_owned(),
            video_id: document.video_id.clone(),
            generation: document.generation,
            chunk: document.chunk,
            channel: document.channel,
            start_ms: document.start_ms,
            end_ms: document.end_ms,
            text: document.text.clone().unwrap_or_default(),
            labels: document.labels.clone(),
            thumbnail_key: document.thumbnail_key.clone(),
            rank,
            score,
        }
    }

    /// Whether its words were said, as heard or as subtitles have them.
    pub(crate) fn is_spoken(&self) -> bool {
        matches!(self.channel, Channel::Speech | Channel::Subtitle)
    }
}

/// What was read of all that one retriever found, best first.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedHits {
    /// The retriever.
    pub retriever: Retriever,
    /// What its scores say; `None` where only their order says something.
    pub relevance: Option<Relevance>,
    /// Its hits.
    pub hits: Vec<Hit>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_counts_from_the_floor_on_and_fully_where_it_is_sure() {
        let relevance = Relevance {
            floor: 0.5,
            sure: 0.75,
            chance: None,
        };
        for (score, expected) in [
            (0.2, 0.0),
            (0.5, 0.0),
            (0.625, 0.5),
            (0.75, 1.0),
            (0.9, 1.0),
        ] {
            assert!((relevance.share(score) - expected).abs() < 1e-9, "{score}");
        }
    }
}
