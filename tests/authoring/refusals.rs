//! What `usher new` and `usher build` won't do, and what they say then.

use std::fs;
use std::path::Path;
use std::process::Command;

use usher_tests::host::usher;

use super::projects::fails;

fn new(name: &str, folder: &Path) -> Command {
    let mut command = usher();
    command.args(["new", name, "--lang", "rust", "--dir"]).arg(folder);
    command
}

fn build(folder: &Path) -> Command {
    let mut command = usher();
    command.arg("build").arg(folder);
    command
}

#[tokio::test]
async fn a_new_project_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("diary.txt"), "private").unwrap();
    let (code, said) = fails(new("notes", folder.path())).await;
    assert_eq!(code, 1);
    assert!(said.contains("isn't empty") && said.contains("--dir"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_name_that_no_package_may_have_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    for (name, suggestion) in [("TeamNotes", "`team-notes` would do"), ("std", "choose another name")] {
        let (code, said) = fails(new(name, &folder.path().join("project"))).await;
        assert_eq!(code, 2);
        assert!(said.contains(suggestion), "{said}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_that_is_no_project_is_not_built() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = fails(build(folder.path())).await;
    assert_eq!(code, 1);
    assert!(said.contains("is no project") && said.contains("usher new"), "{said}");
}

#[tokio::test]
async fn what_the_machine_lacks_is_named_with_what_installs_it() {
    let parent = tempfile::tempdir().unwrap();
    let project = parent.path().join("project");
    assert!(new("notes", &project).output().unwrap().status.success());
    let mut build = build(&project);
    build.env("PATH", "/nowhere").env_remove("CARGO").env_remove("RUSTC");
    let (code, said) = fails(build).await;
    assert_eq!(code, 1);
    for part in ["`cargo`", "`rustc`", "https://rustup.rs"] {
        assert!(said.contains(part), "{part} isn't in:\n{said}");
    }
}

#[tokio::test]
async fn a_source_that_is_no_project_starts_no_host() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = usher();
    dev.args([
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--entra-listen",
        "127.0.0.1:0",
        "--source",
    ]);
    dev.arg(folder.path()).arg("--data").arg(folder.path().join("data"));
    let (code, said) = fails(dev).await;
    assert_eq!(code, 1);
    assert!(said.contains("--source") && said.contains("is no project"), "{said}");
}
