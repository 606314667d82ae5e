//! What the tokens of a window say: stretches of text between times.

use crate::{SAMPLE_RATE_HZ, words::Marked};

/// A window's tokens, read.
#[derive(Debug, PartialEq)]
pub(crate) struct Reading {
    /// The texts with their times, in order.
    pub(crate) marked: Vec<Marked>,
    /// Up to where the window has been written down, in its samples. What follows is to be heard again.
    pub(crate) heard_until: usize,
}

/// Reads tokens; `time_ms` gives the time that a token stands for, `length` is the window's in samples.
///
/// As in openai/whisper a text that the window's end cuts off, without a time behind it, is not taken: it will be
/// heard again from its beginning. Where it is all there is, it ends with the window.
pub(crate) fn read(tokens: &[u32], time_ms: impl Fn(u32) -> Option<u64>, length: usize) -> Reading {
    let samples =
        |ms: u64| usize::try_from(ms).map_or(length, |ms| (ms * SAMPLE_RATE_HZ / 1000).min(length));
    let mut marked: Vec<Marked> = Vec::new();
    let mut start = 0;
    let mut text = None;
    let mut heard_until = 0;
    for (at, token) in tokens.iter().enumerate() {
        let Some(time) = time_ms(*token).map(samples) else {
            text.get_or_insert(at);
            continue;
        };
        if let Some(first) = text.take() {
            marked.push(Marked {
                tokens: first..at,
                span: start..time.max(start),
            });
        }
        start = time;
        heard_until = time;
    }
    match text {
        Some(first) if marked.is_empty() => {
            marked.push(Marked {
                tokens: first..tokens.len(),
                span: start..length,
            });
            heard_until = length;
        }
        // Nothing was said, or nothing was understood: there is nothing to hear again.
        None if marked.is_empty() => heard_until = length,
        _ => {}
    }
    Reading {
        marked,
        heard_until,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens from 100 on are times in seconds; the window has 10 s.
    fn check(
        tokens: &[u32],
        expected: &[(std::ops::Range<usize>, usize, usize)],
        heard_until_s: usize,
    ) {
        let time_ms = |token: u32| {
            token
                .checked_sub(100)
                .map(|seconds| u64::from(seconds) * 1000)
        };
        let reading = read(tokens, time_ms, 10 * SAMPLE_RATE_HZ);
        let found: Vec<_> = reading
            .marked
            .into_iter()
            .map(|marked| {
                let span = marked.span;
                (
                    marked.tokens,
                    span.start / SAMPLE_RATE_HZ,
                    span.end / SAMPLE_RATE_HZ,
                )
            })
            .collect();
        assert_eq!(found, expected, "{tokens:?}");
        assert_eq!(
            reading.heard_until / SAMPLE_RATE_HZ,
            heard_until_s,
            "{tokens:?}"
        );
    }

    #[test]
    fn texts_lie_between_times() {
        check(
            &[100, 1, 2, 104, 105, 3, 109],
            &[(1..3, 0, 4), (5..6, 5, 9)],
            9,
        );
    }

    #[test]
    fn a_text_that_is_cut_off_is_heard_again() {
        check(&[100, 1, 2, 104, 104, 3], &[(1..3, 0, 4)], 4);
        check(&[100, 1, 2, 104, 104], &[(1..3, 0, 4)], 4);
    }

    #[test]
    fn a_text_that_is_all_there_is_ends_with_the_window() {
        check(&[101, 1, 2], &[(1..3, 1, 10)], 10);
        check(&[1, 2], &[(0..2, 0, 10)], 10);
    }

    #[test]
    fn silence_is_not_heard_again() {
        check(&[], &[], 10);
        check(&[100], &[], 10);
        check(&[100, 105], &[], 10);
    }
}
