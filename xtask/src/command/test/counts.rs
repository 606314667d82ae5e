//! How many tests ran, read from what the test runners print.

use std::iter::Sum;

/// Tests of one or more runners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that did not run: skipped by Node's runner, or ignored by cargo's.
    pub skipped: u64,
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

    /// For the line that ends a step; empty where there was no test.
    pub fn note(self) -> String {
        if self == Self::default() {
            return String::new();
        }
        format!(", {}", self.total())
    }

    /// For the line that ends the summary.
    pub fn total(self) -> String {
        let Self { passed, failed, .. } = self;
        format!("{passed} passed, {failed} failed{}", self.skipped_note())
    }

    /// For the table's last column.
    pub fn cell(self) -> String {
        let Self { passed, failed, .. } = self;
        if self == Self::default() {
            return "-".to_owned();
        }
        let failed = match failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        format!("{passed}{failed}{}", self.skipped_note())
    }

    fn skipped_note(self) -> String {
        match self.skipped {
            0 => String::new(),
            skipped => format!(", {skipped} skipped"),
        }
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |all, some| Self {
            passed: all.passed + some.passed,
            failed: all.failed + some.failed,
            skipped: all.skipped + some.skipped,
        })
    }
}

fn of_line(line: &str) -> Counts {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |word: &str| word.parse().unwrap_or(0);
    let mut counts = Counts::default();
    match words[..] {
        // test result: ok. 12 passed; 0 failed; 0 ignored; …
        [
            "test",
            "result:",
            _,
            passed,
            "passed;",
            failed,
            "failed;",
            ignored,
            "ignored;",
            ..,
        ] => {
            counts.passed = number(passed);
            counts.failed = number(failed);
            counts.skipped = number(ignored);
        }
        ["#" | "ℹ", "pass", passed] => counts.passed = number(passed),
        ["#" | "ℹ", "fail", failed] => counts.failed = number(failed),
        ["#" | "ℹ", "skipped", skipped] => counts.skipped = number(skipped),
        _ => {}
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts {
            passed,
            failed,
            skipped,
        }
    }

    fn check(text: &str, expected: Counts) {
        assert_eq!(Counts::of(text), expected, "{text}");
    }

    #[test]
    fn closing_lines_of_both_runners_count() {
        check(
            "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            counts(12, 0, 3),
        );
        check(
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured\n\
             test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured",
            counts(4, 2, 1),
        );
        check("# tests 38\n# pass 37\n# fail 1\n", counts(37, 1, 0));
        check(
            "# pass 0\n# fail 0\n# cancelled 0\n# skipped 14\n# todo 0\n",
            counts(0, 0, 14),
        );
        check("ℹ pass 5\nℹ fail 0\nℹ skipped 1\n", counts(5, 0, 1));
        check("running 3 tests\ntest a ... ok\n", Counts::default());
    }

    #[test]
    fn skipped_tests_are_shown() {
        assert_eq!(counts(18, 0, 1).note(), ", 18 passed, 0 failed, 1 skipped");
        assert_eq!(counts(0, 0, 14).cell(), "0, 14 skipped");
        assert_eq!(counts(2, 1, 0).cell(), "2, 1 failed");
        assert_eq!(counts(18, 0, 0).total(), "18 passed, 0 failed");
        assert_eq!(Counts::default().cell(), "-");
        assert_eq!(Counts::default().note(), "");
    }
}
