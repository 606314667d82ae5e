//! When each token was said, by where the model listened: dynamic time warping over cross-attention.
//!
//! As `timing.py` of openai/whisper does it: each head's weights are normalised over the tokens and smoothed over
//! time, the heads' mean is the likeness of token and frame, and the path of most likeness that runs through both in
//! order says which frame each token began in.

use crate::Attention;

/// Frames over which weights are smoothed, by their median.
const SMOOTHED_FRAMES: usize = 7;

/// The frame of 20 ms that each of `tokens` (indices into the attention, in order) begins in. `None` where the
/// attention is empty.
pub(super) fn first_frames(attention: &Attention, tokens: &[usize]) -> Option<Vec<usize>> {
    if attention.heads == 0 || attention.frames == 0 || tokens.is_empty() {
        return None;
    }
    let mut likeness = vec![0.0_f32; tokens.len() * attention.frames];
    for head in 0..attention.heads {
        add_head(attention, head, tokens, &mut likeness);
    }
    Some(warp(&likeness, attention.frames))
}

fn add_head(attention: &Attention, head: usize, tokens: &[usize], likeness: &mut [f32]) {
    let frames = attention.frames;
    let mut weights = Vec::with_capacity(tokens.len() * frames);
    for token in tokens {
        // The padding behind the sound took its share of the model's attention, too.
        let row = attention.row(*token, head);
        let total: f32 = row.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        weights.extend(row.iter().map(|weight| weight / total));
    }
    normalise_columns(&mut weights, frames);
    let mut padded = Vec::new();
    for (row, sums) in weights
        .chunks_exact(frames)
        .zip(likeness.chunks_exact_mut(frames))
    {
        pad_mirrored(row, SMOOTHED_FRAMES / 2, &mut padded);
        for (at, sum) in sums.iter_mut().enumerate() {
            let around: &[f32; SMOOTHED_FRAMES] = padded[at..]
                .first_chunk()
                .expect("half the width was added at both ends");
            *sum += median(around);
        }
    }
}

/// Gives each frame mean 0 and variance 1 over the tokens.
fn normalise_columns(weights: &mut [f32], frames: usize) {
    #[expect(clippy::cast_precision_loss, reason = "there are some hundred tokens")]
    let tokens = (weights.len() / frames) as f32;
    let (mut sums, mut squares) = (vec![0.0_f32; frames], vec![0.0_f32; frames]);
    for row in weights.chunks_exact(frames) {
        for ((weight, sum), square) in row.iter().zip(&mut sums).zip(&mut squares) {
            *sum += weight;
            *square += weight * weight;
        }
    }
    let scales: Vec<(f32, f32)> = sums
        .iter()
        .zip(&squares)
        .map(|(sum, square)| {
            let mean = sum / tokens;
            let variance = (square / tokens - mean * mean).max(1e-12);
            (mean, 1.0 / variance.sqrt())
        })
        .collect();
    for row in weights.chunks_exact_mut(frames) {
        for (weight, (mean, scale)) in row.iter_mut().zip(&scales) {
            *weight = (*weight - mean) * scale;
        }
    }
}

/// The row with `width` mirrored values in front and behind; the border itself is not doubled.
fn pad_mirrored(row: &[f32], width: usize, padded: &mut Vec<f32>) {
    padded.clear();
    let last = row.len() - 1;
    padded.extend((1..=width).rev().map(|i| row[i.min(last)]));
    padded.extend_from_slice(row);
    padded.extend((1..=width).map(|i| row[last.saturating_sub(i)]));
}

