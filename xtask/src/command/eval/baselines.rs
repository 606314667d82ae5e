//! Rankings that understand nothing, to compare with.

use super::chance::Random;
use super::metrics::Score;
use super::questions::{Question, Stretch};

/// Length of a moment that is guessed.
const WINDOW_MS: u64 = 10_000;
/// How often all queries are guessed at.
const DRAWS: u64 = 100;
/// Moments of a guess, as many as an answer has at most.
const MOMENTS: usize = 50;

/// A video by name and length in milliseconds.
pub type Length = (String, u64);

/// The videos of a ranking, whole, in the order of their best moment.
pub fn whole_videos(ranked: &[Stretch], lengths: &[Length]) -> Vec<Stretch> {
    let mut videos: Vec<Stretch> = Vec::new();
    for moment in ranked {
        let known = lengths.iter().find(|(video, _)| *video == moment.video);
        if let Some((video, length_ms)) = known
            && videos.iter().all(|earlier| earlier.video != *video)
        {
            videos.push(from_start(video, *length_ms));
        }
    }
    videos
}

/// The start of each video, in the order in which they were uploaded.
pub fn starts(lengths: &[Length]) -> Vec<Stretch> {
    let starts = lengths.iter();
    starts
        .map(|(video, length_ms)| from_start(video, WINDOW_MS.min(*length_ms)))
        .collect()
}

/// How windows fare that are drawn anywhere in all videos; every draw of every query, so that means over them are
/// what chance may expect.
pub fn random(questions: &[&Question], lengths: &[Length], least_overlap: f64) -> Vec<Score> {
    let mut scores = Vec::new();
    for draw in 0..DRAWS {
        let mut random = Random::new(draw);
        for question in questions {
            let ranked: Vec<Stretch> = (0..MOMENTS).map(|_| window(&mut random, lengths)).collect();
            scores.push(Score::of(&question.answers, &ranked, least_overlap));
        }
    }
    scores
}

/// A window that starts anywhere, every start being as likely.
fn window(random: &mut Random, lengths: &[Length]) -> Stretch {
    let starts_of = |length_ms: &u64| length_ms.saturating_sub(WINDOW_MS) + 1;
    let all = lengths
        .iter()
        .map(|(_, length_ms)| starts_of(length_ms))
        .sum();
    let mut start_ms = random.below(all);
    for (video, length_ms) in lengths {
        if start_ms < starts_of(length_ms) {
            return Stretch {
                video: video.clone(),
                start_ms,
                end_ms: (start_ms + WINDOW_MS).min(*length_ms),
            };
        }
        start_ms -= starts_of(length_ms);
    }
    unreachable!("the number is below the sum of what is taken from it")
}

fn from_start(video: &str, end_ms: u64) -> Stretch {
    Stretch {
        video: video.to_owned(),
        start_ms: 0,
        end_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths() -> Vec<Length> {
        vec![("a".to_owned(), 60_000), ("b".to_owned(), 5000)]
    }

    fn at(video: &str, start_ms: u64, end_ms: u64) -> Stretch {
        Stretch {
            start_ms,
            ..from_start(video, end_ms)
        }
    }

    #[test]
    fn whole_videos_come_in_the_order_of_their_best_moment() {
        let ranked = [at("b", 1, 2), at("a", 5, 9), at("b", 3, 4), at("?", 0, 1)];
        let whole = whole_videos(&ranked, &lengths());
        assert_eq!(whole, [at("b", 0, 5000), at("a", 0, 60_000)]);
    }

    #[test]
    fn starts_are_no_longer_than_their_video() {
        assert_eq!(starts(&lengths()), [at("a", 0, 10_000), at("b", 0, 5000)]);
    }

    #[test]
    fn windows_lie_inside_videos_and_reach_all_of_them() {
        let mut random = Random::new(1);
        let lengths = [("a".to_owned(), 10_001), ("b".to_owned(), 5000)];
        let mut seen = Vec::new();
        for _ in 0..100 {
            let window = window(&mut random, &lengths);
            if !seen.contains(&window) {
                seen.push(window);
            }
        }
        seen.sort_by_key(|window| (window.video.clone(), window.start_ms));
        let expected = [at("a", 0, 10_000), at("a", 1, 10_001), at("b", 0, 5000)];
        assert_eq!(seen, expected);
    }
}
