//! How good a ranking is: pure functions of what was found and what is right.

use super::questions::Stretch;
use crate::command::overlap::overlap;

/// Ranks that nDCG looks at.
const DEPTH: usize = 10;

/// How one query fared in one ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Rank of the first right moment, from 1; none where no moment is right.
    pub first_right: Option<usize>,
    /// Discounted gain of the first ten moments, 1 for the best that is possible.
    pub ndcg: f64,
    /// How far the first moment starts and ends from the true place, where it is right.
    pub off_by_ms: Option<[u64; 2]>,
}

/// Means over queries; all are 0 of no queries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Share of queries with a right moment among the first, the first 5 and the first 10.
    pub recall: [f64; 3],
    /// Mean reciprocal rank of the first right moment.
    pub mrr: f64,
    /// Mean nDCG at 10.
    pub ndcg: f64,
    /// Medians of how far right first moments start and end from the true place.
    pub off_by_ms: Option<[f64; 2]>,
}

impl Score {
    /// Judges a ranking, best first. A moment is right where its overlap with a place of an answer is at least
    /// `least_overlap`; an answer that is found twice counts once.
    pub fn of(answers: &[Vec<Stretch>], ranked: &[Stretch], least_overlap: f64) -> Self {
        let mut found = vec![false; answers.len()];
        let (mut first_right, mut gain) = (None, 0.0);
        for (index, moment) in ranked.iter().enumerate() {
            let is_hit = |answer: &Vec<Stretch>| best(answer, moment).1 >= least_overlap;
            if first_right.is_none() && answers.iter().any(is_hit) {
                first_right = Some(index + 1);
            }
            let new =
                (0..answers.len()).find(|answer| !found[*answer] && is_hit(&answers[*answer]));
            if let (Some(answer), true) = (new, index < DEPTH) {
                found[answer] = true;
                gain += discount(index + 1);
            }
        }
        let ideal: f64 = (1..=answers.len().min(DEPTH)).map(discount).sum();
        let first = ranked.first().filter(|_| first_right == Some(1));
        Self {
            first_right,
            ndcg: if ideal > 0.0 { gain / ideal } else { 0.0 },
            off_by_ms: first.and_then(|moment| off_by_ms(answers, moment)),
        }
    }

    /// 1 divided by the first right rank; 0 where there is none.
    pub fn reciprocal_rank(&self) -> f64 {
        self.first_right.map_or(0.0, |rank| 1.0 / rank as f64)
    }

    /// 1 where a right moment is among the first `depth`, else 0.
    pub fn recall(&self, depth: usize) -> f64 {
        f64::from(self.first_right.is_some_and(|rank| rank <= depth))
    }
}

impl Measures {
    /// Of these queries.
    pub fn of<'a>(scores: impl IntoIterator<Item = &'a Score>) -> Self {
        let scores: Vec<&Score> = scores.into_iter().collect();
        let average = |value: &dyn Fn(&Score) -> f64| {
            let values: Vec<f64> = scores.iter().map(|score| value(score)).collect();
            mean(&values)
        };
        let off = |end: usize| {
            let values = scores.iter().filter_map(|score| score.off_by_ms);
            median(values.map(|off_by_ms| off_by_ms[end] as f64).collect())
        };
        Self {
            recall: [1, 5, 10].map(|depth| average(&|score| score.recall(depth))),
            mrr: average(&Score::reciprocal_rank),
            ndcg: average(&|score| score.ndcg),
            off_by_ms: off(0).zip(off(1)).map(|(start, end)| [start, end]),
        }
    }
}

/// The mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

fn discount(rank: usize) -> f64 {
    1.0 / (rank as f64 + 1.0).log2()
}

/// The place of an answer that a moment overlaps most, and how much (intersection over union).
fn best<'a>(answer: &'a [Stretch], moment: &Stretch) -> (Option<&'a Stretch>, f64) {
    let mut best = (None, 0.0);
    for place in answer.iter().filter(|place| place.video == moment.video) {
        let shared = overlap(
            (place.start_ms, place.end_ms),
            (moment.start_ms, moment.end_ms),
        );
        if shared > best.1 {
            best = (Some(place), shared);
        }
    }
    best
}

