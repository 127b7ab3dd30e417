//! The tests that are written in TypeScript: those of the SDK and of the sample, by Node.js's own runner.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::step::Step;
use crate::test_summary::Summary;
use crate::test_tools::js::Packages;

/// Checks their types and runs them all, and adds them up. What they say goes to the terminal.
pub(crate) fn run(packages: &Packages, node: &Path, step: &Step) -> anyhow::Result<Summary> {
    let mut sum = Summary::default();
    for project in [&packages.sdk, &packages.sample] {
        for (what, script, arguments) in [
            ("tsc", packages.modules.join("typescript/bin/tsc"), &["--project"][..]),
            (
                "usher-sdk test",
                packages.sdk.join("build/main.js"),
                &["test", "--project"][..],
            ),
        ] {
            step.doing(&format!("{what} in {}", project.display()));
            let output = Command::new(node)
                .arg(script)
                .args(arguments)
                .arg(project)
                .current_dir(project)
                .stdin(Stdio::null())
                .output()
                .context("Node.js can't be started")?;
            let said = String::from_utf8_lossy(&output.stdout);
            eprint!("{said}{}", String::from_utf8_lossy(&output.stderr));
            let mut summary = summary_of(&said);
            // Types that are wrong are a failure; so is a run that broke off, or found no test.
            let nothing = what != "tsc" && summary.is_empty();
            if (!output.status.success() && summary.failed == 0) || nothing {
                summary.failed += 1;
            }
            sum += summary;
        }
    }
    Ok(sum)
}

/// `# pass 9`, or `ℹ pass 9` where the runner takes itself to be on a terminal.
fn summary_of(said: &str) -> Summary {
    let count = |what: &str| {
        said.lines()
            .filter_map(|line| {
                let (_, count) = line.split_once(' ')?;
                count.strip_prefix(what)?.trim().parse::<u64>().ok()
            })
            .next_back()
            .unwrap_or_default()
    };
    Summary {
        passed: count("pass "),
        failed: count("fail ") + count("cancelled "),
        skipped: count("skipped ") + count("todo "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_says_how_many_tests_it_ran() {
        let tap = "ok 1 - pass 3\n1..9\n# tests 9\n# pass 6\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n";
        for said in [tap.to_owned(), tap.replace('#', "ℹ")] {
            let summary = summary_of(&said);
            assert_eq!((summary.passed, summary.failed, summary.skipped), (6, 2, 1));
        }
        assert!(summary_of("SyntaxError").is_empty());
    }
}
