//! A component in Python or JavaScript is a snapshot of an interpreter: what is to be new at each call mustn't be in it.

use std::collections::HashSet;
use std::fs;
use std::time::SystemTime;

use serde_json::{Value, json};
use usher_tests::host::Data;
use usher_tests::{Folder, Grant, Host, wait};

use super::languages::Language;
use super::projects::{NAME, Project};

/// Calls of which no two may be alike.
const CALLS: usize = 5;

/// A source with a tool `make_up`, whose result has `values` that are new at each call, and the `seconds` of the clock.
pub(crate) struct Sources {
    /// By what the language has for it.
    pub(crate) seen: &'static str,
    /// In a way that the build can't see: without the import, so that the call must fail.
    pub(crate) unseen: &'static str,
    /// What the operator's log then says to write or import.
    pub(crate) advice: &'static str,
}

pub(crate) const PYTHON: Sources = Sources {
    seen: r#"
import random
import secrets
import time
import uuid
from dataclasses import dataclass

from usher_sdk import tool


@dataclass
class MadeUp:
    values: list[str]
    seconds: int


@tool(read_only=True)
def make_up() -> MadeUp:
    """Makes things up."""
    values = [uuid.uuid4().hex, secrets.token_hex(16), str(random.random()), str(random.Random().getrandbits(64))]
    return MadeUp(values, int(time.time()))
"#,
    unseen: r#"
import sys

from usher_sdk import tool


@tool(read_only=True)
def make_up() -> str:
    """Makes things up."""
    return str(sys.modules["ran" + "dom"].choice(range(1_000_000_000)))
"#,
    advice: "random = true",
};

pub(crate) const JS: Sources = Sources {
    seen: r#"
import { tool } from "usher-sdk";

interface MadeUp {
  values: string[];
  seconds: number;
}

/** Makes things up. */
export const makeUp = tool({ readOnly: true }, (): MadeUp => ({
  values: [crypto.randomUUID(), String(crypto.getRandomValues(new Uint32Array(2))), String(Math.random())],
  seconds: Math.floor(Date.now() / 1000),
}));
"#,
    unseen: r#"
import { tool } from "usher-sdk";

interface MadeUp {
  value: string;
}

/** Makes things up. */
export const makeUp = tool({ readOnly: true }, (): MadeUp => {
  const functions = Math as unknown as Record<string, () => number>;
  return { value: String(functions[["ran", "dom"].join("")]?.()) };
});
"#,
    advice: "usher-sdk/random",
};

/// Random numbers and the time are new at each call, whichever of the language's ways gives them; where the build couldn't see that
/// they are wanted, the call fails, and the operator reads what to do.
pub(crate) async fn nothing_is_made_up_twice(language: &Language, sources: &Sources) {
    let project = Project::new(language).await;
    let host = serve(
        language,
        &project,
        sources.seen,
        "wasi = { clocks = true, random = true }",
    )
    .await;
    let token = host.token("member").await;
    let mut seen = HashSet::new();
    for _ in 0..CALLS {
        let result = make_up(&host, &token).await;
        let made_up = &result["structuredContent"];
        for value in made_up["values"].as_array().unwrap_or_else(|| panic!("{result}")) {
            assert!(seen.insert(value.to_string()), "{value} came twice");
        }
        let (now, seconds) = (unix_seconds(), made_up["seconds"].as_i64().unwrap());
        assert!((now - 60..=now).contains(&seconds), "{seconds} isn't the time {now}");
    }

    let host = serve(language, &project, sources.unseen, "").await;
    let token = host.token("member").await;
    let result = make_up(&host, &token).await;
    assert_eq!(result["isError"], true, "{result}");
    assert!(!result.to_string().contains(sources.advice), "{result}");
    wait::until("the advice in the log", async || {
        host.data().output().contains(sources.advice).then_some(())
    })
    .await;
}

async fn serve(language: &Language, project: &Project, source: &str, capability: &str) -> Host {
    project.save(language.source, source);
    project.build(language).await;
    let folder = Folder::new();
    let grant = Grant::of(&["make_up"]).gives("log = true").gives(capability);
    fs::write(folder.path().join(format!("{NAME}.grant.toml")), grant.text()).unwrap();
    let component = project.folder().join(format!("dist/{NAME}.wasm"));
    fs::copy(component, folder.path().join(format!("{NAME}.wasm"))).unwrap();
    Host::start_in(Data::new(), folder.path(), &[]).await.keeping(folder)
}

async fn make_up(host: &Host, token: &str) -> Value {
    let mut answer = host.client().call(token, "make_up", &json!({})).await.unwrap();
    assert!(answer["result"].is_object(), "{answer}");
    answer["result"].take()
}

fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}
