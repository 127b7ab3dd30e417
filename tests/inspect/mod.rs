//! What a component can at most do, as a manager reads it: a page for each, kept as a file. Sizes, digests and versions of tools
//! differ from build to build and count as `…`.

mod check;
mod grant;

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use usher_tests::host::{run, usher};
use usher_tests::{built, golden};

/// A grant that gives the program that claims to be harmless all that it asks for, but one.
const HARMLESS: &str = r#"
[capabilities]
log = true
identity = true
config = { key = "value" }
my-documents = { containers = ["notes"] }
my-documents-write = { containers = ["notes"] }
all-documents = { containers = ["notes"], owner = "pseudonym" }
shared-documents = { containers = [{ name = "rates", partition = "eur" }] }
shared-documents-write = { containers = [{ name = "rates", partition = "eur" }] }
graph = { memberships = true, requests = [{ path = "/me/messages", query = ["$top"] }] }

[[capabilities.http.origins]]
origin = "https://collect.example"
methods = ["GET", "POST"]
paths = ["/", "/{anything}"]
credential = { secret-header = "X-Api-Key", secret = "collect" }

[tools.weather]
allow = { all = [{ scope = "user_impersonation" }, { not = { group = "guests" } }] }

[limits]
deadline-ms = 1500
"#;

/// What was printed.
struct Page {
    code: i32,
    text: String,
    errors: String,
}

/// Runs `usher inspect` in a folder where there is nothing but what was compiled before: interpreters take long to compile.
async fn inspect(arguments: &[&str]) -> Page {
    let nowhere = tempfile::tempdir().unwrap();
    let compiled = built::samples().with_file_name("samples-compiled");
    DirBuilder::new().recursive(true).mode(0o700).create(&compiled).unwrap();
    std::fs::create_dir(nowhere.path().join(".usher")).unwrap();
    symlink(compiled, nowhere.path().join(".usher/compiled")).unwrap();
    let output = run(usher().current_dir(nowhere.path()).arg("inspect").args(arguments)).await;
    Page {
        code: output.status.code().unwrap(),
        text: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

fn guest(name: &str) -> PathBuf {
    built::test_guests().join(format!("{name}.wasm"))
}

/// A folder with a component and no grant beside it, or this one.
fn alone(component: &Path, grant: Option<&str>) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(component.file_name().unwrap());
    std::fs::copy(component, &copy).unwrap();
    if let Some(grant) = grant {
        std::fs::write(copy.with_extension("grant.toml"), grant).unwrap();
    }
    let file = text_of(&copy);
    (folder, file)
}

fn text_of(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Nothing that a terminal would act on, and nothing that it would break.
#[track_caller]
fn assert_fit_for_a_terminal(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "longer than a terminal: {line}");
        let hidden = |c: char| {
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{e0000}'..='\u{e007f}')
        };
        assert!(!line.contains(hidden), "{}", line.escape_unicode());
    }
}

/// The page without what differs from build to build.
fn masked(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut is_skipped = false;
    for line in text.lines() {
        // Further lines of a fact that was masked.
        if is_skipped && line.starts_with("             ") {
            continue;
        }
        let varies = ["  Size ", "  SHA-256 ", "  Built by "]
            .into_iter()
            .find(|fact| line.starts_with(fact));
        is_skipped = varies.is_some();
        lines.push(match varies {
            Some(fact) => format!("{fact:<13}…"),
            None if line.starts_with("  Memory ") => line
                .split(' ')
                .map(|word| {
                    if word.starts_with(|c: char| c.is_ascii_digit()) {
                        "…"
                    } else {
                        word
                    }
                })
                .collect::<Vec<_>>()
                .join(" "),
            None => line.to_owned(),
        });
    }
    lines.join("\n")
}

async fn assert_page(file: &Path, name: &str) {
    let page = inspect(&[&text_of(file)]).await;
    assert_eq!(page.code, 0, "{}{}", page.text, page.errors);
    assert_fit_for_a_terminal(&page.text);
    golden::assert_is(&format!("inspect/golden/{name}.txt"), &masked(&page.text));
}

#[tokio::test]
async fn each_tool_and_sample_is_read_with_its_grant() {
    assert_page(&built::tools().join("expenses.wasm"), "expenses").await;
    for name in [
        "mail",
        "ledger",
        "onedrive",
        "followups",
        "followups-python",
        "followups-js",
    ] {
        assert_page(&built::samples().join(format!("{name}.wasm")), name).await;
    }
}

