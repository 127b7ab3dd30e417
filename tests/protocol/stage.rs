//! Hosts for the tests of this program, and the tokens to use them with.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use usher_tests::host::Data;
use usher_tests::{Host, built};

/// A host with the project's own tools and an empty store.
pub(crate) async fn host() -> Host {
    host_with(&built::tools(), "").await
}

/// A host with these tools and these lines of configuration.
pub(crate) async fn host_with(tools: &Path, config: &str) -> Host {
    let data = Data::new();
    share_compiled(&data);
    // The store's container is in the embedded configuration, which a file replaces.
    let text = format!("{config}\n[containers.expenses]\npartition-key = [\"/user_id\"]\n");
    std::fs::write(config_file(&data), text).unwrap();
    start(data, tools).await
}

/// A host with the project's own tools, over what an earlier one has left.
pub(crate) async fn start_again(data: Data) -> Host {
    start(data, &built::tools()).await
}

async fn start(data: Data, tools: &Path) -> Host {
    let file = config_file(&data);
    Host::start_in(data, tools, &["--config", file.to_str().unwrap()]).await
}

fn config_file(data: &Data) -> PathBuf {
    data.path().join("usher.toml")
}

/// Lets a host find what another has compiled already: with a debug build, compiling takes longer than all the rest of a test.
fn share_compiled(data: &Data) {
    let shared = built::tools().with_file_name("tools-compiled");
    DirBuilder::new().recursive(true).mode(0o700).create(&shared).unwrap();
    symlink(shared, data.path().join("compiled")).unwrap();
}

/// A token of a persona, as Entra would issue it.
pub(crate) async fn token(host: &Host, persona: &str) -> String {
    mint(host, &json!({ "persona": persona })).await
}

/// Any token that the development Entra can be made to sign.
pub(crate) async fn mint(host: &Host, request: &Value) -> String {
    let url = host.description()["dev_token_endpoint"].as_str().unwrap();
    let answer = host.client().http().post(url).json(request).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["access_token"]
        .as_str()
        .unwrap_or_else(|| panic!("no token for {request}: {answer}"))
        .to_owned()
}
