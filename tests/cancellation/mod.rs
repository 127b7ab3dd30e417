//! A client that goes away stops its call.

use serde_json::{Value, json};
use usher_tests::host::Data;
use usher_tests::{Grant, Host, guest, wait};

/// Rounds that no machine gets through in a test's time.
const FOREVER: u64 = 1 << 62;

/// A host on which a caller has one place and a call may take ten minutes.
async fn host(tools: &std::path::Path) -> Host {
    for (program, tool) in [("slow-writer", "slow_writer"), ("own-documents", "read")] {
        let grant = Grant::of(&[tool])
            .gives("log = true")
            .gives("my-documents = { containers = [\"expenses\"] }")
            .gives("my-documents-write = { containers = [\"expenses\"] }")
            .limit("deadline-ms = 600000");
        std::fs::write(tools.join(format!("{program}.wasm")), guest(program)).unwrap();
        std::fs::write(tools.join(format!("{program}.grant.toml")), grant.text()).unwrap();
    }
    let data = Data::new();
    let config = data.path().join("usher.toml");
    let text = "[calls]\nper-caller = 1\nwait-ms = 50\n[containers.expenses]\npartition-key = [\"/user_id\"]\n";
    std::fs::write(&config, text).unwrap();
    Host::start_in(data, tools, &["--config", config.to_str().unwrap()]).await
}

/// Reads an item. None while the caller's only place is taken.
async fn read(host: &Host, token: &str, id: &str) -> Option<Value> {
    let mut answer = host.client().call(token, "read", &json!({ "id": id })).await.unwrap();
    let result = &mut answer["result"];
    if result["isError"] == true {
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(text.contains("busy with other calls of yours"), "{text}");
        return None;
    }
    Some(result["structuredContent"]["answer"].take())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_hangs_up_stops_its_call_and_frees_its_place() {
    let tools = tempfile::tempdir().unwrap();
    let host = host(tools.path()).await;
    let token = host.token("member").await;
    let call = {
        let (client, token) = (host.client().clone(), token.clone());
        tokio::spawn(async move { client.call(&token, "slow_writer", &json!({ "rounds": FOREVER })).await })
    };
    wait::until("the call to have the place", async || {
        read(&host, &token, "started").await.is_none().then_some(())
    })
    .await;

    // Dropping the request closes its connection.
    call.abort();

    // Well before the call's ten minutes are over.
    wait::until("the place to be free", async || read(&host, &token, "started").await).await;
    assert_eq!(read(&host, &token, "finished").await.unwrap(), "error: Error::NotFound");
}
