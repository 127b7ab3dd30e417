//! WASI under a grant: denied unless it is written, harmless if it is.

use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use usher_runtime::{Fault, Limit, Outcome, contract};
use usher_tests::{Grant, Stage, callers, golden, guest, log};

/// The functions of the program `foreign-wasi`.
const FUNCTIONS: [&str; 13] = [
    "unix-time",
    "stopwatch",
    "sleep",
    "random",
    "seed",
    "print",
    "complain",
    "read-input",
    "surroundings",
    "leave",
    "hoard",
    "open-socket",
    "open-network",
];

/// A grant that gives these keys of WASI.
fn giving(keys: &[&str]) -> Grant {
    let keys = keys.iter().map(|key| format!("{key} = true")).collect::<Vec<_>>();
    Grant::of(&FUNCTIONS).gives(&format!("wasi = {{ {} }}", keys.join(", ")))
}

/// A grant that gives all that there is.
fn all() -> Grant {
    giving(&["clocks", "random", "stdio", "stand-ins"])
}

async fn probe() -> Stage {
    Stage::with("foreign-wasi", &all()).await
}

async fn result(stage: &Stage, tool: &str, arguments: Value) -> Value {
    stage.structured(&callers::alice(), tool, arguments).await["result"].take()
}

#[tokio::test]
async fn wasi_is_refused_unless_it_is_granted_with_the_lines_that_would() {
    let stage = Stage::with("foreign-wasi", &Grant::of(&FUNCTIONS)).await;
    golden::assert_is(
        "foreign/golden/wasi-not-granted.txt",
        &stage.refusal("foreign-wasi.wasm"),
    );
}

#[tokio::test]
async fn a_key_that_is_missing_is_the_only_one_named() {
    let stage = Stage::with("foreign-wasi", &giving(&["clocks", "stdio", "stand-ins"])).await;
    let refused = stage.refusal("foreign-wasi.wasm");
    assert!(refused.contains("random = true"), "{refused}");
    assert!(
        !refused.contains("clocks") && !refused.contains("stand-ins"),
        "{refused}"
    );
}

#[tokio::test]
async fn the_time_is_the_hosts() {
    let stage = probe().await;
    let unix_time = result(&stage, "unix-time", json!({})).await.as_u64().unwrap();
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    assert!(now.abs_diff(unix_time) < 60, "{unix_time} for {now}");
    assert!(result(&stage, "stopwatch", json!({})).await.is_u64());
}

#[tokio::test]
async fn random_numbers_differ_between_calls() {
    let stage = probe().await;
    let first = result(&stage, "random", json!({"bytes": 32})).await;
    assert_eq!(first.as_str().unwrap().len(), 44, "32 bytes in base64");
    assert_ne!(first, result(&stage, "random", json!({"bytes": 32})).await);
    assert_ne!(
        result(&stage, "seed", json!({})).await,
        result(&stage, "seed", json!({})).await
    );
}

#[tokio::test]
async fn random_numbers_are_bounded_and_counted() {
    let grant = all().limit("host-calls = 8");
    let stage = Stage::with("foreign-wasi", &grant).await;
    let ask = async |bytes: u64| stage.call(&callers::alice(), "random", json!({ "bytes": bytes })).await;
    let few = ask(1_024).await;
    assert!(matches!(few, Ok(Outcome::Complete { .. })), "{few:?}");
    let costly = ask(9 * 65_536).await;
    assert!(
        matches!(
            costly,
            Err(Fault::Limit {
                limit: Limit::HostCalls
            })
        ),
        "{costly:?}"
    );
    let many = ask(u64::MAX).await;
    let Err(Fault::Trap { detail }) = many else {
        panic!("{many:?}")
    };
    assert!(detail.contains("random bytes"), "{detail}");
}

#[tokio::test]
async fn sleeping_takes_its_time_and_ends_at_the_deadline() {
    let stage = Stage::with("foreign-wasi", &all().limit("deadline-ms = 1000")).await;
    let started = Instant::now();
    assert_eq!(result(&stage, "sleep", json!({"milliseconds": 50})).await, Value::Null);
    assert!(started.elapsed() >= Duration::from_millis(50));
    let forever = stage
        .call(&callers::alice(), "sleep", json!({"milliseconds": 3_600_000}))
        .await;
    assert!(
        matches!(forever, Err(Fault::Limit { limit: Limit::Deadline })),
        "{forever:?}"
    );
}

