//! People who call a guarded tool one time after the other, and the judge of their answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use usher_tests::{Host, mcp, wait};

use crate::protocol::wire::{Answer, LEGACY, request, text};

/// The tool that a group guards.
pub(super) const STATS: &str = "get_expense_stats";

/// Who calls, and whether they are in the group.
const PEOPLE: [(&str, bool); 4] = [
    ("admin", true),
    ("nested", true),
    ("member", false),
    ("member-2", false),
];

/// How many have been answered how.
#[derive(Default)]
struct Tally {
    /// As is right for them: those in the group have the result, the others hear that there is no such tool.
    served: AtomicU64,
    /// That it couldn't be found out, or a challenge.
    undecided: AtomicU64,
}

/// The calls; dropping it ends them.
pub(super) struct Load {
    people: Vec<Arc<Tally>>,
    stop: Arc<AtomicBool>,
    calls: JoinSet<()>,
}

impl Load {
    /// Starts everybody, in both eras.
    pub(super) fn start(host: &Host) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut calls = JoinSet::new();
        let mut people = Vec::new();
        for (persona, is_in_group) in PEOPLE {
            for in_session in [false, true] {
                let tally = Arc::new(Tally::default());
                let person = Person {
                    http: host.client().http().clone(),
                    mcp: host.mcp().to_owned(),
                    tokens: host.description()["dev_token_endpoint"].as_str().unwrap().to_owned(),
                    persona,
                    is_in_group,
                };
                people.push(Arc::clone(&tally));
                calls.spawn(person.work(in_session, tally, Arc::clone(&stop)));
            }
        }
        Self { people, stop, calls }
    }

    /// Waits until everybody was served this often from now on.
    pub(super) async fn until_served(&self, times: u64) {
        self.until("everybody to be served", times, |tally| &tally.served).await;
    }

    /// Waits until everybody was told this often from now on that it can't be found out.
    pub(super) async fn until_undecided(&self, times: u64) {
        self.until("everybody to be told of the failure", times, |tally| &tally.undecided)
            .await;
    }

    /// How many calls weren't decided until now.
    pub(super) fn undecided(&self) -> u64 {
        self.people
            .iter()
            .map(|tally| tally.undecided.load(Ordering::Relaxed))
            .sum()
    }

    /// Ends all calls; fails if an answer was wrong, or the host has lost its head.
    pub(super) async fn finish(mut self, host: &Host) {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(worker) = self.calls.join_next().await {
            worker.expect("each answer is right");
        }
        let log = host.data().output();
        assert!(!log.contains("panicked"), "{log}");
    }

    async fn until(&self, what: &str, times: u64, counter: fn(&Tally) -> &AtomicU64) {
        let goals: Vec<u64> = self
            .people
            .iter()
            .map(|tally| counter(tally).load(Ordering::Relaxed) + times)
            .collect();
        wait::until(what, async || {
            assert!(
                self.calls.len() == self.people.len() && !self.stop.load(Ordering::Relaxed),
                "somebody was answered wrongly, see above"
            );
            let reached = self.people.iter().zip(&goals);
            reached
                .into_iter()
                .all(|(tally, goal)| counter(tally).load(Ordering::Relaxed) >= *goal)
                .then_some(())
        })
        .await;
    }
}

/// Raised by whoever stops, be it in panic: the others needn't go on, and the test needn't wait for them.
struct Stops(Arc<AtomicBool>);

impl Drop for Stops {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Person {
    http: Client,
    mcp: String,
    tokens: String,
    persona: &'static str,
    is_in_group: bool,
}

impl Person {
    async fn work(self, in_session: bool, tally: Arc<Tally>, stop: Arc<AtomicBool>) {
        let _stops = Stops(Arc::clone(&stop));
        let session = match in_session {
            true => Some(self.open_session().await),
            false => None,
        };
        while !stop.load(Ordering::Relaxed) {
            // A token of its own for each call, so that no exchange is remembered.
            let token = self.token().await;
            let answer = self.call(&token, session.as_deref()).await;
            match self.judge(&answer) {
                Verdict::Served => tally.served.fetch_add(1, Ordering::Relaxed),
                Verdict::Undecided => tally.undecided.fetch_add(1, Ordering::Relaxed),
            };
        }
    }

    async fn token(&self) -> String {
        let request = self.http.post(&self.tokens).json(&json!({ "persona": self.persona }));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    async fn open_session(&self) -> String {
        let params = json!({
            "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": "tests", "version": "1" },
        });
        let token = self.token().await;
        let opened = self.post(&token, None, &request(1, "initialize", params)).await;
        assert_eq!(opened.status, StatusCode::OK, "{opened:?}");
        let session = opened.header("mcp-session-id").to_owned();
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let told = self.post(&token, Some(&session), &initialized).await;
        assert_eq!(told.status, StatusCode::ACCEPTED, "{told:?}");
        session
    }

    async fn call(&self, token: &str, session: Option<&str>) -> Answer {
        if session.is_some() {
            let call = request(2, "tools/call", json!({ "name": STATS, "arguments": {} }));
            return self.post(token, session, &call).await;
        }
        let call = mcp::call(2, STATS, &json!({}));
        Answer::of(mcp::send(&self.http, &self.mcp, Some(token), &call).await.unwrap()).await
    }

    async fn post(&self, token: &str, session: Option<&str>, message: &Value) -> Answer {
        let mut request = self
            .http
            .post(&self.mcp)
            .header("accept", "application/json, text/event-stream")
            .bearer_auth(token)
            .json(message);
        if let Some(session) = session {
            request = request.header("mcp-session-id", session);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// Panics if the answer is one that this person may not get, whatever fails.
    fn judge(&self, answer: &Answer) -> Verdict {
        let who = self.persona;
        if answer.status == StatusCode::UNAUTHORIZED {
            let challenge = answer.header("www-authenticate");
            let error = ["error=\"invalid_token\"", "error=\"insufficient_claims\""];
            assert!(error.iter().any(|error| challenge.contains(error)), "{who}: {answer:?}");
            return Verdict::Undecided;
        }
        assert_eq!(answer.status, StatusCode::OK, "{who}: {answer:?}");
        let message = answer.message();
        if message["error"].is_object() {
            assert_eq!(message["error"]["message"], format!("Unknown tool: {STATS}"), "{who}");
            assert!(!self.is_in_group, "{who} is in the group, and was denied");
            return Verdict::Served;
        }
        let result = &message["result"];
        if result["isError"] == true {
            assert!(text(result).contains("could not be found out"), "{who}: {result}");
            return Verdict::Undecided;
        }
        assert!(result["structuredContent"].is_object(), "{who}: {result}");
        assert!(self.is_in_group, "{who} isn't in the group, and was let in");
        Verdict::Served
    }
}

enum Verdict {
    Served,
    Undecided,
}
