//! A thousand changes while everybody calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;
use tokio::task::JoinSet;
use usher_registry::status::State;

use super::shelf::{Served, Shelf, component, number, numbered};

/// Changes in all, every other one of them to a file that can't be served.
const CHANGES: u64 = 1_000;
/// Calls at the same time.
const CALLERS: usize = 64;
/// Who calls.
const PERSONAS: [&str; 4] = ["admin", "member", "member-2", "nested"];
/// Different components that take turns. Few, so that they come from the compile cache: it is reloading that is tried, and not
/// the compiler.
const VARIANTS: u64 = 8;
/// When everything that is made once has been made.
const WARM: u64 = CHANGES / 4;
/// By how much the host may be larger at the end, in KiB: what allocators keep for themselves.
const GROWTH: u64 = 24 << 10;
/// How many revisions may still be in memory, of the hundreds that were: a slot of the instance pool whose call was the last of a
/// revision keeps its code until another call takes the slot.
const KEPT: usize = 16;

/// What was served, and what may be by now: numbers of changes.
#[derive(Default)]
struct Turn {
    /// The last one that was seen to be live.
    live: AtomicU64,
    /// The last one that was begun.
    written: AtomicU64,
    answers: AtomicU64,
    stop: AtomicBool,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_changes_fail_no_call_and_mix_none() {
    let shelf = Shelf::new();
    shelf.put("counted", 0);
    let served = shelf.serve("").await;
    let variants: Vec<Vec<u8>> = (0..VARIANTS).map(|number| numbered("counted", number)).collect();
    let turn = Arc::<Turn>::default();
    let mut calls = JoinSet::new();
    for caller in 0..CALLERS {
        let token = served.host.token(PERSONAS[caller % PERSONAS.len()]).await;
        calls.spawn(call(served.host.client().clone(), token, Arc::clone(&turn)));
    }

    let mut warm = None;
    for change in 1..=CHANGES {
        let valid = change / 2;
        if change % 2 == 1 {
            let broken = format!("no component, the {change}th time");
            shelf.replace("counted.wasm", broken.as_bytes());
            let digest = usher_runtime::sha256(broken.as_bytes());
            served
                .until("a broken file to be noticed", |status| {
                    let counted = component(status, "counted")?;
                    let noticed = counted.file.as_ref().is_some_and(|file| file.digest == digest);
                    (noticed && counted.state == State::ServesOn).then_some(())
                })
                .await;
        } else {
            turn.written.store(valid, Ordering::SeqCst);
            let bytes = &variants[usize::try_from(valid % VARIANTS).unwrap()];
            shelf.replace("counted.wasm", bytes);
            let digest = usher_runtime::sha256(bytes);
            served
                .until("a change to be live", |status| {
                    let counted = component(status, "counted")?;
                    let serves = counted.serving.as_ref().is_some_and(|serving| serving.digest == digest);
                    (serves && counted.state == State::Served).then_some(())
                })
                .await;
            turn.live.store(valid, Ordering::SeqCst);
        }
        if change == WARM {
            warm = Some(Size::of(&served));
        }
    }
    let answers = turn.answers.load(Ordering::SeqCst);
    assert!(answers > CHANGES, "the calls came to a stop: {answers} answers");
    let warm = warm.unwrap();
    let end = Size::of(&served);
    turn.stop.store(true, Ordering::SeqCst);
    while let Some(ended) = calls.join_next().await {
        ended.expect("every call is answered by one revision that was served then");
    }
    assert!(
        end.memory <= warm.memory + GROWTH,
        "memory grows: {warm:?}, then {end:?}"
    );
    assert!(end.files <= warm.files + 4, "files stay open: {warm:?}, then {end:?}");
    assert!(end.revisions <= KEPT, "revisions stay: {warm:?}, then {end:?}");
    assert!(!served.host.data().output().contains("panicked"));
}

/// Calls one time after the other. Each answer must be that of a revision which was live at some time during the call.
async fn call(client: usher_tests::mcp::Client, token: String, turn: Arc<Turn>) {
    while !turn.stop.load(Ordering::SeqCst) {
        let earliest = turn.live.load(Ordering::SeqCst);
        let answer = client.call(&token, "counted", &json!({})).await.unwrap();
        let latest = turn.written.load(Ordering::SeqCst);
        let answered = number(&answer);
        assert!(
            (earliest..=latest).any(|change| change % VARIANTS == answered),
            "answered by {answered}, when it was the turn of {earliest} to {latest}"
        );
        turn.answers.fetch_add(1, Ordering::SeqCst);
    }
}

/// How large the host is.
#[derive(Debug)]
struct Size {
    /// Resident, in KiB.
    memory: u64,
    /// Open files, without connections.
    files: usize,
    /// Revisions whose code is in memory.
    revisions: usize,
}

impl Size {
    fn of(served: &Served) -> Self {
        let process = std::path::PathBuf::from(format!("/proc/{}", served.host.pid()));
        let status = std::fs::read_to_string(process.join("status")).unwrap();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let open = std::fs::read_dir(process.join("fd")).unwrap();
        let files = open.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
        let maps = std::fs::read_to_string(process.join("maps")).unwrap();
        let code = maps
            .lines()
            .filter(|line| line.contains(" r-xp ") && line.ends_with(".cwasm"));
        Self {
            memory: memory.trim().trim_end_matches(" kB").parse().unwrap(),
            files: files
                .filter(|target| !target.to_string_lossy().starts_with("socket:"))
                .count(),
            revisions: code.count(),
        }
    }
}
