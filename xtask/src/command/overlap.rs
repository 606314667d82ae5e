//! How much two stretches of time have in common.

/// Intersection over union of two stretches of time, each `[from, to)`; 0 where one is empty.
pub fn overlap(one: (u64, u64), other: (u64, u64)) -> f64 {
    let length_ms = |(from, to): (u64, u64)| to.saturating_sub(from);
    let shared_ms = length_ms((one.0.max(other.0), one.1.min(other.1)));
    let covered_ms = length_ms(one) + length_ms(other) - shared_ms;
    if covered_ms == 0 {
        return 0.0;
    }
    shared_ms as f64 / covered_ms as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_of_empty_and_separate_stretches_are_nothing() {
        assert!(overlap((5, 5), (5, 5)).abs() < f64::EPSILON);
        assert!(overlap((0, 5), (5, 10)).abs() < f64::EPSILON);
        assert!((overlap((0, 10), (5, 15)) - 1.0 / 3.0).abs() < 1e-9);
    }
}
