//! Moments with the same content: an ident, an advertisement, a clip that is shown again.

use crate::{fusion::FoundMoment, hit::Hit};
use contracts::{VideoId, segments::Channel};
use std::collections::HashMap;

/// What was said is the same content from this many words on: "Thank you all" is said in many a video.
const MIN_WORDS: usize = 4;
/// Copies of a picture have cosines with a query that differ by less: they come through another encoding.
const SAME_SCORE: f64 = 1e-3;
/// Copies of a shot last the same but for this, in milliseconds: where a shot is cut depends on the frames that are
/// looked at.
const SAME_LENGTH_MS: u64 = 1_000;

/// Another place with the content of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The video.
    pub video_id: VideoId,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
}

/// Leaves the first of moments with the same content, which come best first, and lists the places of the others in
/// its `repeats`.
///
/// Content is the same where the same words were said (four at least, whatever their case and punctuation), or where
/// nothing was said or written and shots look alike. `every_in_video`: whether each place of one video counts, as for
/// a quoted phrase, whose every occurrence is asked for.
#[must_use]
pub fn collapse_repeats(moments: Vec<FoundMoment>, every_in_video: bool) -> Vec<FoundMoment> {
    let mut kept: Vec<(Content, FoundMoment)> = Vec::with_capacity(moments.len());
    for moment in moments {
        let content = content(&moment);
        let first = kept.iter_mut().find(|(known, first)| {
            let counts = every_in_video && first.video_id == moment.video_id;
            !counts && known.is_same(&content)
        });
        match first {
            Some((_, first)) => {
                first.repeats.push(Occurrence {
                    video_id: moment.video_id,
                    start_ms: moment.start_ms,
                    end_ms: moment.end_ms,
                });
                first.repeats.extend(moment.repeats);
            }
            None => kept.push((content, moment)),
        }
    }
    kept.into_iter().map(|(_, moment)| moment).collect()
}

/// The first moments of each video, `most` at most, in the order in which they come.
#[must_use]
pub fn at_most_per_video(moments: Vec<FoundMoment>, most: usize) -> Vec<FoundMoment> {
    let mut counts: HashMap<VideoId, usize> = HashMap::new();
    let mut moments = moments;
    moments.retain(|moment| {
        let count = counts.entry(moment.video_id.clone()).or_default();
        *count += 1;
        *count <= most
    });
    moments
}

/// What a moment is compared by.
enum Content {
    /// The words that were said, in lower case.
    Words(String),
    /// Its shots.
    Looks(Vec<Look>),
    /// Nothing that says enough.
    Unknown,
}

struct Look {
    labels: Vec<String>,
    score: f64,
    length_ms: u64,
}

fn content(moment: &FoundMoment) -> Content {
    let evidence = || {
        moment
            .evidence
            .iter()
            .filter(|hit| hit.channel != Channel::Title)
    };
    let words: Vec<String> = evidence()
        .filter(|hit| hit.is_spoken())
        .flat_map(|hit| {
            hit.text
                .split(|character: char| !character.is_alphanumeric())
        })
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.len() >= MIN_WORDS {
        return Content::Words(words.join(" "));
    }
    // A picture whose labels nobody knows is compared by nothing but its score, which others have by chance.
    let is_look = |hit: &Hit| hit.channel == Channel::Visual && !hit.labels.is_empty();
    if evidence().next().is_none() || !evidence().all(is_look) {
        return Content::Unknown;
    }
    Content::Looks(evidence().map(look).collect())
}

fn look(hit: &Hit) -> Look {
    Look {
        labels: hit.labels.clone(),
        score: hit.score,
        length_ms: hit.end_ms - hit.start_ms,
    }
}

impl Content {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Words(left), Self::Words(right)) => left == right,
            (Self::Looks(left), Self::Looks(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(right)
                        .all(|(left, right)| left.is_like(right))
            }
            _ => false,
        }
    }
}

impl Look {
    fn is_like(&self, other: &Self) -> bool {
        self.labels == other.labels
            && (self.score - other.score).abs() <= SAME_SCORE
            && self.length_ms.abs_diff(other.length_ms) <= SAME_LENGTH_MS
    }
}

#[cfg(test)]
mod tests;
