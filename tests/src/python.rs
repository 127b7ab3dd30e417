//! Programs in Python that other people's libraries are driven by.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::built;
use crate::host::run;

/// Runs a script of this crate, `FOLDER/NAME.py`, and gives the JSON that it prints. Anything else that it says is a failure.
pub async fn said(script: &str, configure: impl FnOnce(&mut Command)) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let mut command = Command::new(built::named("USHER_TEST_PYTHON"));
    // Nothing is left beside the scripts, and no proxy stands between a client and loopback.
    command.arg("-B").arg(path).env("NO_PROXY", "*");
    configure(&mut command);
    let output = run(&mut command).await;
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{script} failed:\n{complained}\n{said}");
    assert_eq!(complained, "", "{script} found something to complain about");
    serde_json::from_str(&said)
        .unwrap_or_else(|error| panic!("{script} printed no JSON ({error}): {said}\n{complained}"))
}
