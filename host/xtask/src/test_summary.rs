//! Adding up what the test programs say of themselves.

use std::fmt;
use std::ops::AddAssign;

/// The sum of every `test result:` line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Tests that are marked `#[ignore]`.
    pub(crate) skipped: u64,
}

impl Summary {
    /// Adds a line of output, if it is one that sums up a test program.
    pub(crate) fn add_line(&mut self, line: &str) {
        // test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.05s
        let Some((_, counts)) = line
            .trim()
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Whether any test ran.
    pub(crate) fn is_empty(&self) -> bool {
        self.passed + self.failed == 0
    }
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)?;
        match self.skipped {
            0 => Ok(()),
            skipped => write!(out, ", {skipped} skipped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(lines: &[&str]) -> Summary {
        let mut summary = Summary::default();
        lines.iter().for_each(|line| summary.add_line(line));
        summary
    }

    #[test]
    fn results_of_all_test_programs_add_up() {
        let summary = sum(&[
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.05s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ]);
        assert_eq!(
            summary,
            Summary {
                passed: 14,
                failed: 1,
                skipped: 1
            }
        );
        assert_eq!(summary.to_string(), "14 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn the_closing_line_speaks_of_skipped_tests_only_if_there_are_any() {
        assert_eq!(
            Summary {
                passed: 3,
                failed: 0,
                skipped: 0
            }
            .to_string(),
            "3 passed, 0 failed"
        );
    }

    #[test]
    fn what_a_test_prints_is_not_a_result() {
        let summary = sum(&[
            "said: test result: ok. 5 passed; 0 failed",
            "test result: unheard of",
            "7 passed; 1 failed",
        ]);
        assert!(summary.is_empty());
    }

    #[test]
    fn a_run_whose_tests_were_all_filtered_out_is_empty() {
        assert!(sum(&["test result: ok. 0 passed; 0 failed; 2 ignored; 0 measured; 9 filtered out"]).is_empty());
    }
}
