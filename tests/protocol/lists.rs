//! Lists that change while the host runs: who is told, and what a call that runs meanwhile sees.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use usher_tests::host::Data;
use usher_tests::{Folder, Grant, Host, python, wait};

use super::stage::token;
use super::wire::{Answer, Ask, Session, names, structured};

const CHANGED: &str = "notifications/tools/list_changed";
const EVERYBODY: &str = r#"{ scope = "user_impersonation" }"#;
/// A role that only the persona `admin` has.
const ADMINS: &str = r#"{ role = "Expenses.Admin" }"#;

/// A host whose tools a test changes, and whose containers are those of the programs.
async fn host(tools: &Folder) -> Host {
    let data = Data::new();
    let config = data.path().join("usher.toml");
    std::fs::write(&config, "[containers.expenses]\npartition-key = [\"/user_id\"]\n").unwrap();
    Host::start_in(data, tools.path(), &["--config", config.to_str().unwrap()]).await
}

fn noop(rule: &str) -> Grant {
    Grant::default().serves("noop", rule).gives("log = true")
}

fn identity(rule: &str) -> Grant {
    Grant::default()
        .serves("identity_echo", rule)
        .gives("identity = true")
        .gives("log = true")
}

/// Waits until a caller's list is this one.
async fn listed(host: &Host, token: &str, expected: &[&str]) {
    wait::until("the list to be another", async || {
        let answer = Ask::modern(token, "tools/list", json!({})).to(host).await;
        (names(&answer.result()) == expected).then_some(())
    })
    .await;
}

/// A stream of messages from the host.
struct Stream {
    response: Response,
    /// What hasn't been read as a message yet.
    rest: String,
}

impl Stream {
    /// A subscription of revision 2026-07-28, acknowledged.
    async fn subscribe(host: &Host, token: &str, notifications: Value) -> Self {
        let params = json!({ "notifications": notifications });
        let response = Ask::modern(token, "subscriptions/listen", params).begin(host).await;
        let mut stream = Self::of(response);
        stream.next("notifications/subscriptions/acknowledged").await;
        stream
    }

    /// The stream of a session.
    async fn of_session(host: &Host, session: &Session) -> Self {
        Self::of(session.ask("ping", json!({})).method(Method::GET).begin(host).await)
    }

    fn of(response: Response) -> Self {
        assert!(response.status().is_success(), "{response:?}");
        let rest = String::new();
        Self { response, rest }
    }

    /// Reads to the next message with this method, and gives it.
    async fn next(&mut self, method: &str) -> Value {
        // For all of it: a stream without messages still says that it lives.
        let message = tokio::time::timeout(wait::PATIENCE, self.read_to(method)).await;
        message.unwrap_or_else(|_| panic!("waited in vain for {method}"))
    }

