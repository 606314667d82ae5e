//! Which tokens may come next, as in openai/whisper's `decoding.py`.

use super::files::ModelFiles;

/// Rules of one model.
#[derive(Debug)]
pub(crate) struct Rules {
    suppressed: Vec<u32>,
    suppressed_first: Vec<u32>,
    end: usize,
    no_timestamps: usize,
    /// The token for 0 s; all that follow are times.
    first_timestamp: usize,
    max_first_timestamp: usize,
}

impl Rules {
    pub(crate) fn new(files: &ModelFiles) -> Self {
        Self {
            suppressed: files.suppressed.clone(),
            suppressed_first: files.suppressed_first.clone(),
            end: files.special.end as usize,
            no_timestamps: files.special.no_timestamps as usize,
            first_timestamp: files.special.first_timestamp() as usize,
            max_first_timestamp: files.max_first_timestamp as usize,
        }
    }

    /// Sets the logits `[vocabulary]` of everything that may not follow `written` to minus infinity.
    pub(crate) fn apply(&self, logits: &mut [f32], written: &[u32], timestamps: bool) {
        forbid_each(logits, &self.suppressed);
        if written.is_empty() {
            forbid_each(logits, &self.suppressed_first);
        }
        if timestamps {
            forbid(logits, self.no_timestamps, self.no_timestamps + 1);
            self.apply_times(logits, written);
        } else {
            forbid(logits, self.no_timestamps, logits.len());
        }
    }

    /// Times come in pairs, except before the end; they never run backwards; the first token is one, of the first
    /// second; and where a time is likelier than every text, it is a time.
    fn apply_times(&self, logits: &mut [f32], written: &[u32]) {
        let is_time = |token: &u32| *token as usize >= self.first_timestamp;
        if let Some(last) = written.last() {
            let after_time = is_time(last);
            let after_pair = written.len() < 2 || is_time(&written[written.len() - 2]);
            match (after_time, after_pair) {
                (true, true) => forbid(logits, self.first_timestamp, logits.len()),
                (true, false) => forbid(logits, 0, self.end),
                (false, _) => {}
            }
            if let Some(latest) = written.iter().rev().find(|token| is_time(token)) {
                // A stretch has some length; the one that begins where another ended may share its time.
                let may_repeat = after_time && !after_pair;
                let earliest = *latest as usize + usize::from(!may_repeat);
                forbid(logits, self.first_timestamp, earliest);
            }
        } else {
            forbid(logits, 0, self.first_timestamp);
            let latest = self.first_timestamp + self.max_first_timestamp;
            forbid(logits, latest + 1, logits.len());
        }
        let (texts, times) = logits.split_at(self.first_timestamp.min(logits.len()));
        if log_sum_exp(times) > maximum(texts) {
            forbid(logits, 0, self.first_timestamp);
        }
    }
}

fn forbid_each(logits: &mut [f32], tokens: &[u32]) {
    for token in tokens {
        forbid(logits, *token as usize, *token as usize + 1);
    }
}

fn forbid(logits: &mut [f32], from: usize, to: usize) {
    let to = to.min(logits.len());
    if from < to {
        logits[from..to].fill(f32::NEG_INFINITY);
    }
}

/// The largest value; minus infinity where there is none.
pub(crate) fn maximum(values: &[f32]) -> f32 {
    values.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

/// The logarithm of the sum of exponentials.
pub(crate) fn log_sum_exp(values: &[f32]) -> f32 {
    let top = maximum(values);
    if top == f32::NEG_INFINITY {
        return top;
    }
    top + values
        .iter()
        .map(|value| (value - top).exp())
        .sum::<f32>()
        .ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts are 0 to 3, then the end, no-timestamps, and times from 6 on.
    fn rules() -> Rules {
        Rules {
            suppressed: vec![3],
            suppressed_first: vec![2, 4],
            end: 4,
            no_timestamps: 5,
            first_timestamp: 6,
            max_first_timestamp: 2,
        }
    }

    /// Every text is likelier than the times; `expected` are the tokens that may follow.
    fn check(written: &[u32], timestamps: bool, expected: &[usize]) {
        let mut logits = [5.0; 12];
        logits[6..].fill(0.0);
        rules().apply(&mut logits, written, timestamps);
        let allowed: Vec<usize> = (0..12).filter(|token| logits[*token].is_finite()).collect();
        assert_eq!(allowed, expected, "{written:?}");
    }

    #[test]
    fn without_times_only_text_and_the_end() {
        check(&[], false, &[0, 1]);
        check(&[0], false, &[0, 1, 2, 4]);
    }

    #[test]
    fn the_first_is_a_time_of_the_first_second() {
        check(&[], true, &[6, 7, 8]);
    }

    #[test]
    fn times_come_in_pairs_and_never_run_backwards() {
        check(&[6], true, &[0, 1, 2, 4]);
        check(&[7, 0], true, &[0, 1, 2, 4, 8, 9, 10, 11]);
        check(&[6, 0, 8], true, &[4, 8, 9, 10, 11]);
        check(&[6, 0, 8, 8], true, &[0, 1, 2, 4]);
        check(&[6, 0, 8, 8, 1], true, &[0, 1, 2, 4, 9, 10, 11]);
    }

    #[test]
    fn a_time_is_written_where_times_together_are_likelier_than_any_text() {
        let mut logits = [0.0; 12];
        logits[6..].fill(-1.0);
        rules().apply(&mut logits, &[6, 0], true);
        assert!(logits[..6].iter().all(|logit| logit.is_infinite()));
    }

    #[test]
    fn sums_of_exponentials_do_not_overflow() {
        assert!((log_sum_exp(&[1000.0, 1000.0]) - 1000.0 - 2.0_f32.ln()).abs() < 1e-3);
        assert_eq!(log_sum_exp(&[]), f32::NEG_INFINITY);
    }
}
