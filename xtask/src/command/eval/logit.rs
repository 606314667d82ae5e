//! A choice among moments, and the weights of signs that make the right choices likeliest.
//!
//! The log-odds of a moment against the possibility that nothing answers are a weighted sum of its signs
//! (`moments::Signs`) and a bias; the fit makes the right choices as likely as can be (a conditional logit), with a
//! small penalty on weights that are far from those expected.

const STEPS: usize = 20_000;
const STEP: f64 = 0.05;

/// The moments of a query.
pub struct Choice {
    /// For each moment its signs, and whether it is right.
    pub moments: Vec<(Vec<f64>, bool)>,
}

/// Whether a query may have no answer at all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// It may: where no moment is right, nothing is, and a bias is fitted.
    Nothing,
    /// It may not: the bias stays 0.
    Never,
}

/// What weights are expected to be, and how strongly they are held there.
pub struct Expected {
    /// Of the signs, without a bias.
    pub weights: Vec<f64>,
    /// Against the mean over the queries.
    pub penalty: f64,
}

/// The weights of the signs, the bias last.
pub fn fitted(choices: &[&Choice], expected: &Expected, outside: Outside) -> Vec<f64> {
    let signs = expected.weights.len();
    let mut weights = vec![0.0; signs + 1];
    let (mut mean, mut square) = (weights.clone(), weights.clone());
    for step in 1..=STEPS {
        let mut slope = vec![0.0; weights.len()];
        for choice in choices {
            choice.add_slope(&weights, outside, &mut slope);
        }
        for (position, slope) in slope.iter_mut().enumerate() {
            *slope /= count(choices.len());
            if position < signs {
                *slope += 2.0 * expected.penalty * (weights[position] - expected.weights[position]);
            }
        }
        if outside == Outside::Never {
            slope[signs] = 0.0;
        }
        adam(&mut weights, &slope, &mut mean, &mut square, step);
    }
    weights
}

/// One step of Adam (Kingma and Ba 2015), its width falling to nothing.
fn adam(weights: &mut [f64], slope: &[f64], mean: &mut [f64], square: &mut [f64], step: usize) {
    let width = STEP * (1.0 - count(step) / count(STEPS + 1));
    for position in 0..weights.len() {
        mean[position] = 0.9 * mean[position] + 0.1 * slope[position];
        square[position] = 0.999 * square[position] + 0.001 * slope[position] * slope[position];
        let step = i32::try_from(step).unwrap_or(i32::MAX);
        let unbiased = mean[position] / (1.0 - 0.9_f64.powi(step));
        let spread = (square[position] / (1.0 - 0.999_f64.powi(step))).sqrt();
        weights[position] -= width * unbiased / (spread + 1e-8);
    }
}

impl Choice {
    /// Whether any moment is right.
    pub fn has_right(&self) -> bool {
        self.moments.iter().any(|(_, is_right)| *is_right)
    }

    /// Adds the slope of the negative log-likelihood of the right choice.
    fn add_slope(&self, weights: &[f64], outside: Outside, slope: &mut [f64]) {
        let odds: Vec<f64> = self
            .moments
            .iter()
            .map(|(signs, _)| log_odds(signs, weights).exp())
            .collect();
        let nothing = match outside {
            Outside::Nothing => 1.0,
            Outside::Never => 0.0,
        };
        let all = nothing + odds.iter().sum::<f64>();
        let right: f64 = odds
            .iter()
            .zip(&self.moments)
            .filter(|(_, (_, is_right))| *is_right)
            .map(|(odds, _)| odds)
            .sum();
        for (odds, (signs, is_right)) in odds.iter().zip(&self.moments) {
            let wanted = if *is_right { odds / right } else { 0.0 };
            let pull = odds / all - wanted;
            for (slope, sign) in slope.iter_mut().zip(signs.iter().chain([&1.0])) {
                *slope += pull * sign;
            }
        }
    }

    /// Log-odds of the moments, best first, with whether each is right.
    pub fn ranked(&self, weights: &[f64]) -> Vec<(f64, bool)> {
        let moments = self.moments.iter();
        let mut ranked: Vec<(f64, bool)> = moments
            .map(|(signs, is_right)| (log_odds(signs, weights), *is_right))
            .collect();
        ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
        ranked
    }
}

/// Of these signs with these weights, whose last is the bias.
pub fn log_odds(signs: &[f64], weights: &[f64]) -> f64 {
    signs
        .iter()
        .chain([&1.0])
        .zip(weights)
        .map(|(sign, weight)| sign * weight)
        .sum()
}

/// A number of queries or steps.
#[expect(clippy::cast_precision_loss, reason = "some thousands at most")]
pub fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(moments: &[(f64, bool)]) -> Choice {
        let moments = moments
            .iter()
            .map(|(sign, is_right)| (vec![*sign], *is_right));
        Choice {
            moments: moments.collect(),
        }
    }

    /// Nothing is expected of the one sign.
    fn open() -> Expected {
        Expected {
            weights: vec![0.0],
            penalty: 0.003,
        }
    }

    #[test]
    fn what_tells_right_from_wrong_gets_a_weight_and_nothing_a_bias() {
        let mut choices = Vec::new();
        for _ in 0..20 {
            choices.push(choice(&[(4.0, true), (1.0, false), (0.0, false)]));
            choices.push(choice(&[(1.0, false), (0.5, false)]));
        }
        let choices: Vec<&Choice> = choices.iter().collect();
        let weights = fitted(&choices, &open(), Outside::Nothing);
        assert!(weights[0] > 0.5 && weights[1] < -1.0, "{weights:?}");
        assert!(log_odds(&[4.0], &weights) > 0.0 && log_odds(&[1.0], &weights) < 0.0);
    }

    #[test]
    fn without_a_way_out_there_is_no_bias() {
        let choices = [choice(&[(4.0, true), (1.0, false)])];
        let choices: Vec<&Choice> = choices.iter().collect();
        let weights = fitted(&choices, &open(), Outside::Never);
        assert!(weights[0] > 0.5 && weights[1].abs() < 1e-12, "{weights:?}");
    }

    #[test]
    fn what_is_expected_stays_where_little_speaks_against_it() {
        let expected = Expected {
            weights: vec![2.0],
            penalty: 10.0,
        };
        let against = choice(&[(0.0, true), (1.0, false)]);
        let weights = fitted(&[&against], &expected, Outside::Never);
        assert!(weights[0] > 1.9 && weights[0] < 2.0, "{weights:?}");
    }
}
