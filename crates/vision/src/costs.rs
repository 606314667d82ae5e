//! What the models cost, for benchmarks.

pub use onnx::{Clock, Spent};
use std::ops::AddAssign;

/// Time inside ONNX Runtime since the models were opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// Runs of the detector, one a picture.
    pub detector: Spent,
    /// Runs of the recogniser, one a line.
    pub recogniser: Spent,
}

impl AddAssign for Costs {
    fn add_assign(&mut self, other: Self) {
        self.detector += other.detector;
        self.recogniser += other.recogniser;
    }
}
