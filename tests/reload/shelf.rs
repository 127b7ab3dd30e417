//! A folder of numbered components, and a host that serves it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use usher_registry::status::{ComponentStatus, State, Status};
use usher_tests::host::Data;
use usher_tests::{Grant, Host, Slot, described, wait};

/// Short, so that a thousand changes take no longer than they must.
const DEBOUNCE_MS: u64 = 20;

/// The folder.
pub(crate) struct Shelf(TempDir);

/// A component whose one tool answers with a number, in two places.
pub(crate) fn numbered(tool: &str, number: u64) -> Vec<u8> {
    let schema = json!({
        "type": "object",
        "properties": { "revision": { "const": number } },
        "required": ["revision"],
    });
    described(&[
        (Slot::Name, tool),
        (Slot::Description, &words(number)),
        (Slot::OutputSchema, &schema.to_string()),
        (Slot::Answer, &json!({ "revision": number }).to_string()),
    ])
}

/// What the component says of itself, and answers as text.
fn words(number: u64) -> String {
    format!("Revision {number}.")
}

/// The number that a call was answered with. Panics if the answer isn't that of one revision, whole.
pub(crate) fn number(answer: &Value) -> u64 {
    let result = &answer["result"];
    let number = result["structuredContent"]["revision"]
        .as_u64()
        .unwrap_or_else(|| panic!("the call failed: {answer}"));
    assert_eq!(
        result["content"][0]["text"],
        words(number),
        "two revisions are mixed: {answer}"
    );
    number
}

/// A grant for one tool.
pub(crate) fn grant(tool: &str) -> String {
    Grant::of(&[tool]).text()
}

impl Shelf {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The folder that is served.
    pub(crate) fn path(&self) -> PathBuf {
        let folder = self.0.path().join("tools");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// The folder above, for what isn't served yet.
    pub(crate) fn above(&self) -> &Path {
        self.0.path()
    }

    /// A file of the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Puts a component and its grant there. Its tool has the component's name.
    pub(crate) fn put(&self, name: &str, number: u64) {
        self.replace(&format!("{name}.grant.toml"), grant(name).as_bytes());
        self.replace(&format!("{name}.wasm"), &numbered(name, number));
    }

    /// Replaces a file as whole as can be: by renaming.
    pub(crate) fn replace(&self, name: &str, contents: &[u8]) {
        let new = self.above().join("new");
        fs::write(&new, contents).unwrap();
        fs::rename(new, self.file(name)).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.file(name)).unwrap();
    }

    /// Starts a host that serves the folder after a short debounce, with further lines of configuration under `[reload]`.
    pub(crate) async fn serve(&self, reload: &str) -> Served {
        self.serve_in(
            Data::new(),
            &format!("[reload]\ndebounce-ms = {DEBOUNCE_MS}\n{reload}\n"),
        )
        .await
    }

    /// The same with this configuration, for a host that takes over what another one kept.
    pub(crate) async fn serve_in(&self, data: Data, configuration: &str) -> Served {
        let config = self.above().join("usher.toml");
        fs::write(&config, configuration).unwrap();
        let host = Host::start_in(data, &self.path(), &["--config", config.to_str().unwrap()]).await;
        let token = host.token("member").await;
        Served { host, token }
    }
}

/// A host that serves a shelf.
pub(crate) struct Served {
    pub(crate) host: Host,
    pub(crate) token: String,
}

impl Served {
    /// What the host says of itself now.
    pub(crate) fn status(&self) -> Status {
        Status::read(self.host.data().path())
            .unwrap()
            .expect("a host that is ready says how it is")
    }

    /// Waits until the host says something.
    pub(crate) async fn until<T>(&self, what: &str, ask: impl Fn(&Status) -> Option<T>) -> T {
        wait::until(what, async || ask(&Status::read(self.host.data().path()).unwrap()?)).await
    }

    /// Waits until a component stands so.
    pub(crate) async fn until_stands(&self, name: &str, state: State) -> ComponentStatus {
        self.until(&format!("{name} to be {state:?}"), |status| {
            component(status, name)
                .filter(|component| component.state == state)
                .cloned()
        })
        .await
    }

    /// Waits until these bytes are what is served of a component.
    pub(crate) async fn until_serves(&self, name: &str, bytes: &[u8]) {
        let digest = usher_runtime::sha256(bytes);
        self.until(&format!("{name} to be served as it is now"), |status| {
            let serving = component(status, name)?.serving.as_ref()?;
            (serving.digest == digest).then_some(())
        })
        .await;
    }

    /// Waits until nothing is known of a component any more.
    pub(crate) async fn until_gone(&self, name: &str) {
        self.until(&format!("{name} to be gone"), |status| {
            component(status, name).is_none().then_some(())
        })
        .await;
    }

    /// Calls a component's tool, and gives the number that it answers with.
    pub(crate) async fn ask(&self, tool: &str) -> u64 {
        number(&self.answer(tool).await)
    }

    /// Whether there is a tool of this name.
    pub(crate) async fn has(&self, tool: &str) -> bool {
        self.answer(tool).await["result"].is_object()
    }

    async fn answer(&self, tool: &str) -> Value {
        self.host.client().call(&self.token, tool, &json!({})).await.unwrap()
    }
}

/// What a host says of a component.
pub(crate) fn component<'a>(status: &'a Status, name: &str) -> Option<&'a ComponentStatus> {
    status.components.iter().find(|component| component.name == name)
}
