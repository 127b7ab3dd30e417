//! Within the paths of the grant: query options, sizes, and what one tool of a component requires.

use serde_json::json;
use usher_tests::control::{change, count, look};

use super::{MAX_UPLOAD, assert_refused, get, host, told};
use crate::protocol::stage::token;

#[tokio::test]
async fn a_query_option_that_the_grant_does_not_name_is_not_granted() {
    let host = host().await;
    let member = token(&host, "member").await;
    for query in [
        &[("$expand", "memberOf")][..],
        &[("$select", "id"), ("$filter", "x eq 1")],
        &[("$SELECT", "id")],
        &[("%24select", "id")],
        &[("select", "id")],
        &[("$select&$expand", "memberOf")],
        &[("$select=id&$expand", "memberOf")],
        &[("$select", "id"), ("$select", "mail")],
        &[("", "x")],
    ] {
        let answer = get(&host, &member, "/me", query).await;
        assert_refused(&format!("{query:?}"), &answer, &["NotGranted", "Invalid"]);
    }
    assert_eq!(count(&host, "graph.requests").await, 0);
    // A value is a value, whatever is in it: it can't begin another option.
    let answer = get(&host, &member, "/me", &[("$select", "id&$expand=memberOf")]).await;
    assert_ne!(answer["status"], 200, "{answer}");
}

#[tokio::test]
async fn a_body_over_the_grants_limit_never_leaves() {
    let host = host().await;
    let member = token(&host, "member").await;
    let put = async |repeat: usize| {
        let write = json!({
            "method": "PUT", "path": "/me/drive/root:/a.txt:/content", "content_type": "text/plain",
            "text": "x", "repeat": repeat,
        });
        told(&host, &member, "write", write).await
    };
    assert_refused("one byte more", &put(MAX_UPLOAD + 1).await, &["TooLarge"]);
    assert_eq!(count(&host, "graph.requests").await, 0);
    assert_eq!(put(MAX_UPLOAD).await["status"], 201);
    assert_eq!(look(&host, "/dev/drive").await["files"][0]["size"], MAX_UPLOAD);
}

#[tokio::test]
async fn what_the_grant_gives_and_the_tool_does_not_require_is_not_granted() {
    let host = host().await;
    let member = token(&host, "member").await;
    let answer = told(&host, &member, "graph_unrequired", json!({})).await;
    for what in ["member", "get", "write"] {
        assert_refused(what, &answer[what], &["NotGranted"]);
    }
    let messages = get(&host, &member, "/me/messages", &[]).await;
    assert_refused("/me/messages", &messages, &["NotGranted"]);
    assert_eq!(count(&host, "graph.requests").await, 0);
    assert_eq!(count(&host, "obo").await, 0, "nothing was exchanged for it");
}

#[tokio::test]
async fn memberships_are_graphs_nested_and_up_to_date() {
    let host = host().await;
    let group = host.description()["groups"]["usher-admins"].clone();
    let finance = host.description()["groups"]["usher-finance"].clone();
    for (persona, expected) in [
        ("admin", [true, true]),
        ("nested", [true, false]),
        ("member", [false, false]),
        ("overage", [false, false]),
    ] {
        let token = token(&host, persona).await;
        let asked = json!({ "groups": [group, finance] });
        let at_once = told(&host, &token, "memberships", asked.clone()).await;
        assert_eq!(at_once, json!(expected), "{persona}");
        assert_eq!(told(&host, &token, "is_member_of", asked).await, at_once, "{persona}");
    }
    let newcomer = json!({ "group": "usher-finance", "persona": "guest", "member": true });
    change(&host, "/dev/groups", &newcomer).await;
    let guest = token(&host, "guest").await;
    let answer = told(&host, &guest, "memberships", json!({ "groups": [group, finance] })).await;
    assert_eq!(answer, json!([false, true]));
}
