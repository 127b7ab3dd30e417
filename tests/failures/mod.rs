//! A failure has three readers, and each reads what is theirs: the client a safe sentence, the operator the cause.

use serde_json::json;
use usher_tests::host::Data;
use usher_tests::{Grant, Host, guest, wait};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_reads_a_reference_by_which_the_operator_finds_the_cause() {
    let tools = tempfile::tempdir().unwrap();
    for (program, grant) in [
        (
            "panics-with-secret",
            Grant::of(&["panics_with_secret"]).gives("log = true"),
        ),
        ("tight-loop", Grant::of(&["tight_loop"]).limit("deadline-ms = 300")),
        ("structured-off-schema", Grant::of(&["structured_off_schema"])),
    ] {
        std::fs::write(tools.path().join(format!("{program}.wasm")), guest(program)).unwrap();
        std::fs::write(tools.path().join(format!("{program}.grant.toml")), grant.text()).unwrap();
    }
    let host = Host::start_in(Data::new(), tools.path(), &[]).await;
    let token = host.token("member").await;
    for (tool, sentence, kind) in [
        ("panics_with_secret", "The tool failed.", "trap"),
        ("tight_loop", "it reached its time limit", "deadline"),
        ("structured_off_schema", "breaks its own description", "bad-result"),
    ] {
        let answer = host.client().call(&token, tool, &json!({})).await.unwrap();
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.contains(sentence), "{text}");
        assert!(!answer.to_string().contains("SECRET"), "{answer}");

        let (_, reference) = text.split_once("(Reference: ").expect("a reference");
        let reference = reference.trim_end_matches(')');
        let line = wait::until("a line of the log with the reference", async || {
            host.data()
                .output()
                .lines()
                .find(|line| line.contains(reference))
                .map(str::to_owned)
        })
        .await;
        for part in [tool, kind, "detail="] {
            assert!(line.contains(part), "{part:?} is missing in: {line}");
        }
    }
    let log = host.data().output();
    assert!(
        log.contains("SECRET-7f3a"),
        "the text of the panic is for the operator:\n{log}"
    );
    assert!(!log.contains(&token), "the token is in the log");
    assert!(
        !log.contains(token.rsplit('.').next().unwrap()),
        "the token's signature is in the log"
    );
}
