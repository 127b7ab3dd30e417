//! The tests that are written in Python: those of the SDK and of the samples, by Python's own `unittest`.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::step::Step;
use crate::test_summary::Summary;
use crate::workspace::Workspace;

/// Folders with a package `tests`.
const PROJECTS: [&str; 2] = ["tools/sdk-python", "tools/samples/followups-python"];

/// Runs them all and adds them up. What they say goes to the terminal.
pub(crate) fn run(workspace: &Workspace, python: &Path, step: &Step) -> anyhow::Result<Summary> {
    let mut sum = Summary::default();
    for project in PROJECTS {
        step.doing(&format!("python -m unittest in {project}"));
        let output = Command::new(python)
            .args(["-W", "error", "-m", "unittest"])
            .current_dir(workspace.root.join(project))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .output()
            .context("Python can't be started")?;
        // `unittest` reports on standard error.
        let said = String::from_utf8_lossy(&output.stderr);
        eprint!("{}{said}", String::from_utf8_lossy(&output.stdout));
        let mut summary = summary_of(&said);
        if !output.status.success() && summary.failed == 0 || summary.is_empty() {
            // It broke off, or found no test.
            summary.failed += 1;
        }
        sum += summary;
    }
    Ok(sum)
}

/// `Ran 12 tests in 0.01s` and, last, `OK (skipped=1)` or `FAILED (failures=1, errors=2)`.
fn summary_of(said: &str) -> Summary {
    let count = |line: &str, what: &str| {
        let (_, rest) = line.split_once(&format!("{what}="))?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().ok()
    };
    let ran = said
        .lines()
        .filter_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse::<u64>().ok())
        .next_back()
        .unwrap_or_default();
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    let of_last = |what| count(last, what).unwrap_or_default();
    let failed = of_last("failures") + of_last("errors") + of_last("unexpected successes");
    let skipped = of_last("skipped");
    Summary {
        passed: ran.saturating_sub(failed + skipped),
        failed,
        skipped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_says_how_many_tests_it_ran() {
        let summary = summary_of("...F\n\nRan 12 tests in 0.010s\n\nFAILED (failures=1, errors=2, skipped=1)\n");
        assert_eq!((summary.passed, summary.failed, summary.skipped), (8, 3, 1));
        let summary = summary_of("....\nRan 1 test in 0.010s\n\nOK\n");
        assert_eq!((summary.passed, summary.failed, summary.skipped), (1, 0, 0));
        assert!(summary_of("Traceback: SyntaxError").is_empty());
    }
}
