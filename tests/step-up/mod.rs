//! Who sees and calls a tool: rules by scope, role and group, through the real host; and the way to what a token lacks.
//!
//! ```text
//! scopes        403 with all scopes, in both eras, and the call after that
//! claims        what Entra demands of a sign-in, for the clients that can act on it
//! rules         any, all and not, for everybody
//! groups        groups are Graph's word, never the token's
//! applications  a daemon with a role is let in where that is configured, and is in no group
//! ```

mod applications;
mod claims;
mod groups;
mod rules;
mod scopes;

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::{Folder, Grant, Host};

use crate::protocol::stage::{host_with, mint};
use crate::protocol::wire::{Answer, Ask, names};

/// The scope that nobody's token has unless it is asked for.
const WIDER: &str = "user_impersonation Other.Read";

/// Each tool of one program with a rule of its own. Personas: `admin` has the role and is an administrator and in finance,
/// `member-2` is in finance, `nested` is an administrator by way of other groups, `member` and `overage` are neither.
const RULES: [(&str, &str); 7] = [
    ("get", r#"{ scope = "Other.Read" }"#),
    (
        "get_all",
        r#"{ all = [{ group = "usher-admins" }, { scope = "Other.Read" }] }"#,
    ),
    (
        "graph_unrequired",
        r#"{ any = [{ scope = "Other.Read" }, { role = "Expenses.Admin" }] }"#,
    ),
    (
        "insist",
        r#"{ any = [{ role = "Expenses.Admin" }, { role = "Expenses.Read.All" }] }"#,
    ),
    (
        "is_member_of",
        r#"{ any = [{ group = "usher-finance" }, { role = "Expenses.Admin" }] }"#,
    ),
    (
        "memberships",
        r#"{ all = [{ scope = "user_impersonation" }, { not = { group = "usher-admins" } }] }"#,
    ),
    (
        "write",
        r#"{ any = [{ group = "usher-nobody" }, { all = [{ group = "usher-admins" }, { not = { role = "Expenses.Admin" } }] }] }"#,
    ),
];

/// The program with these rules.
fn folder() -> Folder {
    let grant = RULES
        .iter()
        .fold(Grant::default(), |grant, (tool, rule)| grant.serves(tool, rule))
        .gives("log = true")
        .gives("graph = { memberships = true, requests = [{ path = \"/me\" }, { path = \"/me/drive/root:/{file}\" }] }")
        .gives(
            "graph-write = { requests = [{ method = \"POST\", path = \"/me/sendMail\" }, \
             { method = \"PUT\", path = \"/me/drive/root:/{file}:/content\" }] }",
        );
    Folder::new().guest("graph-requests", &grant)
}

pub(crate) async fn host() -> Host {
    let folder = folder();
    host_with(folder.path(), "").await.keeping(folder)
}

/// Arguments that fit a tool and change nothing.
fn arguments(tool: &str) -> Value {
    match tool {
        "get" | "insist" => json!({ "path": "/me" }),
        "get_all" => json!({ "requests": [{ "path": "/me" }] }),
        "is_member_of" | "memberships" => json!({ "groups": [] }),
        "write" => json!({ "method": "DELETE", "path": "/me" }),
        _ => json!({}),
    }
}

/// A persona's token with these scopes.
async fn token_with(host: &Host, persona: &str, scope: &str) -> String {
    mint(host, &json!({ "persona": persona, "scope": scope })).await
}

/// The tools that a token shows.
async fn listed(host: &Host, token: &str) -> Vec<String> {
    listed_at(host, host.mcp(), token).await
}

/// The same at another endpoint than the host's own.
async fn listed_at(host: &Host, url: &str, token: &str) -> Vec<String> {
    let answer = Ask::modern(token, "tools/list", json!({})).at(host, url).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    names(&answer.result()).into_iter().map(str::to_owned).collect()
}

/// How a call is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    /// It runs.
    Runs,
    /// It would with more scopes.
    StepUp,
    /// As if there were no such tool.
    Unknown,
}

impl Met {
    #[track_caller]
    fn of(tool: &str, answer: &Answer) -> Self {
        if answer.status == StatusCode::FORBIDDEN {
            return Self::StepUp;
        }
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let message = answer.message();
        if message["result"].is_object() {
            return Self::Runs;
        }
        let unknown = json!({ "code": -32602, "message": format!("Unknown tool: {tool}") });
        assert_eq!(message["error"], unknown);
        Self::Unknown
    }
}

/// Calls a tool, and says how that was met.
async fn met(host: &Host, token: &str, tool: &str) -> Met {
    Met::of(tool, &Ask::call(token, tool, &arguments(tool)).to(host).await)
}
