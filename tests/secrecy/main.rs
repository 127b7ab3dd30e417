//! No token and no secret in anything that was said: `cargo xtask test` runs this after everything else.
//!
//! The suite has kept what every host wrote to its log and terminal, what clients were answered, what programs could see and
//! gave back, and, apart from that, all that the development clouds issued. Nothing of the one may be in the other. It fails
//! if there is nothing to look at, too.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use usher_tests::secrecy::Secrets;
use usher_tests::transcripts::{self, FOLDER, ISSUED, SAID};

#[test]
fn nothing_that_was_issued_was_said_by_anybody() {
    let folder = transcripts::folder().unwrap_or_else(|| panic!("{FOLDER} isn't set: run `cargo xtask test`"));
    let issued = fs::read_to_string(folder.join(ISSUED)).unwrap_or_default();
    let secrets = Secrets::of(&issued);
    assert!(secrets.count() > 0, "no test has told what was issued");

    let said = files(&folder.join(SAID));
    let of_hosts = said.iter().filter(|path| is_named(path, "host-")).count();
    let of_clients = said.iter().filter(|path| is_named(path, "answers-")).count();
    assert!(
        of_hosts > 0 && of_clients > 0,
        "no test has told what hosts and clients said"
    );

    let golden = files(Path::new(env!("CARGO_MANIFEST_DIR")))
        .into_iter()
        .filter(|path| path.components().any(|part| part.as_os_str() == "golden"));
    let mut leaks = Vec::new();
    for path in said.into_iter().chain(golden) {
        let text = fs::read(&path).unwrap();
        assert!(
            !text.is_empty(),
            "{} is empty: a host says something when it starts",
            path.display()
        );
        if let Some(line) = secrets.found_in(&String::from_utf8_lossy(&text)) {
            leaks.push(format!("{}: {line}", path.display()));
        }
    }
    assert!(leaks.is_empty(), "secrets were said:\n{}", leaks.join("\n"));
}

fn is_named(path: &Path, beginning: &str) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with(beginning))
}

/// All files below a folder; none if it isn't there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}
