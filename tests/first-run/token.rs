//! `usher dev token`.

use std::net::TcpListener;

use serde_json::json;
use usher_tests::Host;
use usher_tests::host::{Data, run, usher};

use super::assert_refused;

#[tokio::test]
async fn without_a_running_host_it_says_how_to_start_one() {
    let data = Data::new();
    let output = run(usher()
        .args(["dev", "token", "--as", "member", "--data"])
        .arg(data.path()))
    .await;
    assert_refused(&output, &["dev.json", "running"]);
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = run(usher().args([
        "dev",
        "token",
        "--as",
        "member",
        "--entra",
        &format!("http://{address}"),
    ]))
    .await;
    assert_refused(&output, &["usher dev", "--entra"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_persona_is_refused() {
    let host = Host::start().await;
    let output = run(usher()
        .args(["dev", "token", "--as", "mallory", "--data"])
        .arg(host.data().path()))
    .await;
    assert_refused(&output, &["mallory"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_a_time_that_is_over_and_one_without_the_scope_are_not_let_in() {
    let host = Host::start().await;
    let ask = async |arguments: &[&str]| {
        let output = run(usher()
            .args(["dev", "token", "--as"])
            .args(arguments)
            .arg("--data")
            .arg(host.data().path()))
        .await;
        assert!(output.status.success(), "{}", super::said(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    for (arguments, status) in [
        (&["member", "--ttl", "-600"][..], 401),
        (&["member", "--scope", "other"], 403),
        (&["unscoped"], 403),
    ] {
        let token = ask(arguments).await;
        let body = usher_tests::mcp::call(1, "get_user_expenses", &json!({}));
        let answer = usher_tests::mcp::send(host.client().http(), host.mcp(), Some(&token), &body)
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{arguments:?}");
    }
}
