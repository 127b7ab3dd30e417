//! Folders of projects, and the commands that authors run there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use usher_tests::{built, host, transcripts};

use super::languages::Language;

/// The name of every project here.
pub(crate) const NAME: &str = "team-notes";

/// How long a build may take on a busy machine, with nothing compiled yet.
pub(crate) const PATIENCE: Duration = Duration::from_secs(900);

/// A new project. It is always made in the same folder, which cargo knows its crates by; whoever is there is waited for.
pub(crate) struct Project {
    folder: PathBuf,
    _alone: File,
}

/// A folder beside the built tools that outlives the tests.
pub(crate) fn kept(name: &str) -> PathBuf {
    built::tools().with_file_name("test-authoring").join(name)
}

impl Project {
    /// As `usher new` makes it.
    pub(crate) async fn new(language: &Language) -> Self {
        let parent = kept(language.name);
        fs::create_dir_all(&parent).unwrap();
        let alone = File::create(parent.join("lock")).unwrap();
        alone.lock().unwrap();
        let folder = parent.join(NAME);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        let mut new = host::usher();
        new.args(["new", NAME, "--lang", language.name, "--dir"]).arg(&folder);
        (language.environment)(&mut new);
        let said = succeeds(new).await;
        for part in [folder.to_str().unwrap(), "usher dev --source .", ".vscode/mcp.json"] {
            assert!(said.contains(part), "{part:?} isn't in what `usher new` says:\n{said}");
        }
        (language.install)(&folder);
        Self { folder, _alone: alone }
    }

    /// What `usher build` says of it.
    pub(crate) async fn build(&self, language: &Language) -> String {
        let mut build = host::usher();
        build.arg("build").arg(&self.folder);
        (language.environment)(&mut build);
        succeeds(build).await
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap()
    }

    /// Saves a file, as an editor does.
    pub(crate) fn save(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).unwrap();
    }
}

/// Runs a command that must succeed, and gives what it said on standard output.
pub(crate) async fn succeeds(command: Command) -> String {
    let line = format!("{command:?}");
    let output = end_of(command).await;
    let (stdout, stderr) = texts(&output);
    assert!(output.status.success(), "{line}: {}\n{stdout}{stderr}", output.status);
    stdout
}

/// Runs a command that must fail, and gives its exit code and what it said on standard error.
pub(crate) async fn fails(command: Command) -> (i32, String) {
    let line = format!("{command:?}");
    let output = end_of(command).await;
    let (stdout, stderr) = texts(&output);
    assert!(!output.status.success(), "{line}\n{stdout}{stderr}");
    (output.status.code().unwrap(), stderr)
}

/// Longer than the harness waits for a host: this compiles.
async fn end_of(mut command: Command) -> Output {
    let ended = tokio::task::spawn_blocking(move || command.output().unwrap());
    tokio::time::timeout(PATIENCE, ended)
        .await
        .expect("the command ends in time")
        .unwrap()
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let texts = (text(&output.stdout), text(&output.stderr));
    transcripts::said(&texts.0);
    transcripts::said(&texts.1);
    texts
}
