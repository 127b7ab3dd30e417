//! What a recording holds, and what replaying it finds.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use usher_tests::{Folder, Grant, Slot, described};

use super::{call, call_as, expenses, said};

/// Numbers of a report that no two runs have in common.
const TIMES: [&str; 2] = ["call-milliseconds", "load-milliseconds"];

/// A call that was recorded.
struct Recorded {
    report: Value,
    file: PathBuf,
    _folder: TempDir,
}

impl Recorded {
    async fn of(component: &Path, tool: &str, arguments: &Value, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("recording.json");
        let mut command = call_as("member", component, tool, arguments);
        let report = said(command.args(more).arg("--json").arg("--record").arg(&file))
            .await
            .fine();
        Self {
            report,
            file,
            _folder: folder,
        }
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.file).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    /// What replaying it against a build finds, with the exit code.
    async fn replayed(&self, component: &Path) -> (i32, Value) {
        let said = said(call(component).arg("--replay").arg(&self.file).arg("--json")).await;
        (said.code, said.json())
    }
}

/// A component with a text of its own changed into another of the same length.
fn changed(folder: &TempDir, from: &str, to: &str) -> PathBuf {
    assert_eq!(from.len(), to.len());
    let mut component = std::fs::read(expenses()).unwrap();
    let places: Vec<usize> = (0..component.len() - from.len())
        .filter(|at| component[*at..].starts_with(from.as_bytes()))
        .collect();
    let [place] = places[..] else {
        panic!("{from:?} is in the component {} times", places.len())
    };
    component[place..place + to.len()].copy_from_slice(to.as_bytes());
    let path = folder.path().join("expenses.wasm");
    std::fs::write(&path, component).unwrap();
    path
}

