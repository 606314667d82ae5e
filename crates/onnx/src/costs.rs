//! What models cost, for benchmarks.

use rustix::time::{ClockId, clock_gettime};
use std::{ops::AddAssign, time::Duration};

/// Reads a clock: [`cpu_time`], say.
pub type Clock = fn() -> Duration;

/// User and system time of all threads of this process so far.
#[must_use]
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// How long some part of the work took, and how often it was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// By the clock that was given; nothing without one.
    pub time: Duration,
    /// Runs of a model, or whatever else is counted.
    pub runs: u64,
}

impl AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        self.time += other.time;
        self.runs += other.runs;
    }
}

/// Measures one part of the work. Without a clock it counts runs alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    clock: Option<Clock>,
    spent: Spent,
}

impl Meter {
    /// Begins at nothing, and goes by `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock: Some(clock),
            spent: Spent::default(),
        }
    }

    /// Does the work and adds it to what was spent.
    pub fn measure<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let before = self.clock.map(|now| now());
        let result = work();
        if let Some((now, before)) = self.clock.zip(before) {
            self.spent.time += now().saturating_sub(before);
        }
        self.spent.runs += 1;
        result
    }

    /// Everything measured so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A second later each time it is read.
    fn ticking() -> Duration {
        static SECONDS: AtomicU64 = AtomicU64::new(0);
        Duration::from_secs(SECONDS.fetch_add(1, Ordering::Relaxed))
    }

    #[test]
    fn runs_are_counted_and_timed() {
        let mut meter = Meter::new(ticking);
        assert_eq!(meter.measure(|| 5) + meter.measure(|| 6), 11);
        let mut spent = meter.spent();
        let expected = |seconds, runs| Spent {
            time: Duration::from_secs(seconds),
            runs,
        };
        assert_eq!(spent, expected(2, 2));
        spent += meter.spent();
        assert_eq!(spent, expected(4, 4));
    }

    #[test]
    fn without_a_clock_runs_alone_are_counted() {
        let mut meter = Meter::default();
        meter.measure(|| ());
        let spent = meter.spent();
        assert_eq!((spent.time, spent.runs), (Duration::ZERO, 1));
    }
}
