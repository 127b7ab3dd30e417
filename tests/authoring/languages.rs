//! What is different between the languages, for who tells their story.

use std::path::Path;
use std::process::Command;

use usher_tests::built;

use super::projects::kept;

/// A language.
pub(crate) struct Language {
    /// The word of the command line.
    pub(crate) name: &'static str,
    /// The file of a new project `team-notes` that holds its tools.
    pub(crate) source: &'static str,
    /// A line that no compiler takes.
    pub(crate) broken: &'static str,
    /// A function `fail` that gives a string, if it didn't say what `SECRET` says and end.
    pub(crate) fail: &'static str,
    /// How this machine's compilers are found by `usher`.
    pub(crate) environment: fn(&mut Command),
    /// Puts what a person would install into a new project.
    pub(crate) install: fn(&Path),
    /// Runs the project's unit tests.
    pub(crate) unit_tests: fn(&Path) -> Command,
}

/// What a tool says when it fails in a way that it didn't think of. For the operator alone.
pub(crate) const SECRET: &str = "the cat is on the keyboard";

pub(crate) fn rust() -> Language {
    Language {
        name: "rust",
        source: "src/lib.rs",
        broken: "fn broken( {",
        fail: r#"fn fail() -> &'static str { panic!("the cat is on the keyboard") }"#,
        environment: |usher| {
            // Of its own, and kept: what both need is compiled once.
            usher.env("CARGO_TARGET_DIR", kept("rust-components"));
            if let Some(rustc) = std::env::var_os("USHER_TEST_RUSTC") {
                usher.env("RUSTC", rustc);
            }
        },
        install: |_| {},
        unit_tests: |project| {
            let mut cargo = Command::new("cargo");
            cargo.args(["test", "--quiet"]).current_dir(project);
            cargo.env("CARGO_TARGET_DIR", kept("rust-unit-tests"));
            cargo
        },
    }
}

pub(crate) fn python() -> Language {
    Language {
        name: "python",
        source: "src/team_notes.py",
        broken: "def broken(:",
        fail: "def fail() -> str:\n    raise RuntimeError('the cat is on the keyboard')",
        environment: |usher| {
            usher.env("USHER_COMPONENTIZE_PY", built::named("USHER_TEST_COMPONENTIZE_PY"));
        },
        install: |_| {},
        unit_tests: |project| {
            let mut python = Command::new(built::named("USHER_TEST_PYTHON"));
            python.args(["-m", "unittest"]).current_dir(project);
            python
        },
    }
}

pub(crate) fn js() -> Language {
    Language {
        name: "js",
        source: "src/index.ts",
        broken: "export const broken = ;",
        fail: "function fail(): string {\n  throw new Error('the cat is on the keyboard');\n}",
        environment: |usher| {
            usher.env("USHER_NODE", built::named("USHER_TEST_NODE"));
        },
        install: install_packages,
        unit_tests: |project| {
            let mut node = Command::new(built::named("USHER_TEST_NODE"));
            node.arg("vendor/usher-sdk/build/main.js")
                .arg("test")
                .current_dir(project);
            node
        },
    }
}

/// What `npm install` would put there: the packages, and a link to the SDK in `vendor/`.
fn install_packages(project: &Path) {
    let modules = project.join("node_modules");
    std::fs::create_dir(&modules).unwrap();
    for entry in std::fs::read_dir(built::named("USHER_TEST_NODE_MODULES")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "usher-sdk" {
            std::os::unix::fs::symlink(entry.path(), modules.join(entry.file_name())).unwrap();
        }
    }
    std::os::unix::fs::symlink("../vendor/usher-sdk", modules.join("usher-sdk")).unwrap();
}