    async fn read_to(&mut self, method: &str) -> Value {
        loop {
            while let Some((line, rest)) = self.rest.split_once('\n') {
                let message = line.strip_prefix("data:").map(serde_json::from_str::<Value>);
                self.rest = rest.to_owned();
                if let Some(Ok(message)) = message
                    && message["method"] == method
                {
                    return message;
                }
            }
            let chunk = self.response.chunk().await.unwrap().expect("a stream that goes on");
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// How many messages with this method still come, until the host ends the stream.
    async fn further(self, method: &str) -> usize {
        let rest = self.rest + &self.response.text().await.unwrap_or_default();
        rest.matches(method).count()
    }
}

#[tokio::test]
async fn only_callers_whose_own_list_changed_are_told_in_both_eras() {
    let tools = Folder::new().guest("noop", &noop(EVERYBODY));
    let host = host(&tools).await;
    let (member, admin) = (token(&host, "member").await, token(&host, "admin").await);
    let all = json!({ "toolsListChanged": true });
    let mut members = Stream::subscribe(&host, &member, all.clone()).await;
    let mut admins = Stream::subscribe(&host, &admin, all).await;
    let members_session = Session::open(&host, &member).await;
    let admins_session = Session::open(&host, &admin).await;
    let mut members_old = Stream::of_session(&host, &members_session).await;
    let mut admins_old = Stream::of_session(&host, &admins_session).await;
    let uninterested = Stream::subscribe(&host, &admin, json!({ "promptsListChanged": true })).await;

    // A tool that only the administrators see.
    let tools = tools.guest("identity-echo", &identity(ADMINS));
    admins.next(CHANGED).await;
    admins_old.next(CHANGED).await;
    listed(&host, &admin, &["identity_echo", "noop"]).await;
    listed(&host, &member, &["noop"]).await;

    // The same tool for everybody: nothing new for the administrators.
    let tools = tools.guest("identity-echo", &identity(EVERYBODY));
    members.next(CHANGED).await;
    members_old.next(CHANGED).await;
    listed(&host, &member, &["identity_echo", "noop"]).await;

    // And gone again, for all.
    std::fs::remove_file(tools.path().join("noop.wasm")).unwrap();
    for stream in [&mut members, &mut admins, &mut members_old, &mut admins_old] {
        stream.next(CHANGED).await;
    }
    host.terminate();
    for (who, stream) in [
        ("members", members),
        ("admins", admins),
        ("members, before", members_old),
        ("admins, before", admins_old),
        ("who asked for other things", uninterested),
    ] {
        assert_eq!(stream.further(CHANGED).await, 0, "{who} are told of what isn't theirs");
    }
    assert!(host.ended().await.0.success());
}

#[tokio::test]
async fn a_tool_by_group_is_told_of_to_its_group_alone_once_memberships_are_known() {
    let of_group = r#"{ group = "usher-admins" }"#;
    let tools = Folder::new()
        .guest("noop", &noop(EVERYBODY))
        .guest("identity-echo", &identity(of_group));
    let host = host(&tools).await;
    let (member, admin) = (token(&host, "member").await, token(&host, "admin").await);
    listed(&host, &member, &["noop"]).await;
    listed(&host, &admin, &["identity_echo", "noop"]).await;
    let all = json!({ "toolsListChanged": true });
    let mut members = Stream::subscribe(&host, &member, all.clone()).await;
    let mut admins = Stream::subscribe(&host, &admin, all).await;
    std::fs::remove_file(tools.path().join("identity-echo.wasm")).unwrap();
    admins.next(CHANGED).await;
    std::fs::remove_file(tools.path().join("noop.wasm")).unwrap();
    members.next(CHANGED).await;
    host.terminate();
    assert_eq!(members.further(CHANGED).await, 0);
}

#[tokio::test]
async fn a_subscription_is_told_under_its_own_id() {
    let tools = Folder::new().guest("noop", &noop(EVERYBODY));
    let host = host(&tools).await;
    let member = token(&host, "member").await;
    let mut stream = Stream::subscribe(&host, &member, json!({ "toolsListChanged": true })).await;
    let _tools = tools.guest("identity-echo", &identity(EVERYBODY));
    let message = stream.next(CHANGED).await;
    assert_eq!(
        message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 1,
        "{message}"
    );
}

/// A call that runs keeps what it was resolved to, whatever becomes of the tool meanwhile; the next one sees what is there then.
#[tokio::test]
async fn a_call_that_runs_ends_as_it_began_when_its_tool_goes() {
    /// Some seconds: longer than it takes until the tool is gone.
    const ROUNDS: u64 = 5_000_000_000;
    let grant = |tool: &str| {
        Grant::of(&[tool])
            .gives("log = true")
            .gives("my-documents = { containers = [\"expenses\"] }")
            .gives("my-documents-write = { containers = [\"expenses\"] }")
            .limit("deadline-ms = 600000")
    };
    let tools = Folder::new()
        .guest("slow-writer", &grant("slow_writer"))
        .guest("own-documents", &grant("read"));
    let host = host(&tools).await;
    let member = token(&host, "member").await;
    let call = {
        let ask = Ask::call(&member, "slow_writer", &json!({ "rounds": ROUNDS }));
        ask.begin(&host)
    };
    let change = async {
        let has = async |id: &str| {
            let answer = Ask::call(&member, "read", &json!({ "id": id })).to(&host).await;
            structured(&answer.result())["answer"] != "error: Error::NotFound"
        };
        wait::until("the call to run", async || has("started").await.then_some(())).await;
        std::fs::remove_file(tools.path().join("slow-writer.wasm")).unwrap();
        wait::until("the tool to be gone", async || {
            let answer = Ask::modern(&member, "tools/list", json!({})).to(&host).await;
            (!names(&answer.result()).contains(&"slow_writer")).then_some(())
        })
        .await;
        let answer = Ask::call(&member, "slow_writer", &json!({ "rounds": 1 }))
            .to(&host)
            .await;
        assert_eq!(answer.code(), -32602, "the next call sees what is there: {answer:?}");
        assert!(!has("finished").await, "the call must still run: give it more rounds");
    };
    let (answer, ()) = tokio::join!(call, change);
    let answer = Answer::of(answer).await;
    assert_ne!(answer.result()["isError"], true, "{answer:?}");
}

/// The official client hears of a change by its own means, in the newest revision.
#[tokio::test]
async fn the_official_client_hears_of_a_change() {
    let tools = Folder::new().guest("noop", &noop(EVERYBODY));
    let host = host(&tools).await;
    let member = token(&host, "member").await;
    let listening = host.data().path().join("listening");
    let told = python::said("clients/listen.py", |command| {
        command.args([host.mcp(), &member, listening.to_str().unwrap()]);
    });
    let change = async {
        wait::until("the client to listen", async || listening.exists().then_some(())).await;
        tools.guest("identity-echo", &identity(EVERYBODY))
    };
    let (told, _tools) = tokio::join!(told, change);
    assert_eq!(told["before"], json!(["noop"]));
    assert_eq!(told["after"], json!(["identity_echo", "noop"]));
}
