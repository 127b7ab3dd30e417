//! `usher dev`.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};
use usher_tests::host::{self, Data, run, usher};
use usher_tests::{Host, built};

use super::assert_refused;

/// `usher dev` with these addresses and an empty data folder, until it ends.
async fn dev(listen: &str, entra: &str) -> std::process::Output {
    let data = Data::new();
    let mut command = usher();
    command
        .args(["dev", "--listen", listen, "--entra-listen", entra, "--tools"])
        .arg(built::tools());
    run(command.arg("--data").arg(data.path())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_in_user_records_an_expense_with_one_command() {
    let host = Host::start().await;
    let (member, other, admin) = (
        host.token("member").await,
        host.token("member-2").await,
        host.token("admin").await,
    );
    let lunch = json!({
        "date": "2026-11-22", "amount": 12.5, "category": "food", "description": "lunch", "payment_method": "visa",
    });
    let recorded = host.client().structured(&member, "add_user_expense", &lunch).await;
    assert!(recorded["id"].is_string());
    let mine = host.client().structured(&member, "get_user_expenses", &json!({})).await;
    assert_eq!(mine, json!({ "expenses": [lunch] }));
    let theirs = host.client().structured(&other, "get_user_expenses", &json!({})).await;
    assert_eq!(theirs, json!({ "expenses": [] }));
    let statistics = host.client().structured(&admin, "get_expense_stats", &json!({})).await;
    assert_eq!(
        statistics,
        json!({ "categories": [{ "category": "food", "count": 1, "total": 12.5 }] })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_ready_describes_itself_to_programs() {
    let host = Host::start().await;
    let keys = [
        "mcp",
        "issuer",
        "authority",
        "graph",
        "tenant",
        "client_id",
        "client_secret",
        "scope",
        "public_client_ids",
        "personas",
    ];
    for key in keys {
        assert!(
            !host.description()[key].is_null(),
            "{key} is missing in {}",
            host.description()
        );
    }
    let url = format!("{}/dev.json", host.description()["authority"].as_str().unwrap());
    let served: Value = host
        .client()
        .http()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(&served, host.description());
    let personas: Vec<_> = served["personas"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|persona| persona["trouble"].is_null())
        .map(|persona| persona["name"].clone())
        .collect();
    assert_eq!(personas, ["admin", "member", "member-2", "unscoped"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_host_keeps_is_closed_to_others() {
    let host = Host::start().await;
    let mode = |name: &str| {
        std::fs::metadata(host.data().path().join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("dev.json"), 0o600, "it holds the development client's secret");
    assert_eq!(mode("seal.key"), 0o600);
    assert_eq!(mode("compiled") & 0o022, 0, "others must not put code there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_reads_what_to_do_next() {
    let host = Host::start().await;
    let output = host.data().output();
    for part in [
        host.mcp(),
        "mcp.json",
        "\"servers\"",
        "add_user_expense",
        "curl",
        "dev token --as member",
        "member-2",
    ] {
        assert!(output.contains(part), "{part:?} is missing in:\n{output}");
    }
    let secret = host.description()["client_secret"].as_str().unwrap();
    assert!(!output.contains(secret), "the development client's secret is printed");
}

#[tokio::test]
async fn a_taken_port_is_a_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_refused(&dev(&address, "127.0.0.1:0").await, &[&address, "taken", "--listen"]);
    assert_refused(&dev("127.0.0.1:0", &address).await, &[&address, "--entra-listen"]);
}

#[tokio::test]
async fn a_development_host_is_for_this_machine_only() {
    assert_refused(&dev("0.0.0.0:0", "127.0.0.1:0").await, &["loopback"]);
    assert_refused(&dev("127.0.0.1:0", "0.0.0.0:0").await, &["loopback"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_host_does_not_take_the_data_of_the_first() {
    let host = Host::start().await;
    let second = run(&mut host::dev(&built::tools(), host.data().path())).await;
    assert_refused(&second, &[host.data().path().to_str().unwrap()]);
    let token = host.token("member").await;
    host.client().structured(&token, "get_user_expenses", &json!({})).await;
}

#[tokio::test]
async fn a_folder_of_tools_that_is_not_there_is_a_clear_error() {
    let data = Data::new();
    let output = run(&mut host::dev(Path::new("/nowhere/tools"), data.path())).await;
    assert_refused(&output, &["/nowhere/tools", "--tools"]);
}