fn without_times(mut report: Value) -> Value {
    for time in TIMES {
        report.as_object_mut().unwrap().remove(time);
    }
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_call_replays_with_no_store_and_no_cloud() {
    let lunch = json!({ "date": "2026-11-20", "amount": 12.5, "category": "food", "description": "Lunch", "payment_method": "visa" });
    let data = tempfile::tempdir().unwrap();
    let kept = ["--data", data.path().to_str().unwrap()];
    let added = Recorded::of(&expenses(), "add_user_expense", &lunch, &kept).await;
    let listed = Recorded::of(&expenses(), "get_user_expenses", &json!({}), &kept).await;
    drop(data);
    for recorded in [added, listed] {
        let (code, replayed) = recorded.replayed(&expenses()).await;
        assert_eq!((code, &replayed["same"]), (0, &json!(true)), "{replayed}");
        assert_eq!(replayed["result"], recorded.report["result"]);
        assert_eq!(
            replayed["instructions"], recorded.report["instructions"],
            "the same work"
        );
        assert_eq!(replayed["host-calls"][0]["times"], 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replays_differ_in_nothing_but_their_times() {
    let recorded = Recorded::of(&expenses(), "get_user_expenses", &json!({ "limit": 7 }), &[]).await;
    let reports = [
        recorded.replayed(&expenses()).await.1,
        recorded.replayed(&expenses()).await.1,
    ];
    let [one, other] = reports.map(|report| without_times(report).to_string());
    assert_eq!(one, other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_holds_no_token_and_nothing_that_changes_by_itself() {
    let told = ["--now", "2026-11-23T09:30:00Z", "--seed", "7"];
    let one = Recorded::of(&expenses(), "get_user_expenses", &json!({}), &told).await;
    let other = Recorded::of(&expenses(), "get_user_expenses", &json!({}), &told).await;
    assert!(!one.text().contains("eyJ"), "{}", one.text());
    assert!(!one.text().contains("Bearer"), "{}", one.text());
    assert_eq!(one.text(), other.text());
    assert_eq!(one.json()["caller"]["username"], "alice@contoso.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_asks_something_else_is_found_out() {
    let recorded = Recorded::of(&expenses(), "get_user_expenses", &json!({}), &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let newer = changed(&folder, "ORDER BY c.date DESC", "ORDER BY c.date ASC ");
    let (code, report) = recorded.replayed(&newer).await;
    assert_eq!((code, &report["same"]), (1, &json!(false)), "{report}");
    let [difference] = report["differences"].as_array().unwrap().as_slice() else {
        panic!("{report}")
    };
    assert_eq!(
        (&difference["what"], &difference["number"]),
        (&json!("host-call"), &json!(1))
    );
    let query = |when: &str| difference[when]["arguments"][1].as_str().unwrap().to_owned();
    assert!(
        query("recorded").ends_with("DESC") && query("now").ends_with("ASC "),
        "{difference}"
    );
    assert_ne!(report["component"]["sha256"], report["recorded-component"]["sha256"]);

    let shown = said(call(&newer).arg("--replay").arg(&recorded.file)).await;
    assert_eq!(shown.code, 1, "{}", shown.err);
    for part in ["different", "Host call 1", "argument /1", "DESC", "ASC"] {
        assert!(shown.out.contains(part), "{part}:\n{}", shown.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_answers_otherwise_is_found_out() {
    let grant = Grant::of(&["described"]);
    let folder = Folder::new();
    let component = folder.path().join("described.wasm");
    let build = |answer: &str| {
        let texts = [(Slot::Name, "described"), (Slot::Answer, answer)];
        std::fs::write(&component, described(&texts)).unwrap();
    };
    std::fs::write(folder.path().join("described.grant.toml"), grant.text()).unwrap();
    build("{\"total\":12}");
    let recorded = Recorded::of(&component, "described", &json!({}), &[]).await;
    build("{\"total\":13}");
    let (code, report) = recorded.replayed(&component).await;
    assert_eq!(code, 1, "{report}");
    let places: Vec<&Value> = report["differences"].as_array().unwrap().iter().collect();
    let total = places
        .iter()
        .find(|difference| difference["at"] == "/result/structuredContent/total")
        .unwrap_or_else(|| panic!("{report}"));
    assert_eq!((&total["recorded"], &total["now"]), (&json!(12), &json!(13)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_without_the_tool_is_found_out() {
    let recorded = Recorded::of(&expenses(), "get_user_expenses", &json!({}), &[]).await;
    let folder = Folder::new().guest("tight-loop", &Grant::of(&["tight_loop"]));
    let (code, report) = recorded.replayed(&folder.path().join("tight-loop.wasm")).await;
    assert_eq!(
        (code, &report["differences"][0]["what"]),
        (1, &json!("not-called")),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_and_random_numbers_are_the_recorded_ones() {
    let grant = Grant::of(&["random", "unix-time"])
        .gives("wasi = { clocks = true, random = true, stdio = true, stand-ins = true }");
    let folder = Folder::new().guest("foreign-wasi", &grant);
    let component = folder.path().join("foreign-wasi.wasm");
    let arguments = |tool| match tool {
        "random" => json!({ "bytes": 16 }),
        _ => json!({}),
    };
    for tool in ["random", "unix-time"] {
        let recorded = Recorded::of(&component, tool, &arguments(tool), &[]).await;
        let (code, replayed) = recorded.replayed(&component).await;
        assert_eq!(code, 0, "{replayed}");
        assert_eq!(replayed["result"], recorded.report["result"]);
        let told = ["--now", "2026-11-23T09:30:00Z", "--seed", "7"];
        let one = Recorded::of(&component, tool, &arguments(tool), &told).await;
        let other = Recorded::of(&component, tool, &arguments(tool), &told).await;
        assert_eq!(one.report["result"], other.report["result"]);
        assert_ne!(one.report["result"], recorded.report["result"], "{tool}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_recording_says_can_not_be_said_again() {
    let recorded = Recorded::of(&expenses(), "get_user_expenses", &json!({}), &[]).await;
    for more in [&["--args", "{}"][..], &["--as", "admin"], &["--seed", "1"]] {
        let refused = said(call(&expenses()).arg("--replay").arg(&recorded.file).args(more)).await;
        assert_eq!(refused.code, 2, "{}", refused.err);
    }
    std::fs::write(&recorded.file, "{\"usher-recording\": 2}").unwrap();
    let refused = said(call(&expenses()).arg("--replay").arg(&recorded.file)).await;
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("version 2"), "{}", refused.err);
}
