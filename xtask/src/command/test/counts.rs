//! How many tests ran, read from what the test runners print.

use std::iter::Sum;

/// Tests of one or more runners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
}

impl Counts {
    /// The sum over every closing line in `text`: those of cargo and those of Node's runner.
    pub fn of(text: &str) -> Self {
        text.lines().map(of_line).sum()
    }

    /// At least one failure: a runner that could not even start has failed all its tests.
    pub fn with_a_failure(self) -> Self {
        Self {
            failed: self.failed.max(1),
            ..self
        }
    }

    /// For the line that ends a step; empty where no test ran.
    pub fn note(self) -> String {
        if self == Self::default() {
            return String::new();
        }
        format!(", {} passed, {} failed", self.passed, self.failed)
    }

    /// For the table's last column.
    pub fn cell(self) -> String {
        match self {
            Self {
                passed: 0,
                failed: 0,
            } => "-".to_owned(),
            Self { passed, failed: 0 } => passed.to_string(),
            Self { passed, failed } => format!("{passed}, {failed} failed"),
        }
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |all, some| Self {
            passed: all.passed + some.passed,
            failed: all.failed + some.failed,
        })
    }
}

fn of_line(line: &str) -> Counts {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |word: &str| word.parse().unwrap_or(0);
    match words[..] {
        // test result: ok. 12 passed; 0 failed; …
        [
            "test",
            "result:",
            _,
            passed,
            "passed;",
            failed,
            "failed;",
            ..,
        ] => Counts {
            passed: number(passed),
            failed: number(failed),
        },
        ["#" | "ℹ", "pass", passed] => Counts {
            passed: number(passed),
            failed: 0,
        },
        ["#" | "ℹ", "fail", failed] => Counts {
            passed: 0,
            failed: number(failed),
        },
        _ => Counts::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, passed: u64, failed: u64) {
        assert_eq!(Counts::of(text), Counts { passed, failed }, "{text}");
    }

    #[test]
    fn closing_lines_of_both_runners_count() {
        check(
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            12,
            0,
        );
        check(
            "test result: FAILED. 1 passed; 2 failed; 0 ignored\ntest result: ok. 3 passed; 0 failed; 0 ignored",
            4,
            2,
        );
        check("# tests 38\n# pass 37\n# fail 1\n", 37, 1);
        check("ℹ pass 5\nℹ fail 0\n", 5, 0);
        check("running 3 tests\ntest a ... ok\n", 0, 0);
    }
}
