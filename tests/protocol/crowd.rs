//! Many callers at once: each gets its own answers.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::{Host, built};

use super::stage::{host, host_with, token};
use super::wire::{Ask, Session, structured};

const PERSONAS: [&str; 3] = ["member", "member-2", "admin"];
/// Divisible by the personas and the eras.
const CALLS: usize = 204;

fn expense(description: &str) -> Value {
    json!({ "date": "2026-11-22", "amount": 1, "category": "food", "description": description, "payment_method": "cash" })
}

/// The descriptions of what a persona has recorded.
async fn recorded(host: &Host, token: &str) -> BTreeSet<String> {
    let answer = Ask::call(token, "get_user_expenses", &json!({ "limit": 100 }))
        .to(host)
        .await
        .result();
    let expenses = structured(&answer)["expenses"].as_array().unwrap().clone();
    expenses
        .iter()
        .map(|expense| expense["description"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn two_hundred_calls_of_three_people_in_both_eras_each_get_their_own_answer() {
    // More wait than run at once; none may give up waiting on a busy machine.
    let host = host_with(&built::tools(), "[calls]\nwait-ms = 60000").await;
    let mut tokens = Vec::new();
    let mut sessions = Vec::new();
    for persona in PERSONAS {
        let token = token(&host, persona).await;
        sessions.push(Session::open(&host, &token).await);
        tokens.push(token);
    }
    let mine = |who: usize, call: usize| format!("{} {call}", PERSONAS[who]);
    let answers = join_all((0..CALLS).map(|call| {
        let who = call % PERSONAS.len();
        let arguments = expense(&mine(who, call));
        // Every third pair in a session.
        let ask = match (call / PERSONAS.len()) % 2 {
            0 => Ask::call(&tokens[who], "add_user_expense", &arguments),
            _ => sessions[who].send(&json!({
                "jsonrpc": "2.0", "id": call, "method": "tools/call",
                "params": { "name": "add_user_expense", "arguments": arguments },
            })),
        };
        let host = &host;
        async move {
            let answer = ask.to(host).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            structured(&answer.result())["id"].as_str().unwrap().to_owned()
        }
    }))
    .await;
    assert_eq!(
        answers.iter().collect::<BTreeSet<_>>().len(),
        CALLS,
        "each call made an expense of its own"
    );
    for (who, token) in tokens.iter().enumerate() {
        let own: BTreeSet<String> = (0..CALLS)
            .filter(|call| call % PERSONAS.len() == who)
            .map(|call| mine(who, call))
            .collect();
        assert_eq!(recorded(&host, token).await, own, "{}", PERSONAS[who]);
    }
}

#[tokio::test]
async fn a_members_and_an_admins_lists_are_never_mixed_up() {
    let host = host().await;
    let (member, admin) = (token(&host, "member").await, token(&host, "admin").await);
    join_all((0..100).map(|call| {
        let (token, count) = if call % 2 == 0 { (&member, 2) } else { (&admin, 3) };
        let ask = Ask::modern(token, "tools/list", json!({}));
        let host = &host;
        async move { assert_eq!(ask.to(host).await.result()["tools"].as_array().unwrap().len(), count) }
    }))
    .await;
}