/// The middle one of seven, by a network of exchanges without branches.
fn median(values: &[f32; SMOOTHED_FRAMES]) -> f32 {
    let mut sorted = *values;
    let mut exchange = |low: usize, high: usize| {
        let (left, right) = (sorted[low], sorted[high]);
        sorted[low] = left.min(right);
        sorted[high] = left.max(right);
    };
    // Enough to put the middle in its place (N. Devillard, "Fast median search").
    for (low, high) in [
        (0, 5),
        (0, 3),
        (1, 6),
        (2, 4),
        (0, 1),
        (3, 5),
        (2, 6),
        (2, 3),
        (3, 6),
        (4, 5),
        (1, 4),
        (1, 3),
        (3, 4),
    ] {
        exchange(low, high);
    }
    sorted[3]
}

/// The path through `likeness` `[tokens, frames]` from the first corner to the last that collects most; for each
/// token, the frame where the path reaches it.
fn warp(likeness: &[f32], frames: usize) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum From {
        Both,
        Token,
        Frame,
    }
    let tokens = likeness.len() / frames;
    let width = frames + 1;
    // Row 0 and column 0 stand before the first token and frame.
    let mut best = vec![f32::NEG_INFINITY; width];
    best[0] = 0.0;
    let mut steps = vec![From::Both; (tokens + 1) * width];
    for token in 1..=tokens {
        let mut before = best[0];
        best[0] = f32::NEG_INFINITY;
        for frame in 1..=frames {
            let (both, of_token, of_frame) = (before, best[frame], best[frame - 1]);
            let (from, so_far) = if both > of_token && both > of_frame {
                (From::Both, both)
            } else if of_token > both && of_token > of_frame {
                (From::Token, of_token)
            } else {
                (From::Frame, of_frame)
            };
            before = best[frame];
            best[frame] = so_far + likeness[(token - 1) * frames + frame - 1];
            steps[token * width + frame] = from;
        }
    }
    let mut first = vec![0; tokens];
    let (mut token, mut frame) = (tokens, frames);
    while token > 0 && frame > 0 {
        first[token - 1] = frame - 1;
        match steps[token * width + frame] {
            From::Both => {
                token -= 1;
                frame -= 1;
            }
            From::Token => token -= 1,
            From::Frame => frame -= 1,
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each token listens to one stretch of ten frames, in order.
    fn attention(starts: &[usize], frames: usize) -> Attention {
        let mut weights = Vec::new();
        for start in starts {
            for _head in 0..2 {
                weights.extend((0..frames).map(|frame| {
                    if (*start..start + 10).contains(&frame) {
                        0.09
                    } else {
                        0.001
                    }
                }));
            }
        }
        Attention {
            heads: 2,
            frames,
            weights,
        }
    }

    fn check(starts: &[usize], tokens: &[usize]) {
        let found = first_frames(&attention(starts, 100), tokens).unwrap();
        assert_eq!(found.len(), tokens.len());
        for (token, frame) in tokens.iter().zip(found).skip(1) {
            assert!(frame.abs_diff(starts[*token]) <= 3, "{token}: {frame}");
        }
    }

    #[test]
    fn tokens_begin_where_the_model_begins_to_listen() {
        check(&[0, 10, 30, 55, 80], &[0, 1, 2, 3, 4]);
        check(&[0, 10, 30, 55, 80], &[0, 2, 4]);
    }

    #[test]
    fn nothing_is_known_without_attention() {
        assert_eq!(first_frames(&Attention::default(), &[0]), None);
        assert_eq!(first_frames(&attention(&[0], 100), &[]), None);
    }

    proptest! {
        #[test]
        fn the_network_finds_the_median(values in any::<[i16; 7]>()) {
            let values = values.map(f32::from);
            let mut sorted = values;
            sorted.sort_by(f32::total_cmp);
            prop_assert_eq!(median(&values), sorted[3]);
        }

        #[test]
        fn times_never_run_backwards(likeness in prop::collection::vec(-1.0_f32..1.0, 12..400)) {
            let frames = 12;
            let whole = likeness.len() / frames * frames;
            let found = warp(&likeness[..whole], frames);
            prop_assert!(found.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(found.iter().all(|frame| *frame < frames));
        }
    }
}
