//! What the parts of the work cost, for benchmarks.

use onnx::Spent;

/// What each part took since the models were opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// Runs of the voice activity model.
    pub voice_activity: Spent,
    /// Spectrograms.
    pub spectrograms: Spent,
    /// Runs of the encoder.
    pub encoder: Spent,
    /// Runs of the decoder.
    pub decoder: Spent,
    /// Tokens that the decoder chose, ends of windows included.
    pub tokens: u64,
}
