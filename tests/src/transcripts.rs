//! What the suite said and what it was given, kept for the test that runs last and looks for secrets in it.
//!
//! `cargo xtask test` names a folder by `USHER_TEST_TRANSCRIPTS`. In there, `said/` gets everything that a host wrote and that
//! a client or a program was answered; `issued` gets, one a line, every token, code, assertion and secret that was handed out
//! meanwhile. Without the folder nothing is kept.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

/// Names the folder.
pub const FOLDER: &str = "USHER_TEST_TRANSCRIPTS";

/// What was written and answered, within the folder: a folder of texts.
pub const SAID: &str = "said";

/// What was issued, within the folder: a file, one secret a line.
pub const ISSUED: &str = "issued";

/// The folder, if transcripts are kept.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Keeps a text that somebody got to see.
pub fn said(text: &str) {
    let Some(folder) = folder() else { return };
    // One file for each process of tests: its threads append whole texts.
    let file = format!("answers-{}.txt", std::process::id());
    append(&folder.join(SAID), &file, text);
}

/// Keeps all that one host wrote.
pub fn host_said(text: &str) {
    static HOSTS: AtomicU64 = AtomicU64::new(0);
    let Some(folder) = folder() else { return };
    let number = HOSTS.fetch_add(1, Ordering::Relaxed);
    append(
        &folder.join(SAID),
        &format!("host-{}-{number}.txt", std::process::id()),
        text,
    );
}

/// Keeps a secret that a test made up itself and gave to a host.
pub fn issued(secret: &str) {
    let Some(folder) = folder() else { return };
    assert!(secret.len() >= 16, "a text could have this secret by chance");
    append(&folder, ISSUED, secret);
}

/// Keeps what a development cloud has issued until now. It asks without a runtime, so that a destructor can. A cloud that is
/// gone already says nothing.
pub(crate) fn issued_by(authority: &str) {
    if folder().is_none() {
        return;
    }
    for secret in ask(authority).unwrap_or_default() {
        issued(&secret);
    }
}

/// `GET /dev/issued`, as HTTP/1.0 has it: the answer ends with the connection.
fn ask(authority: &str) -> Option<Vec<String>> {
    let address = authority.strip_prefix("http://")?;
    let mut connection = TcpStream::connect(address).ok()?;
    connection.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(connection, "GET /dev/issued HTTP/1.0\r\nHost: {address}\r\n\r\n").ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let issued: Value = serde_json::from_str(body).ok()?;
    let secrets = issued["secrets"].as_array()?;
    Some(secrets.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Adds a line to a file of a folder. Panics if it can't: a transcript with gaps proves nothing.
fn append(folder: &Path, file: &str, text: &str) {
    fs::create_dir_all(folder).unwrap();
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join(file))
        .unwrap();
    file.write_all(format!("{text}\n").as_bytes()).unwrap();
}
