//! No program without a test.

use std::fs;
use std::path::Path;

#[test]
fn every_program_is_named_in_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    collect(root, &mut sources);
    let programs = fs::read_dir(root.join("guests/examples")).unwrap();
    for program in programs {
        let name = program
            .unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            sources.contains(&format!("\"{name}\"")),
            "no test runs the program {name}"
        );
    }
}

/// The text of all Rust files of the tests, the programs' own left out.
fn collect(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("guests") {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
