//! Everything that tables show, computed from the answers.

use super::asking::{MODES, Reply};
use super::baselines::{self, Length};
use super::chance::{self, Interval};
use super::metrics::{Measures, Score, mean};
use super::questions::{Half, Question, Suite};

/// Overlaps (intersection over union) from which on a moment is right.
pub const OVERLAPS: [f64; 2] = [0.3, 0.5];
/// Fused search is to rank so much better than the best channel alone.
pub const GAIN_WANTED: f64 = 1.05;
/// Of moments among the first so many it is told whether confidence lost them.
const LOST_DEPTH: usize = 10;

/// Queries, and how they fared.
pub struct Figures {
    /// All queries.
    pub questions: Vec<Question>,
    /// Of fused search, for each query.
    pub outcomes: Vec<Outcome>,
    /// For each mode, for each query, at each overlap.
    scores: Vec<Vec<[Score; 2]>>,
    /// Rows of what understands nothing, at each overlap.
    pub baselines: [(&'static str, [Measures; 2]); 3],
}

/// What fused search did with a query, beside ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// It stands for at least one moment.
    pub answered: bool,
    /// A right moment is among the first ten, and it stands for no right one.
    pub lost: bool,
}

/// Fused search beside the best channel alone.
pub struct Gain {
    /// The channel's name.
    pub channel: &'static str,
    /// Mean reciprocal rank of the channel.
    pub channel_mrr: f64,
    /// Mean reciprocal rank of fused search.
    pub fused_mrr: f64,
    /// Their difference or quotient.
    pub value: f64,
    /// Interval of `value`, over pairs.
    pub interval: Interval,
}

impl Figures {
    /// From the replies of each mode to each question; `lengths` are the videos in the order of upload.
    pub fn new(questions: Vec<Question>, replies: &[Vec<Reply>], lengths: &[Length]) -> Self {
        let scores = |replies: &Vec<Reply>| {
            let pairs = questions.iter().zip(replies);
            let score = |question: &Question, reply: &Reply| {
                OVERLAPS.map(|least| Score::of(&question.answers, &reply.ranked, least))
            };
            pairs
                .map(|(question, reply)| score(question, reply))
                .collect()
        };
        let fused = &replies[0];
        let pairs = questions.iter().zip(fused);
        Self {
            scores: replies.iter().map(scores).collect(),
            outcomes: pairs
                .map(|(question, reply)| Outcome::of(question, reply))
                .collect(),
            baselines: baselines(&questions, fused, lengths),
            questions,
        }
    }

    /// The queries that `is_meant` picks, by index.
    pub fn picked(&self, is_meant: impl Fn(&Question) -> bool) -> Vec<usize> {
        let questions = self.questions.iter().enumerate();
        questions
            .filter(|(_, question)| is_meant(question))
            .map(|(index, _)| index)
            .collect()
    }

    /// Queries that have an answer.
    pub fn answerable(&self) -> Vec<usize> {
        self.picked(|question| question.suite != Suite::None)
    }

    /// Queries of a suite.
    pub fn of_suite(&self, suite: Suite) -> Vec<usize> {
        self.picked(|question| question.suite == suite)
    }

    /// Queries of a half: those that have an answer, or those that have none.
    pub fn of_half(&self, half: Half, answerable: bool) -> Vec<usize> {
        self.picked(|question| {
            question.half == half && (question.suite != Suite::None) == answerable
        })
    }

    /// How a mode did on some queries, at one of the overlaps.
    pub fn measures(&self, mode: usize, picked: &[usize], overlap: usize) -> Measures {
        Measures::of(picked.iter().map(|index| self.score(mode, *index, overlap)))
    }

    /// How a mode did on one query.
    pub fn score(&self, mode: usize, question: usize, overlap: usize) -> &Score {
        &self.scores[mode][question][overlap]
    }

    /// Intervals of recall at 1 and of MRR.
    pub fn intervals(&self, mode: usize, picked: &[usize], overlap: usize) -> [Interval; 2] {
        let scores = || picked.iter().map(|index| self.score(mode, *index, overlap));
        let first: Vec<f64> = scores().map(|score| score.recall(1)).collect();
        let reciprocal: Vec<f64> = scores().map(Score::reciprocal_rank).collect();
        [chance::of_mean(&first), chance::of_mean(&reciprocal)]
    }

    /// Fused MRR divided by that of the channel that is best on these queries.
    pub fn gain(&self, picked: &[usize]) -> Gain {
        let best = self.best_channel(picked);
        let (fused, channel) = (self.ranks(0, picked), self.ranks(best, picked));
        Gain {
            value: mean(&fused) / mean(&channel),
            interval: chance::of_ratio(&fused, &channel),
            ..self.beside(best, picked)
        }
    }

    /// Fused MRR beside that of the channel that is best on these queries; `value` is what fused has more.
    pub fn lead(&self, picked: &[usize]) -> Gain {
        self.beside(self.best_channel(picked), picked)
    }

    /// How many of these queries have an outcome.
    pub fn count(&self, picked: &[usize], is_meant: impl Fn(Outcome) -> bool) -> usize {
        let outcomes = picked.iter().map(|index| self.outcomes[*index]);
        outcomes.filter(|outcome| is_meant(*outcome)).count()
    }

    /// The answerable queries that fused search ranks worst, with the first right rank; those without come first.
    pub fn worst(&self, most: usize) -> Vec<usize> {
        let rank = |index: &usize| self.score(0, *index, 0).first_right.unwrap_or(usize::MAX);
        let mut missed = self.answerable();
        missed.retain(|index| rank(index) > 1);
        missed.sort_by_key(|index| std::cmp::Reverse(rank(index)));
        missed.truncate(most);
        missed
    }

