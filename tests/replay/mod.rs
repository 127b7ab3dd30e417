//! A call without a server, recorded, and replayed to the byte.
//!
//! ```text
//! calls      what the author of a tool learns from one call, and why one isn't made
//! recordings what a recording holds, and what replaying it finds
//! ```

mod calls;
mod recordings;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use usher_tests::{built, host};

/// What `usher call` said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    /// What it printed with `--json`.
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.out, self.err))
    }

    /// The same, of a call that went well.
    fn fine(&self) -> Value {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self.json()
    }
}

/// `usher call` of a component.
fn call(component: &Path) -> Command {
    let mut command = host::usher();
    // Compiled components are kept there from test to test.
    let kept = built::test_guests().with_file_name("test-calls");
    DirBuilder::new().recursive(true).mode(0o700).create(&kept).unwrap();
    command.env("USHER_DATA", kept);
    command.arg("call").arg(component);
    command
}

/// The same of a tool, as somebody.
fn call_as(persona: &str, component: &Path, tool: &str, arguments: &Value) -> Command {
    let mut command = call(component);
    command.args([tool, "--as", persona, "--args", &arguments.to_string()]);
    command
}

async fn said(command: &mut Command) -> Said {
    let output = host::run(command).await;
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The project's own tools.
fn expenses() -> PathBuf {
    built::tools().join("expenses.wasm")
}