fn off_by_ms(answers: &[Vec<Stretch>], moment: &Stretch) -> Option<[u64; 2]> {
    let places = answers.iter().map(|answer| best(answer, moment));
    let (place, _) = places.max_by(|one, other| one.1.total_cmp(&other.1))?;
    let place = place?;
    Some([
        place.start_ms.abs_diff(moment.start_ms),
        place.end_ms.abs_diff(moment.end_ms),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(video: &str, start_ms: u64, end_ms: u64) -> Stretch {
        Stretch {
            video: video.to_owned(),
            start_ms,
            end_ms,
        }
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    fn check(answers: &[Vec<Stretch>], ranked: &[Stretch], first_right: Option<usize>, ndcg: f64) {
        let score = Score::of(answers, ranked, 0.3);
        assert_eq!(score.first_right, first_right, "{ranked:?}");
        assert!(close(score.ndcg, ndcg), "{} for {ranked:?}", score.ndcg);
    }

    #[test]
    fn the_first_right_moment_counts() {
        let answers = [vec![at("v", 0, 10)]];
        check(&answers, &[at("v", 0, 10)], Some(1), 1.0);
        check(&answers, &[at("w", 0, 10)], None, 0.0);
        check(&answers, &[], None, 0.0);
        let second = [at("w", 0, 10), at("v", 0, 9)];
        // 1 / log2(3), and the ideal is 1.
        check(&answers, &second, Some(2), 0.630_929_753_571_457_4);
    }

    #[test]
    fn ndcg_is_as_computed_by_hand() {
        // Three answers; right are ranks 1, 3 and, the first answer again, 4: gain 1 + 1/2.
        // Ideal: 1 + 0.63093 + 0.5 = 2.13093. 1.5 / 2.13093 = 0.70392.
        let answers = [
            vec![at("v", 0, 10)],
            vec![at("v", 50, 60)],
            vec![at("v", 90, 99)],
        ];
        let ranked = [
            at("v", 0, 10),
            at("v", 20, 30),
            at("v", 50, 60),
            at("v", 0, 9),
        ];
        let score = Score::of(&answers, &ranked, 0.3);
        assert!((score.ndcg - 0.703_92).abs() < 5e-6, "{}", score.ndcg);
    }

    #[test]
    fn any_place_of_an_answer_is_right_and_the_answer_counts_once() {
        let answers = [vec![at("v", 0, 10), at("w", 100, 110)]];
        check(&answers, &[at("w", 100, 110), at("v", 0, 10)], Some(1), 1.0);
    }

    #[test]
    fn what_comes_after_ten_gains_nothing_but_has_a_rank() {
        let answers = [vec![at("v", 0, 10)]];
        let mut ranked = vec![at("w", 0, 10); 10];
        ranked.push(at("v", 0, 10));
        check(&answers, &ranked, Some(11), 0.0);
    }

    #[test]
    fn the_overlap_that_is_asked_for_decides() {
        let answers = [vec![at("v", 0, 10)]];
        let ranked = [at("v", 6, 10), at("v", 0, 6)];
        assert_eq!(Score::of(&answers, &ranked, 0.3).first_right, Some(1));
        assert_eq!(Score::of(&answers, &ranked, 0.5).first_right, Some(2));
        assert_eq!(Score::of(&answers, &ranked, 0.7).first_right, None);
    }

    #[test]
    fn distances_are_those_of_a_right_first_moment() {
        let answers = [vec![at("v", 0, 10), at("v", 100, 120)]];
        let off = |ranked: &[Stretch]| Score::of(&answers, ranked, 0.3).off_by_ms;
        assert_eq!(off(&[at("v", 103, 119)]), Some([3, 1]));
        assert_eq!(off(&[at("v", 50, 60), at("v", 0, 10)]), None);
    }

    #[test]
    fn means_and_medians_are_over_queries() {
        let score = |first_right, off_by_ms| Score {
            first_right,
            ndcg: 0.5,
            off_by_ms,
        };
        let scores = [
            score(Some(1), Some([100, 0])),
            score(Some(1), Some([300, 10])),
            score(Some(8), None),
            score(None, None),
        ];
        let measures = Measures::of(&scores);
        assert_eq!(measures.recall, [0.5, 0.5, 0.75]);
        assert!(close(measures.mrr, 2.125 / 4.0) && close(measures.ndcg, 0.5));
        assert_eq!(measures.off_by_ms, Some([200.0, 5.0]));
        let of_nothing = Measures::of(&[]);
        assert_eq!(of_nothing.off_by_ms, None);
        assert!(close(of_nothing.mrr, 0.0));
    }
}
