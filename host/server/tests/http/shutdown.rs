//! A server that is told to stop ends what runs, and then ends.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use usher_server::ServeError;

use crate::support::{ALICE, Ask, Plan};

/// A bound that only a server which hangs reaches.
const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    address: String,
    shutdown: CancellationToken,
    task: JoinHandle<Result<(), ServeError>>,
}

async fn serve() -> Running {
    let mut plan = Plan::new();
    plan.settings.allowed_hosts = vec!["127.0.0.1".into()];
    let host = plan.make().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/mcp", listener.local_addr().unwrap());
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    let task = tokio::spawn(host.serve(listener, stop));
    Running {
        address,
        shutdown,
        task,
    }
}

async fn ask(client: &reqwest::Client, address: &str, ask: Ask) -> reqwest::Response {
    let (parts, body) = ask.without("host").request().into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    client
        .request(parts.method, address)
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn an_idle_server_stops_at_once_and_accepts_nothing_more() {
    let Running {
        address,
        shutdown,
        task,
    } = serve().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(
        ask(&client, &address, Ask::modern(ALICE, "tools/list", json!({})))
            .await
            .status(),
        StatusCode::OK
    );
    shutdown.cancel();
    timeout(PATIENCE, task).await.unwrap().unwrap().unwrap();
    assert!(client.get(&address).send().await.is_err());
}

#[tokio::test]
async fn a_subscription_ends_with_its_final_result() {
    let Running {
        address,
        shutdown,
        task,
    } = serve().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let listen = Ask::modern(
        ALICE,
        "subscriptions/listen",
        json!({ "notifications": { "toolsListChanged": true } }),
    );
    let mut stream = ask(&client, &address, listen).await;
    assert_eq!(stream.status(), StatusCode::OK);
    let first = timeout(PATIENCE, stream.chunk()).await.unwrap().unwrap().unwrap();
    let first = String::from_utf8(first.to_vec()).unwrap();
    assert!(
        first.contains("notifications/subscriptions/acknowledged") && first.contains("toolsListChanged"),
        "{first}"
    );
    shutdown.cancel();
    let rest = timeout(PATIENCE, stream.text()).await.unwrap().unwrap();
    assert!(rest.contains("\"result\""), "{rest}");
    timeout(PATIENCE, task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_sessions_open_stream_does_not_keep_the_server_up() {
    let Running {
        address,
        shutdown,
        task,
    } = serve().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let opened = ask(&client, &address, Ask::initialize(ALICE)).await;
    let session = opened.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let get = Ask::within(ALICE, &session, "ping", &json!({})).method(http::Method::GET);
    let stream = ask(&client, &address, get).await;
    assert_eq!(stream.status(), StatusCode::OK);
    shutdown.cancel();
    timeout(PATIENCE, stream.text()).await.unwrap().unwrap();
    timeout(PATIENCE, task).await.unwrap().unwrap().unwrap();
}
