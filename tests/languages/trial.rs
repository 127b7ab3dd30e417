//! A host that serves the sample of one language, and what people do with it.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, symlink};

use serde_json::{Value, json};
use usher_tests::host::Data;
use usher_tests::{Folder, Host, built, control};

/// A host with one sample and an empty store.
pub(crate) struct Trial {
    pub(crate) host: Host,
    // What a host serves is what lies in its folder.
    _folder: Folder,
}

impl Trial {
    /// With the sample of this name, which must have been built.
    pub(crate) async fn of(sample: &str) -> Self {
        let folder = Folder::new().sample(sample);
        let data = Data::new();
        // What one host has compiled, the next finds: interpreters take long to compile.
        let compiled = built::samples().with_file_name("samples-compiled");
        DirBuilder::new().recursive(true).mode(0o700).create(&compiled).unwrap();
        symlink(compiled, data.path().join("compiled")).unwrap();
        Self {
            host: Host::start_in(data, folder.path(), &[]).await,
            _folder: folder,
        }
    }

    /// The result of a call, for better or worse.
    pub(crate) async fn result(&self, persona: &str, tool: &str, arguments: Value) -> Value {
        let token = self.host.token(persona).await;
        let mut answer = self.host.client().call(&token, tool, &arguments).await.unwrap();
        assert!(answer["result"].is_object(), "{tool} isn't answered: {answer}");
        answer["result"].take()
    }

    /// The structured content of a call that must end well.
    pub(crate) async fn call(&self, persona: &str, tool: &str, arguments: Value) -> Value {
        let mut result = self.result(persona, tool, arguments).await;
        assert_ne!(result["isError"], true, "{tool} failed: {result}");
        result["structuredContent"].take()
    }

    /// The text of a call that must fail.
    pub(crate) async fn failure(&self, persona: &str, tool: &str, arguments: Value) -> String {
        let result = self.result(persona, tool, arguments).await;
        assert_eq!(result["isError"], true, "{tool} didn't fail: {result}");
        text(&result)
    }

    /// Adds a follow-up, and gives its id.
    pub(crate) async fn add(&self, persona: &str, subject: &str, due: &str) -> String {
        let arguments = json!({ "subject": subject, "due": due });
        let added = self.call(persona, "add_follow_up", arguments).await;
        added["id"].as_str().unwrap().to_owned()
    }

    /// The subjects that a list has, in its order.
    pub(crate) async fn subjects(&self, persona: &str, arguments: Value) -> Vec<String> {
        let listed = self.call(persona, "list_follow_ups", arguments).await;
        let follow_ups = listed["follow_ups"].as_array().unwrap();
        let subjects = follow_ups.iter().map(|one| one["subject"].as_str().unwrap().to_owned());
        subjects.collect()
    }

    /// The mails that were sent.
    pub(crate) async fn mails(&self) -> Value {
        control::look(&self.host, "/dev/mail").await["sent"].take()
    }

    /// The tools as they are listed.
    pub(crate) async fn listed(&self) -> Vec<Value> {
        let token = self.host.token("member").await;
        self.host.client().tools(&token).await
    }
}

/// The text of a result.
pub(crate) fn text(result: &Value) -> String {
    let blocks = result["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<_> = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
    texts.join("\n")
}
