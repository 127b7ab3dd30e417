//! Takes the SDKs and the templates into the program.
//!
//! In come folders of this repository; out goes `embedded.rs` with a table for each: paths and texts. The Rust SDK's manifests are
//! put into words that hold outside this workspace on the way ([`manifest`]), and its lock file is the part of ours that a
//! project needs ([`lock`]), so that a new project builds with the versions that were tested here.

mod lock;
mod manifest;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The tables: their names, the folders of the repository, and where they are within the table.
const FOLDERS: &[(&str, &[(&str, &str)])] = &[
    ("COMMON_TEMPLATE", &[("host/author/src/template", "")]),
    ("RUST_TEMPLATE", &[("host/author/src/rust/template", "")]),
    ("RUST_SDK", &[("tools/sdk", ""), ("wit", "wit/")]),
    ("PYTHON_TEMPLATE", &[("host/author/src/python/template", "")]),
    ("PYTHON_SDK", &[("tools/sdk-python/usher_sdk", ""), ("wit", "wit/")]),
    ("JS_TEMPLATE", &[("host/author/src/js/template", "")]),
    ("JS_SDK", &[("tools/sdk-js", ""), ("wit", "wit/")]),
];

/// Folders that are never anybody's source.
const SKIPPED: &[&str] = &["target", "dist", "node_modules", "__pycache__"];

/// The folders of an SDK's own tests, which a vendored SDK does without; a template's tests are a part of it.
const TESTS: &[&str] = &["tests", "test"];

/// How the Rust SDK names its contract here, and in a project's `vendor/usher-sdk/`.
const CONTRACT: (&str, &str) = ("\"../../wit/", "\"wit/");

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let workspace = read(&root.join("Cargo.toml"));
    let lock = read(&root.join("Cargo.lock"));
    let mut tables = String::new();
    for (name, folders) in FOLDERS {
        let mut files = Vec::new();
        for (folder, within) in *folders {
            let mut found = Vec::new();
            walk(&root.join(folder), "", &mut found);
            files.extend(found.into_iter().map(|(path, text)| (format!("{within}{path}"), text)));
        }
        if *name == "RUST_SDK" {
            for (path, text) in &mut files {
                put_right(path, text, &workspace);
            }
        }
        table(&mut tables, name, &files);
    }
    let direct = ["schemars", "serde", "serde_json", "usher-sdk"];
    writeln!(
        tables,
        "/// The lock file of a Rust project.\npub(crate) static RUST_LOCK: &str = {:?};",
        lock::of_project(&lock, &direct)
    )
    .expect("a String takes everything");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("embedded.rs"), tables).expect("OUT_DIR can be written");
}

/// What of the Rust SDK's files is different in a project.
fn put_right(path: &str, text: &mut String, workspace: &str) {
    if path.ends_with("Cargo.toml") {
        let vendored = manifest::standing_alone(text, workspace, &[("usher-sdk-macros", "macros")]);
        *text = vendored.unwrap_or_else(|error| panic!("tools/sdk/{path}: {error}"));
    }
    if path == "src/bindings.rs" {
        assert!(text.contains(CONTRACT.0), "{path} names its contract in another way");
        *text = text.replace(CONTRACT.0, CONTRACT.1);
    }
}

/// All files below a folder, by their paths in it, sorted. None if the folder isn't there. Gives whether it holds sources only.
fn walk(folder: &Path, within: &str, files: &mut Vec<(String, String)>) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return true;
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a folder that is open can be read").file_name())
        .map(|name| name.into_string().expect("names in this repository are UTF-8"))
        .collect();
    names.sort();
    let mut sources_only = true;
    for name in names {
        let path = folder.join(&name);
        if name.starts_with('.')
            || SKIPPED.contains(&name.as_str())
            || TESTS.contains(&name.as_str()) && !within_template(&path)
        {
            sources_only = false;
        } else if path.is_dir() {
            sources_only &= walk(&path, &format!("{within}{name}/"), files);
        } else {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push((format!("{within}{name}"), read(&path)));
        }
    }
    // Cargo looks at everything below a folder: where something else is written as well, at the files alone.
    if sources_only {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    sources_only
}

fn within_template(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "template")
}

fn read(path: &Path) -> String {
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{} can't be read: {error}", path.display()))
}

fn table(tables: &mut String, name: &str, files: &[(String, String)]) {
    let mut line = |line: String| {
        tables.push_str(&line);
        tables.push('\n');
    };
    line(format!("pub(crate) static {name}: Folder = &["));
    for (path, text) in files {
        line(format!("    ({path:?}, {text:?}),"));
    }
    line("];".to_owned());
}