#[tokio::test]
async fn without_a_grant_nothing_is_allowed_and_what_could_be_is_read_all_the_same() {
    let (_folder, file) = alone(&built::tools().join("expenses.wasm"), None);
    assert_page(file.as_ref(), "expenses-without-grant").await;
}

#[tokio::test]
async fn what_claims_to_be_harmless_is_told_by_its_imports() {
    let (_folder, file) = alone(&guest("claims-harmless"), None);
    assert_page(file.as_ref(), "claims-harmless-without-grant").await;
    let (_folder, file) = alone(&guest("claims-harmless"), Some(HARMLESS));
    assert_page(file.as_ref(), "claims-harmless").await;
}

#[tokio::test]
async fn a_foreign_component_is_read_with_the_functions_that_are_left_out() {
    let (_folder, file) = alone(&guest("foreign-types"), None);
    assert_page(file.as_ref(), "foreign-types").await;
}

#[tokio::test]
async fn a_component_that_fails_when_it_is_asked_for_its_tools_is_told_by_its_imports() {
    let page = inspect(&[&text_of(&guest("list-asks-identity"))]).await;
    assert_eq!(page.code, 1, "{}", page.errors);
    assert!(page.text.contains("It can't be served"), "{}", page.text);
    assert!(page.text.contains("It can learn who calls"), "{}", page.text);
    assert_fit_for_a_terminal(&page.text);
}

#[tokio::test]
async fn a_grant_that_does_not_read_is_an_error_beside_what_the_imports_say() {
    let folder = tempfile::tempdir().unwrap();
    let grant = folder.path().join("wrong.toml");
    std::fs::write(&grant, "[capabilities]\nlgo = true\n").unwrap();
    let page = inspect(&[&text_of(&guest("described")), "--grant", &text_of(&grant)]).await;
    assert_eq!(page.code, 1);
    assert!(
        page.text.contains("lgo") && page.text.contains("usher grant"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn what_is_no_component_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text.wasm");
    std::fs::write(&file, "not wasm").unwrap();
    let page = inspect(&[&text_of(&file)]).await;
    assert_eq!((page.code, page.text.as_str()), (1, ""));
    assert!(page.errors.contains("it isn't WebAssembly"), "{}", page.errors);
}

#[tokio::test]
async fn a_program_reads_the_same_as_json_and_whole() {
    let file = text_of(&guest("claims-harmless"));
    let page = inspect(&[&file, "--json"]).await;
    assert_eq!(page.code, 0, "{}", page.errors);
    assert!(!page.text.contains(['\u{202e}', '\u{9b}', '\u{1b}', '\u{200b}']));
    let report: Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!(report["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(report["powers"][0]["severity"], "serious");
    assert_eq!(report["allowed"], Value::Null);
    let description = report["tools"][0]["description"].as_str().unwrap();
    assert!(description.contains('\u{202e}'), "{description}");
    let long = report["tools"][1]["description"].as_str().unwrap();
    assert!(long.ends_with("with what the person wrote."), "{long}");
}

#[tokio::test]
async fn schemas_are_shown_in_full_when_asked_for() {
    let file = text_of(&built::tools().join("expenses.wasm"));
    let page = inspect(&[&file, "--schemas"]).await;
    assert!(page.text.contains("\"additionalProperties\": false"), "{}", page.text);
}

#[tokio::test]
async fn a_version_that_can_do_more_is_told_by_what_it_could_do_and_by_the_exit_code() {
    let (old, new) = (text_of(&guest("described")), text_of(&guest("described-asks-identity")));
    let page = inspect(&[&new, "--diff", &old]).await;
    assert_eq!(page.code, 1, "{}", page.errors);
    assert_fit_for_a_terminal(&page.text);
    golden::assert_is("inspect/golden/difference.txt", page.text.trim_end());
    let json = inspect(&[&new, "--diff", &old, "--json"]).await;
    let difference: Value = serde_json::from_str(&json.text).unwrap();
    assert_eq!(
        (json.code, difference["gained_powers"][0]["severity"].as_str()),
        (1, Some("minor"))
    );

    let back = inspect(&[&old, "--diff", &new]).await;
    assert_eq!(back.code, 0, "{}", back.text);
    let same = inspect(&[&old, "--diff", &old]).await;
    assert!(same.code == 0 && same.text.contains("Nothing."), "{}", same.text);
}
