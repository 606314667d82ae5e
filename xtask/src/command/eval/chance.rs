//! How far a figure may be off, since the queries are a sample of all that might be asked; and chance itself.

use super::metrics::mean;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;
/// The same on every run, so that the same answers give the same intervals.
const SEED: u64 = 20_261_126;
/// Standard deviations on each side that hold 95 % of a normal distribution.
const DEVIATIONS: f64 = 1.959_964;

/// From where to where a figure lies with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Random numbers (SplitMix64), the same for the same seed everywhere.
pub struct Random(u64);

impl Random {
    /// Starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, which is not 0. Some numbers are likelier than others by `bound` in 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Bootstrap interval of the mean.
pub fn of_mean(values: &[f64]) -> Interval {
    bootstrap(values.len(), |drawn| {
        sum(values, drawn) / drawn.len() as f64
    })
}

/// Bootstrap interval of the quotient of two means, of which each query has a value in both.
pub fn of_ratio(values: &[f64], divisors: &[f64]) -> Interval {
    bootstrap(values.len(), |drawn| {
        // Where every divisor drawn is 0 the quotient says nothing; it is left out of either end by being the middle.
        match sum(divisors, drawn) {
            0.0 => mean(values) / mean(divisors),
            divisor => sum(values, drawn) / divisor,
        }
    })
}

/// Wilson interval of a share, `count` of `of`; all of 0 to 1 of nothing.
pub fn of_share(count: usize, of: usize) -> Interval {
    if of == 0 {
        return Interval {
            low: 0.0,
            high: 1.0,
        };
    }
    let (count, of) = (count as f64, of as f64);
    let square = DEVIATIONS * DEVIATIONS;
    let middle = (count + square / 2.0) / (of + square);
    let half = DEVIATIONS / (of + square) * (count * (of - count) / of + square / 4.0).sqrt();
    Interval {
        low: (middle - half).max(0.0),
        high: (middle + half).min(1.0),
    }
}

fn sum(values: &[f64], drawn: &[usize]) -> f64 {
    drawn.iter().map(|index| values[*index]).sum()
}

/// The middle 95 % of what `statistic` says of queries drawn with replacement; `count` is how many there are.
fn bootstrap(count: usize, statistic: impl Fn(&[usize]) -> f64) -> Interval {
    if count == 0 {
        return Interval {
            low: 0.0,
            high: 0.0,
        };
    }
    let mut random = Random::new(SEED);
    let mut drawn = vec![0; count];
    let mut values: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            drawn.fill_with(|| random.below(count as u64) as usize);
            statistic(&drawn)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    Interval {
        low: values[RESAMPLES / 40],
        high: values[RESAMPLES - 1 - RESAMPLES / 40],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_are_those_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.below(u64::MAX), 6_457_827_717_110_365_317);
        assert_eq!(random.below(u64::MAX), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_share_has_the_interval_of_wilson() {
        let check = |count, of, low: f64, high: f64| {
            let interval = of_share(count, of);
            let is_close = (interval.low - low).abs() < 5e-4 && (interval.high - high).abs() < 5e-4;
            assert!(is_close, "{count} of {of}: {interval:?}");
        };
        check(0, 10, 0.0, 0.2775);
        check(5, 10, 0.2366, 0.7634);
        check(10, 10, 0.7225, 1.0);
        check(1, 100, 0.0018, 0.0545);
        check(0, 0, 0.0, 1.0);
    }

    #[test]
    fn a_bootstrap_is_repeatable_and_around_the_mean() {
        let values: Vec<f64> = (0..100).map(|index| f64::from(index % 2)).collect();
        let interval = of_mean(&values);
        assert_eq!(interval, of_mean(&values));
        // The standard error is 0.05, two of which lie on each side.
        assert!((interval.low - 0.4).abs() < 0.03 && (interval.high - 0.6).abs() < 0.03);
        let same = of_mean(&[0.25; 8]);
        assert_eq!((same.low, same.high), (0.25, 0.25));
    }

    #[test]
    fn a_ratio_is_taken_over_pairs() {
        // Each value is twice its divisor, so that every resample says 2.
        let interval = of_ratio(&[0.2, 1.0, 0.0], &[0.1, 0.5, 0.0]);
        assert!((interval.low - 2.0).abs() < 1e-9 && (interval.high - 2.0).abs() < 1e-9);
    }
}
