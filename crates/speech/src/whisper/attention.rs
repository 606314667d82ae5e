//! Where in the sound the model listened while it wrote each token.

use ort::value::DynValue;

/// Samples of sound that one frame of attention stands for: 20 ms at 16 kHz.
pub const FRAME_SAMPLES: usize = 320;

/// Attention `[tokens, heads, frames]`, row by row: one entry for each token written, and one for the end. Only the
/// frames of the window's own sound, not of its padding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attention {
    /// Heads of each token.
    pub heads: usize,
    /// Frames of each head, 20 ms each.
    pub frames: usize,
    /// The weights.
    pub weights: Vec<f32>,
}

/// Which heads are kept of what a run gives.
#[derive(Debug)]
pub(super) struct Heads {
    /// Layer and head; used where a run gives whole layers.
    pub(super) chosen: Vec<(usize, usize)>,
}

impl Heads {
    /// Those that the export names, else all of the upper half of the layers, as openai/whisper does.
    pub(super) fn new(named: &[(usize, usize)], layers: usize, heads: usize) -> Self {
        let mut chosen = named.to_vec();
        if chosen.is_empty() {
            let upper = layers / 2..layers;
            chosen = upper
                .flat_map(|layer| (0..heads).map(move |head| (layer, head)))
                .collect();
        }
        chosen.sort_unstable();
        Self { chosen }
    }
}

impl Attention {
    pub(super) fn new(samples: usize) -> Self {
        Self {
            heads: 0,
            frames: samples.div_ceil(FRAME_SAMPLES),
            weights: Vec::new(),
        }
    }

    /// Adds what `row` of a run listened to at its last token.
    pub(super) fn add(
        &mut self,
        row: usize,
        run: &[(Option<usize>, DynValue)],
        heads: &Heads,
    ) -> ort::Result<()> {
        self.heads = 0;
        for (layer, value) in run {
            let (shape, data) = value.try_extract_tensor::<f32>()?;
            let size = |axis: usize| usize::try_from(shape[axis]).unwrap_or(0);
            self.add_layer(row, data, [size(1), size(2), size(3)], |head| {
                layer.is_none_or(|layer| heads.chosen.contains(&(layer, head)))
            });
        }
        Ok(())
    }

    /// `data` is `[rows, heads, tokens, frames]`.
    fn add_layer(
        &mut self,
        row: usize,
        data: &[f32],
        [heads, tokens, frames]: [usize; 3],
        is_chosen: impl Fn(usize) -> bool,
    ) {
        let kept = frames.min(self.frames);
        for head in (0..heads).filter(|head| is_chosen(*head)) {
            let at = ((row * heads + head) * tokens + tokens.saturating_sub(1)) * frames;
            self.weights.extend_from_slice(&data[at..at + kept]);
            let missing = self.frames - kept;
            self.weights.resize(self.weights.len() + missing, 0.0);
            self.heads += 1;
        }
    }

    /// The weights of a token's head.
    pub(crate) fn row(&self, token: usize, head: usize) -> &[f32] {
        let at = (token * self.heads + head) * self.frames;
        &self.weights[at..at + self.frames]
    }

    /// How many tokens have weights.
    pub(crate) fn tokens(&self) -> usize {
        self.weights.len() / (self.heads * self.frames).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_named_heads_the_upper_half_listens() {
        assert_eq!(
            Heads::new(&[], 4, 2).chosen,
            [(2, 0), (2, 1), (3, 0), (3, 1)]
        );
        assert_eq!(Heads::new(&[(3, 1), (1, 0)], 4, 2).chosen, [(1, 0), (3, 1)]);
    }

    #[test]
    fn the_last_token_of_a_row_is_kept_without_the_padding() {
        // 2 rows, 2 heads, 2 tokens, 3 frames, of which the window has 2.
        let data: Vec<f32> = (0..24_u8).map(f32::from).collect();
        let mut attention = Attention::new(2 * FRAME_SAMPLES);
        attention.add_layer(1, &data, [2, 2, 3], |head| head == 0);
        assert_eq!(attention.weights, [15.0, 16.0]);
        assert_eq!((attention.tokens(), attention.heads), (1, 1));
        assert_eq!(attention.row(0, 0), [15.0, 16.0]);
    }
}
