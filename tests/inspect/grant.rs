//! A grant is written from what a component imports and requires, and one that is there is never widened by itself.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use usher_tests::host::{run, usher};
use usher_tests::{built, golden};

use super::{alone, guest, text_of};

/// What was printed.
struct Said {
    code: i32,
    text: String,
    errors: String,
}

async fn grant(arguments: &[&str]) -> Said {
    said("grant", arguments).await
}

async fn said(command: &str, arguments: &[&str]) -> Said {
    let nowhere = tempfile::tempdir().unwrap();
    let output = run(usher().current_dir(nowhere.path()).arg(command).args(arguments)).await;
    Said {
        code: output.status.code().unwrap(),
        text: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

fn expenses() -> PathBuf {
    built::tools().join("expenses.wasm")
}

fn sample(name: &str) -> PathBuf {
    built::samples().join(format!("{name}.wasm"))
}

/// A component alone in a folder, with the grant that was written for it.
async fn granted(component: &Path, arguments: &[&str]) -> (TempDir, String, String) {
    let (folder, file) = alone(component, None);
    let told = grant(&[&[file.as_str()], arguments].concat()).await;
    assert_eq!(told.code, 0, "{}{}", told.text, told.errors);
    let text = std::fs::read_to_string(Path::new(&file).with_extension("grant.toml")).unwrap();
    (folder, file, text)
}

fn digest(text: &str) -> &str {
    let start = text.find("sha256 = \"").unwrap() + "sha256 = \"".len();
    &text[start..start + 64]
}

#[tokio::test]
async fn each_line_of_a_new_grant_is_explained() {
    for component in [expenses(), sample("followups"), sample("ledger")] {
        let (_folder, _, text) = granted(&component, &[]).await;
        let name = component.file_stem().unwrap().to_str().unwrap();
        golden::assert_is(
            &format!("inspect/golden/{name}.grant.txt"),
            text.replace(digest(&text), "…").trim_end(),
        );
    }
}

#[tokio::test]
async fn a_component_is_served_with_the_grant_that_was_written_for_it() {
    let components = [
        expenses(),
        sample("mail"),
        sample("onedrive"),
        sample("followups"),
        sample("followups-python"),
        sample("followups-js"),
        guest("foreign-wasi"),
    ];
    for component in components {
        let (folder, file, text) = granted(&component, &[]).await;
        let checked = said("check", &[&text_of(folder.path()), "--strict"]).await;
        // Memory is a matter of the component, not of its grant.
        let is_fit = checked.text.contains("0 components refused") && !checked.text.contains("more than is needed");
        assert!(is_fit, "{}{}\n{text}", checked.text, checked.errors);
        let again = grant(&[&file]).await;
        assert!(
            again.code == 0 && again.text.contains("nothing is missing"),
            "{}",
            again.text
        );
    }
}

#[tokio::test]
async fn what_only_the_operator_knows_is_named_by_the_refusal_until_it_is_filled_in() {
    let (folder, file, text) = granted(&sample("ledger"), &[]).await;
    let checked = said("check", &[&text_of(folder.path())]).await;
    assert!(checked.code == 1 && checked.text.contains("http"), "{}", checked.text);
    let told = grant(&[&file]).await;
    assert!(told.code == 1 && told.text.contains("FILL IN"), "{}", told.text);

    let filled = text
        .replace("# [[capabilities.http.origins]]", "[[capabilities.http.origins]]")
        .replace("# origin", "origin")
        .replace("# methods = []", "methods = [\"GET\", \"POST\"]")
        .replace("# paths = []", "paths = [\"/entries\"]");
    std::fs::write(Path::new(&file).with_extension("grant.toml"), filled).unwrap();
    let checked = said("check", &[&text_of(folder.path())]).await;
    assert_eq!(checked.code, 0, "{}{}", checked.text, checked.errors);
}

#[tokio::test]
async fn a_pin_is_for_this_very_file() {
    let (_folder, file, text) = granted(&expenses(), &["--pin"]).await;
    assert!(text.lines().any(|line| line.starts_with("sha256 = ")), "{text}");
    let mut other = std::fs::read(&file).unwrap();
    // An empty custom section: another file that does the same.
    other.extend(b"\0\x02\x01x");
    std::fs::write(&file, other).unwrap();
    let told = grant(&[&file]).await;
    assert!(
        told.code == 1 && told.text.contains("sha256 is that of another file"),
        "{}",
        told.text
    );
}

#[tokio::test]
async fn a_grant_that_is_there_is_never_rewritten_and_only_widened_when_asked() {
    let narrow = "# mine\n[capabilities]\nlog = true\nmy-documents = { containers = [\"expenses\"] }\n\n\
                  [tools.get_user_expenses]\nallow = { role = \"Accountant\" }\n";
    let (_folder, file) = alone(&expenses(), Some(narrow));
    let path = Path::new(&file).with_extension("grant.toml");
    let now = || std::fs::read_to_string(&path).unwrap();

    let told = grant(&[&file]).await;
    assert_eq!((told.code, now().as_str()), (1, narrow), "{}", told.text);
    for part in ["my-documents-write = ", "all-documents = ", "no rule: add_user_expense"] {
        assert!(told.text.contains(part), "{part:?} is missing in:\n{}", told.text);
    }
    let pinned = grant(&[&file, "--pin"]).await;
    assert!(pinned.code == 1 && now() == narrow, "{}", pinned.errors);

    let widened = grant(&[&file, "--widen"]).await;
    assert_eq!(widened.code, 0, "{}{}", widened.text, widened.errors);
    let text = now();
    assert!(text.contains("Added by `usher grant --widen`"), "{text}");
    let mut lines = text.lines();
    assert!(narrow.lines().all(|line| lines.any(|other| other == line)), "{text}");
    assert_eq!(text.matches("allow = ").count(), 1, "rules are the operator's");
    let again = grant(&[&file, "--widen"]).await;
    assert!(again.code == 0 && now() == text, "{}", again.text);
}

#[tokio::test]
async fn nothing_is_written_where_a_key_that_is_there_would_have_to_change() {
    let narrow = "[capabilities]\nlog = true\nmy-documents = { containers = [\"other\"] }\n\n\
                  [tools.get_user_expenses]\nallow = { role = \"Accountant\" }\n";
    let (_folder, file) = alone(&expenses(), Some(narrow));
    let refused = grant(&[&file, "--widen"]).await;
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("within my-documents"), "{}", refused.errors);
    let path = Path::new(&file).with_extension("grant.toml");
    assert_eq!(std::fs::read_to_string(path).unwrap(), narrow);
}

#[tokio::test]
async fn a_grant_can_be_looked_at_before_it_is_a_file() {
    let (folder, file) = alone(&expenses(), None);
    let told = grant(&[&file, "--output", "-"]).await;
    assert!(
        told.code == 0 && told.text.contains("[tools.add_user_expense]"),
        "{}",
        told.text
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