    /// The single channel that ranks a right moment best for a query, if any does.
    pub fn best_rank_alone(&self, question: usize) -> Option<(usize, &'static str)> {
        let ranks = (1..MODES.len()).filter_map(|mode| {
            let rank = self.score(mode, question, 0).first_right?;
            Some((rank, MODES[mode].name))
        });
        ranks.min_by_key(|(rank, _)| *rank)
    }

    fn beside(&self, channel: usize, picked: &[usize]) -> Gain {
        let (fused, alone) = (self.ranks(0, picked), self.ranks(channel, picked));
        let more: Vec<f64> = fused
            .iter()
            .zip(&alone)
            .map(|(one, other)| one - other)
            .collect();
        Gain {
            channel: MODES[channel].name,
            channel_mrr: mean(&alone),
            fused_mrr: mean(&fused),
            value: mean(&more),
            interval: chance::of_mean(&more),
        }
    }

    fn best_channel(&self, picked: &[usize]) -> usize {
        let mrr = |mode: usize| mean(&self.ranks(mode, picked));
        let modes = (1..MODES.len()).rev();
        modes
            .max_by(|one, other| mrr(*one).total_cmp(&mrr(*other)))
            .unwrap_or(1)
    }

    /// Reciprocal ranks at the lower overlap.
    fn ranks(&self, mode: usize, picked: &[usize]) -> Vec<f64> {
        let scores = picked.iter().map(|index| self.score(mode, *index, 0));
        scores.map(Score::reciprocal_rank).collect()
    }
}

impl Outcome {
    fn of(question: &Question, reply: &Reply) -> Self {
        let rank = |moments| Score::of(&question.answers, moments, OVERLAPS[0]).first_right;
        let is_near = rank(&reply.ranked).is_some_and(|rank| rank <= LOST_DEPTH);
        Self {
            answered: !reply.confident.is_empty(),
            lost: is_near && rank(&reply.confident).is_none(),
        }
    }
}

fn baselines(
    questions: &[Question],
    fused: &[Reply],
    lengths: &[Length],
) -> [(&'static str, [Measures; 2]); 3] {
    let pairs = questions.iter().zip(fused);
    let answerable: Vec<(&Question, &Reply)> = pairs
        .filter(|(question, _)| question.suite != Suite::None)
        .collect();
    let asked: Vec<&Question> = answerable.iter().map(|(question, _)| *question).collect();
    let starts = baselines::starts(lengths);
    let whole = OVERLAPS.map(|least| {
        let scores = answerable.iter().map(|(question, reply)| {
            let videos = baselines::whole_videos(&reply.ranked, lengths);
            Score::of(&question.answers, &videos, least)
        });
        Measures::of(&scores.collect::<Vec<_>>())
    });
    let position = OVERLAPS.map(|least| {
        let scores = asked
            .iter()
            .map(|question| Score::of(&question.answers, &starts, least));
        Measures::of(&scores.collect::<Vec<_>>())
    });
    let random = OVERLAPS.map(|least| Measures::of(&baselines::random(&asked, lengths, least)));
    [
        ("whole videos, as fused orders them", whole),
        ("first 10 s of each video", position),
        ("10 s drawn by chance", random),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::eval::questions::Stretch;

    fn at(video: &str, start_ms: u64) -> Stretch {
        Stretch {
            video: video.to_owned(),
            start_ms,
            end_ms: start_ms + 1000,
        }
    }

    fn question(id: &str, suite: Suite, answers: Vec<Vec<Stretch>>) -> Question {
        Question {
            id: id.to_owned(),
            query: id.to_owned(),
            suite,
            half: Half::A,
            answers,
        }
    }

    fn reply(confident: &[Stretch], nearest: &[Stretch]) -> Reply {
        Reply {
            confident: confident.to_vec(),
            ranked: [confident, nearest].concat(),
        }
    }

    fn figures() -> Figures {
        let right = at("a", 0);
        let questions = vec![
            question("q/0", Suite::Speech, vec![vec![right.clone()]]),
            question("q/1", Suite::Speech, vec![vec![right.clone()]]),
            question("q/2", Suite::None, vec![]),
        ];
        let nothing = || reply(&[], &[]);
        let replies = [
            vec![
                reply(&[at("a", 0)], &[]),
                reply(&[at("a", 5000)], &[at("a", 0)]),
                reply(&[at("a", 5000)], &[]),
            ],
            vec![nothing(), reply(&[right], &[]), nothing()],
            vec![nothing(), nothing(), nothing()],
            vec![nothing(), nothing(), nothing()],
            vec![nothing(), nothing(), nothing()],
        ];
        Figures::new(questions, &replies, &[("a".to_owned(), 60_000)])
    }

    #[test]
    fn fused_search_is_compared_with_the_best_channel() {
        let figures = figures();
        let picked = figures.answerable();
        assert_eq!(picked, [0, 1]);
        let gain = figures.gain(&picked);
        assert_eq!(gain.channel, "said");
        // 0.75 fused, 0.5 of what is said alone.
        assert!((gain.value - 1.5).abs() < 1e-9, "{}", gain.value);
        assert!((figures.lead(&picked).value - 0.25).abs() < 1e-9);
    }

    #[test]
    fn outcomes_are_told_apart() {
        let figures = figures();
        let lost = figures.count(&figures.answerable(), |outcome| outcome.lost);
        assert_eq!(lost, 1);
        let none = figures.of_suite(Suite::None);
        assert_eq!(figures.count(&none, |outcome| outcome.answered), 1);
        assert_eq!(figures.worst(15), [1]);
        assert_eq!(figures.best_rank_alone(1), Some((1, "said")));
        assert_eq!(figures.best_rank_alone(0), None);
    }
}
