//! Many askers, few questions.

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::control::count;
use usher_tests::{Folder, Grant, built};

use super::{STATS, counters, stats};
use crate::protocol::stage::{host, host_with, mint, token};
use crate::protocol::wire::{Ask, Session, names, structured};

const CALLS: usize = 1_000;
const PEOPLE: usize = 100;
/// Ten, each of a group of its own.
const TOOLS: [(&str, &[&str]); 4] = [
    (
        "graph-requests",
        &[
            "is_member_of",
            "memberships",
            "get",
            "get_all",
            "insist",
            "write",
            "graph_unrequired",
        ],
    ),
    ("identity-echo", &["identity_echo"]),
    ("config-echo", &["config_echo"]),
    ("noop", &["noop"]),
];

#[tokio::test]
async fn a_thousand_first_calls_of_one_person_cost_one_exchange_and_one_request_to_graph() {
    let limits = format!("[calls]\nat-once = 64\nper-caller = 64\nwaiting = {CALLS}\nwait-ms = 60000\n");
    let host = host_with(&built::tools(), &limits).await;
    let admin = token(&host, "admin").await;
    let answers = join_all((0..CALLS).map(|_| stats(&admin).to(&host))).await;
    let first = structured(&answers[0].result()).clone();
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(structured(&answer.result()), &first);
    }
    assert_eq!(count(&host, "obo").await, 1);
    assert_eq!(count(&host, "graph.memberships").await, 1);
    assert_eq!(count(&host, "graph.requests").await, 0);
}

#[tokio::test]
async fn the_lists_of_a_hundred_people_with_ten_guarded_tools_cost_at_most_a_hundred_requests() {
    let mut group = 0..;
    let folder = TOOLS.iter().fold(Folder::new(), |folder, (program, tools)| {
        let grant = tools.iter().fold(Grant::default(), |grant, tool| {
            let group = format!("77777777-7777-4777-8777-{:012}", group.next().unwrap());
            // Everybody is outside of these groups, so everybody sees the tool, once Graph has said so.
            let rule =
                format!("{{ all = [{{ scope = \"user_impersonation\" }}, {{ not = {{ group = \"{group}\" }} }}] }}");
            grant.serves(tool, &rule)
        });
        let grant = grant.gives("log = true").gives("identity = true").gives("config = {}");
        folder.guest(program, &permitted(program, grant))
    });
    let host = host_with(folder.path(), "").await;
    let tokens = join_all((0..PEOPLE).map(|person| {
        let oid = format!("c40d0000-0000-4000-8000-{person:012}");
        let claims = json!({ "oid": oid, "sub": oid });
        let host = &host;
        async move { mint(host, &json!({ "persona": "member", "claims": claims })).await }
    }))
    .await;
    let before = counters(&host).await;
    // Twice each, at once: the second shares the lookup of the first.
    join_all(tokens.iter().chain(&tokens).map(|token| {
        let host = &host;
        async move {
            let answer = Ask::modern(token, "tools/list", json!({})).to(host).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            assert_eq!(names(&answer.result()).len(), 10, "{answer:?}");
        }
    }))
    .await;
    let after = counters(&host).await;
    let grown = |endpoint: &str| after[endpoint].as_u64().unwrap() - before[endpoint].as_u64().unwrap();
    assert_eq!(grown("graph.memberships"), PEOPLE as u64, "one for each person");
    assert_eq!(grown("obo"), PEOPLE as u64);
    assert_eq!(grown("graph.requests"), 0);
}

/// What a program requires.
fn permitted(program: &str, grant: Grant) -> Grant {
    if program != "graph-requests" {
        return grant;
    }
    grant
        .gives("graph = { memberships = true, requests = [{ path = \"/me\" }, { path = \"/me/drive/root:/{file}\" }] }")
        .gives(
            "graph-write = { requests = [{ method = \"POST\", path = \"/me/sendMail\" }, \
             { method = \"PUT\", path = \"/me/drive/root:/{file}:/content\" }] }",
        )
}

#[tokio::test]
async fn a_call_whose_answer_is_known_makes_no_request_in_either_era() {
    let host = host().await;
    let (admin, member) = (token(&host, "admin").await, token(&host, "member").await);
    let (of_admin, of_member) = (Session::open(&host, &admin).await, Session::open(&host, &member).await);
    structured(&stats(&admin).to(&host).await.result());
    stats(&member).to(&host).await.assert_error(StatusCode::OK, -32602);
    let before: Value = counters(&host).await;
    for _ in 0..10 {
        structured(&stats(&admin).to(&host).await.result());
        structured(&of_admin.call(STATS, &json!({})).to(&host).await.result());
        assert_eq!(stats(&member).to(&host).await.code(), -32602);
        assert_eq!(of_member.call(STATS, &json!({})).to(&host).await.code(), -32602);
        assert_eq!(
            names(&Ask::modern(&admin, "tools/list", json!({})).to(&host).await.result()).len(),
            3
        );
        assert_eq!(
            names(&Ask::modern(&member, "tools/list", json!({})).to(&host).await.result()).len(),
            2
        );
    }
    assert_eq!(counters(&host).await, before);
}
