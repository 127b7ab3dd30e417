//! What is acknowledged survives the death of the process.
//!
//! The test starts its own binary again as a child, which writes and prints what was acknowledged, and kills it in the middle.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use usher_documents::{DocumentStore, EmbeddedStore, StoreError, WriteOp};

use crate::conformance::{ada, id, notes};
use crate::settings;

/// Set for the child: where it writes.
const DIRECTORY: &str = "USHER_DOCUMENTS_CRASH_DIRECTORY";
/// The same for the child that fills the disk.
const FULL_DIRECTORY: &str = "USHER_DOCUMENTS_FULL_DIRECTORY";

/// Writes that a child begins at once, each a transaction of two items.
const CONCURRENT: usize = 10_000;
/// How often a child is killed in the middle of them.
const KILLS: usize = 10;

/// Not a test by itself: the child's part.
#[test]
fn child_writes_until_it_is_killed() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Arc::new(EmbeddedStore::open(settings(Path::new(&directory))).unwrap());
        let run = std::process::id();
        let tasks: Vec<_> = (0..CONCURRENT)
            .map(|task| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let name = format!("{run}-{task}");
                    let halves = ["x", "y"].map(|half| WriteOp::Create {
                        body: format!(r#"{{"id":"{name}-{half}"}}"#),
                    });
                    store.transact(&notes(), &ada(), &halves).await.unwrap();
                    // One write of one line, so that the lines of threads don't mix.
                    let line = format!("acknowledged {name}\n");
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

fn start_child(directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::child_writes_until_it_is_killed",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn every_acknowledged_write_survives_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 1..=KILLS {
        let mut child = start_child(directory.path());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let name = |line: &str| line.split_once("acknowledged ").map(|(_, name)| name.to_owned());
        // Early and late, and never when it is done: what a pipe holds besides is less than the rest.
        let wanted = acknowledged.len() + CONCURRENT / 2 * round / KILLS;
        while acknowledged.len() < wanted {
            acknowledged.extend(name(&lines.next().expect("the child writes on").unwrap()));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What the dead process had printed; a last line may be torn.
        let rest: Vec<String> = lines.map_while(Result::ok).filter_map(|line| name(&line)).collect();
        let whole = rest.len().saturating_sub(1);
        acknowledged.extend(rest.into_iter().take(whole));
    }
    drop(EmbeddedStore::open(settings(directory.path())).unwrap());
    let file = rusqlite::Connection::open(directory.path().join("documents.db")).unwrap();
    let mut statement = file.prepare("SELECT id FROM items_1").unwrap();
    let ids = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let ids: HashSet<String> = ids.map(Result::unwrap).collect();
    for name in &acknowledged {
        assert!(ids.contains(&format!("{name}-x")), "{name}");
    }
    // Nothing is half-written: every transaction has both of its halves.
    let halves = |half: &str| {
        ids.iter()
            .filter_map(|id| id.strip_suffix(half))
            .collect::<HashSet<_>>()
    };
    assert_eq!(halves("-x"), halves("-y"));
    let check: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

/// Not a test by itself: the child's part, under a limit of the size of files.
#[test]
fn child_writes_until_the_disk_is_full() {
    let Some(directory) = std::env::var_os(FULL_DIRECTORY) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = EmbeddedStore::open(settings(Path::new(&directory))).unwrap();
        let body = |number: usize| format!(r#"{{"id":"{number}","p":"{}"}}"#, "x".repeat(256 * 1024));
        let mut acknowledged = 0;
        let error = loop {
            match store.create(&notes(), &ada(), &body(acknowledged)).await {
                Ok(_) => acknowledged += 1,
                Err(error) => break error,
            }
        };
        assert!(acknowledged > 0);
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(!error.cause().unwrap().to_string().is_empty());
        for number in 0..acknowledged {
            store.read(&notes(), &ada(), &id(&number.to_string())).await.unwrap();
        }
        let half_written = store.read(&notes(), &ada(), &id(&acknowledged.to_string())).await;
        assert_eq!(half_written, Err(StoreError::NotFound));
        std::io::stdout()
            .write_all(format!("acknowledged {acknowledged}\n").as_bytes())
            .unwrap();
    });
}

#[cfg(unix)]
#[tokio::test]
async fn a_full_disk_is_unavailable_and_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    // A file that would grow over 4 MiB fails to, as it does on a full disk. The signal for that would end the process.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8192; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::child_writes_until_the_disk_is_full",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FULL_DIRECTORY, directory.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let acknowledged: usize = text
        .lines()
        .find_map(|line| {
            line.split_once("acknowledged ")
                .and_then(|(_, count)| count.trim().parse().ok())
        })
        .expect("the child says how many writes it was told of");
    let store = EmbeddedStore::open(settings(directory.path())).unwrap();
    for number in 0..acknowledged {
        store.read(&notes(), &ada(), &id(&number.to_string())).await.unwrap();
    }
    store.create(&notes(), &ada(), r#"{"id":"room again"}"#).await.unwrap();
}
