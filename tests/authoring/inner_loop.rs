//! From `usher new` to a call, and what callers and the author see while a source is broken and mended.

use serde_json::{Value, json};
use usher_tests::host::{self, Data};
use usher_tests::stage::NEIGHBOUR;
use usher_tests::{Folder, Grant, Host, wait};

use super::languages::{Language, SECRET};
use super::projects::{NAME, PATIENCE, Project, succeeds};

/// What the templates' query says.
const QUERY: &str = "\"SELECT c.id, c.text FROM c\"";

/// The whole story, in one language.
pub(crate) async fn from_nothing_to_a_call(language: &Language) {
    let project = Project::new(language).await;
    builds(language, &project).await;
    succeeds((language.unit_tests)(project.folder())).await;

    let good = project.read(language.source);
    let broken = format!("{good}\n{}\n", language.broken);
    project.save(language.source, &broken);
    let trial = Trial::start(language, &project).await;
    // It runs, serves what is beside the source, and says that there is nothing of the project yet.
    assert_eq!(trial.names().await, [NEIGHBOUR]);
    trial.says("nothing of it is served yet").await;

    project.save(language.source, &good);
    let added = trial.calls("add_note", json!({ "text": "Milk" })).await;
    assert_eq!(note_of(&added), None);
    assert_eq!(trial.names().await, ["add_note", "list_notes", NEIGHBOUR]);
    let id = added["structuredContent"]["id"].clone();
    assert!(id.is_string(), "{added}");

    // The version before serves on, and whoever calls it is told.
    project.save(language.source, &broken);
    let listed = trial
        .until("a note", "list_notes", |result| note_of(result).is_some())
        .await;
    assert_eq!(
        listed["structuredContent"]["notes"],
        json!([{ "id": id, "text": "Milk" }])
    );
    let note = note_of(&listed).unwrap();
    let file = language.source.rsplit('/').next().unwrap();
    for part in [NAME, "didn't build", "version before", file] {
        assert!(note.contains(part), "{part:?} isn't in the note:\n{note}");
    }
    trial.says("the version before serves on").await;

    project.save(language.source, &good.replace("Keeps a note", "Remembers a note"));
    trial
        .describes("add_note", "Remembers a note for the person who is signed in.")
        .await;
    let listed = trial
        .until("an answer without a note", "list_notes", |result| {
            note_of(result).is_none()
        })
        .await;
    assert_eq!(listed["structuredContent"]["notes"][0]["text"], "Milk");

    fails_unforeseen(language, &project, &good, &trial).await;
}

/// A component and its grant, with all that there is to say of them.
async fn builds(language: &Language, project: &Project) {
    let said = project.build(language).await;
    for part in [
        "team-notes.wasm",
        "team-notes.grant.toml",
        "usher:host/my-documents@0.1.0 ",
        "usher:host/my-documents-write@0.1.0 ",
        "usher dev --source",
    ] {
        assert!(
            said.contains(part),
            "{part:?} isn't in what `usher build` says:\n{said}"
        );
    }
    assert!(!said.contains("graph"), "what isn't used isn't imported:\n{said}");
    let component = std::fs::read(project.folder().join("dist/team-notes.wasm")).unwrap();
    assert_eq!(component[..8], *b"\0asm\x0d\0\x01\0", "a component");
    assert_eq!(
        project.read("dist/team-notes.grant.toml"),
        project.read("team-notes.grant.toml")
    );
}

/// A panic, or an exception that nobody caught: the client learns that the tool failed, the operator why.
async fn fails_unforeseen(language: &Language, project: &Project, good: &str, trial: &Trial) {
    let failing = good.replace(QUERY, "fail()");
    assert_ne!(failing, good, "the template has another query");
    project.save(language.source, &format!("{failing}\n\n{}\n", language.fail));
    let failed = trial
        .until("the failure", "list_notes", |result| result["isError"] == true)
        .await;
    assert!(!failed.to_string().contains(SECRET), "{failed}");
    trial.says(SECRET).await;
}

/// A host that serves a project from its source, and a neighbour from a folder.
struct Trial {
    host: Host,
    token: String,
    // What a host serves is what lies in its folder.
    _tools: Folder,
}

impl Trial {
    async fn start(language: &Language, project: &Project) -> Self {
        let data = Data::new();
        let mut dev = host::usher();
        dev.args([
            "dev",
            "--listen",
            "127.0.0.1:0",
            "--entra-listen",
            "127.0.0.1:0",
            "--source",
        ]);
        dev.arg(project.folder()).arg("--data").arg(data.path());
        let tools = Folder::new().guest(NEIGHBOUR, &Grant::of(&[NEIGHBOUR]).gives("log = true"));
        dev.arg("--tools").arg(tools.path());
        (language.environment)(&mut dev);
        let host = Host::start_by(dev, data).await;
        let token = host.token("member").await;
        Self {
            host,
            token,
            _tools: tools,
        }
    }

    /// The names of the tools that are listed, sorted.
    async fn names(&self) -> Vec<String> {
        let tools = self.host.client().tools(&self.token).await;
        let mut names: Vec<_> = tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    /// The result of a call, as soon as the tool is there.
    async fn calls(&self, tool: &str, arguments: Value) -> Value {
        wait::until_within(PATIENCE, &format!("{tool} to be served"), async || {
            let mut answer = self.host.client().call(&self.token, tool, &arguments).await.unwrap();
            answer["result"].is_object().then(|| answer["result"].take())
        })
        .await
    }

    /// The first result of a call without arguments that is as it should be.
    async fn until(&self, what: &str, tool: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        wait::until_within(PATIENCE, what, async || {
            let result = self.calls(tool, json!({})).await;
            is_so(&result).then_some(result)
        })
        .await
    }

    /// Waits until a tool is described in these words.
    async fn describes(&self, tool: &str, description: &str) {
        wait::until_within(PATIENCE, description, async || {
            let tools = self.host.client().tools(&self.token).await;
            tools
                .iter()
                .any(|listed| listed["name"] == tool && listed["description"] == description)
                .then_some(())
        })
        .await;
    }

    /// Waits until the author's terminal says something.
    async fn says(&self, words: &str) {
        wait::until_within(PATIENCE, words, async || {
            self.host.data().output().contains(words).then_some(())
        })
        .await;
    }
}

/// What a result says before its own content, if it says that it isn't of the newest source.
fn note_of(result: &Value) -> Option<String> {
    let first = result["content"][0]["text"].as_str()?;
    first.starts_with("The newest source").then(|| first.to_owned())
}