#[tokio::test]
async fn a_call_that_sleeps_ends_when_nobody_waits_for_it() {
    let stage = probe().await;
    let alice = callers::alice();
    let call = stage.call(&alice, "sleep", json!({"milliseconds": 3_600_000}));
    let given_up = tokio::time::timeout(Duration::from_millis(50), call).await;
    assert!(given_up.is_err(), "{given_up:?}");
    assert!(
        result(&stage, "unix-time", json!({})).await.is_u64(),
        "the host goes on"
    );
}

#[tokio::test]
async fn what_is_printed_is_in_the_operators_log_a_line_each_and_forges_nothing() {
    log::keep();
    // By a name of its own, so that no other test's messages count.
    let setting = Stage::setting()
        .file("prints.wasm", &guest("foreign-wasi"))
        .file("prints.grant.toml", all().text().as_bytes());
    let stage = setting.open().await;
    result(&stage, "print", json!({"text": "one\ntwo\u{1b}[31m\n\nthree"})).await;
    result(&stage, "complain", json!({"text": "Traceback\n"})).await;
    let lines: Vec<_> = log::of_component("prints")
        .iter()
        .map(|line| {
            format!(
                "{} {}",
                line["level"].as_str().unwrap(),
                line["fields"]["message"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(lines, ["INFO one", "INFO two [31m", "INFO three", "WARN Traceback"]);
}

#[tokio::test]
async fn a_flood_of_lines_is_cut_off_and_said_to_be() {
    log::keep();
    let setting = Stage::setting()
        .file("printer.wasm", &guest("foreign-wasi"))
        .file("printer.grant.toml", all().text().as_bytes());
    let stage = setting.open().await;
    result(&stage, "print", json!({"text": "line\n".repeat(800)})).await;
    let lines = log::of_component("printer");
    assert_eq!(lines.len(), 65);
    assert!(lines[64]["fields"]["message"].as_str().unwrap().contains("dropped"));
}

#[tokio::test]
async fn there_are_no_files_no_variables_no_arguments_and_no_input() {
    let stage = probe().await;
    assert_eq!(result(&stage, "surroundings", json!({})).await, json!([0, 0, 0]));
    assert_eq!(result(&stage, "read-input", json!({})).await, json!(""));
}

#[tokio::test]
async fn there_is_no_network() {
    let stage = probe().await;
    let refused = stage.call(&callers::alice(), "open-socket", json!({})).await;
    let Ok(Outcome::Error {
        error: contract::Error::Failed(text),
        ..
    }) = refused
    else {
        panic!("{refused:?}")
    };
    assert!(text.contains("access-denied"), "{text}");
    let ended = stage.call(&callers::alice(), "open-network", json!({})).await;
    let Err(Fault::Trap { detail }) = ended else {
        panic!("{ended:?}")
    };
    assert!(detail.contains("wasi:sockets/instance-network"), "{detail}");
}

#[tokio::test]
async fn to_exit_ends_the_call_and_says_so_to_the_operator() {
    let stage = probe().await;
    for (well, code) in [(true, 0), (false, 1)] {
        let left = stage.call(&callers::alice(), "leave", json!({ "well": well })).await;
        let Err(fault @ Fault::Trap { .. }) = left else {
            panic!("{left:?}")
        };
        assert_eq!(
            fault.detail(),
            format!("the component ended itself with exit code {code}")
        );
        assert!(
            !fault.to_string().contains("exit"),
            "the client learns only that it failed"
        );
    }
}

#[tokio::test]
async fn handles_are_bounded() {
    let stage = probe().await;
    assert_eq!(result(&stage, "hoard", json!({"handles": 500})).await, Value::Null);
    let hoarded = stage.call(&callers::alice(), "hoard", json!({"handles": 5_000})).await;
    let Err(Fault::Trap { detail }) = hoarded else {
        panic!("{hoarded:?}")
    };
    assert!(detail.contains("handle"), "{detail}");
}
