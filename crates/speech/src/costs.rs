//! What the parts of the work cost, for benchmarks.

use std::time::Duration;

/// Reads a clock: the process's CPU time, say.
pub type Clock = fn() -> Duration;

/// Time spent in one part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    clock: Clock,
    spent: Spent,
}

/// How long a part took, and how often it ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// By the clock that was given.
    pub time: Duration,
    /// Blocks, windows or steps.
    pub runs: u64,
}

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

impl Default for Meter {
    /// Without a clock nothing is measured.
    fn default() -> Self {
        Self::new(|| Duration::ZERO)
    }
}

impl Meter {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            spent: Spent::default(),
        }
    }

    pub(crate) fn measure<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let before = (self.clock)();
        let result = work();
        self.spent.time += (self.clock)().saturating_sub(before);
        self.spent.runs += 1;
        result
    }

    pub(crate) fn spent(&self) -> Spent {
        self.spent
    }
}
