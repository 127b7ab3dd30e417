//! What an operator's monitoring reads, against a running host.

use reqwest::StatusCode;
use serde_json::json;
use usher_tests::host::Data;
use usher_tests::{Host, built, wait};

use super::stage::token;
use super::wire::{Ask, Session};

/// A host with the project's own tools that serves metrics, and where.
async fn host() -> (Host, String) {
    let data = Data::new();
    let config = data.path().join("usher.toml");
    let text = "[metrics]\nlisten = \"127.0.0.1:0\"\n[containers.expenses]\npartition-key = [\"/user_id\"]\n";
    std::fs::write(&config, text).unwrap();
    let host = Host::start_in(data, &built::tools(), &["--config", config.to_str().unwrap()]).await;
    let address = wait::until("the host to say where its metrics are", async || {
        let output = host.data().output();
        let line = output.lines().find(|line| line.contains("metrics are at /metrics"))?;
        let (_, address) = line.split_once("127.0.0.1:")?;
        let port: String = address.chars().take_while(char::is_ascii_digit).collect();
        Some(format!("http://127.0.0.1:{port}/metrics"))
    })
    .await;
    (host, address)
}

async fn scrape(host: &Host, address: &str) -> String {
    let answer = host.client().http().get(address).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(
        answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("application/openmetrics-text")
    );
    answer.text().await.unwrap()
}

/// The value of a time series; 0 if there is none.
fn value(text: &str, series: &str) -> f64 {
    text.lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
        .map_or(0.0, |value| value.parse().unwrap())
}

#[tokio::test]
async fn what_happens_is_counted_and_nobody_can_make_a_series() {
    let (host, address) = host().await;
    let (member, admin) = (token(&host, "member").await, token(&host, "admin").await);
    let session = Session::open(&host, &member).await;
    let made_up = "made_up_by_a_client";
    for ask in [
        Ask::call(&member, "get_user_expenses", &json!({})),
        Ask::call(&member, "get_user_expenses", &json!({ "no_such_argument": 1 })),
        session.call("get_user_expenses", &json!({})),
        Ask::call(&member, "get_expense_stats", &json!({})),
        Ask::call(&admin, "get_expense_stats", &json!({})),
        Ask::call(&member, made_up, &json!({})),
        Ask::call(&member, "get_user_expenses", &json!({})).without("authorization"),
        Ask::call("rubbish", "get_user_expenses", &json!({})),
    ] {
        ask.to(&host).await;
    }
    let text = scrape(&host, &address).await;
    for (series, expected) in [
        (r#"usher_calls_total{tool="get_user_expenses",outcome="complete"}"#, 2.0),
        (
            r#"usher_calls_total{tool="get_user_expenses",outcome="invalid-arguments"}"#,
            1.0,
        ),
        (r#"usher_calls_total{tool="get_expense_stats",outcome="denied"}"#, 1.0),
        (r#"usher_calls_total{tool="get_expense_stats",outcome="complete"}"#, 1.0),
        (r#"usher_call_duration_seconds_count{tool="get_user_expenses"}"#, 2.0),
        ("usher_unknown_tool_calls_total", 1.0),
        (r#"usher_tokens_total{outcome="missing"}"#, 1.0),
        (r#"usher_tokens_total{outcome="malformed"}"#, 1.0),
        (r#"usher_components{state="served"}"#, 1.0),
        (r#"usher_components{state="refused"}"#, 0.0),
        (r#"usher_reloads_total{outcome="served"}"#, 1.0),
        ("usher_tools", 3.0),
        ("usher_sessions", 1.0),
        ("usher_subscriptions", 0.0),
        ("usher_calls_running", 0.0),
        ("usher_calls_waiting", 0.0),
    ] {
        assert_eq!(value(&text, series), expected, "{series} in\n{text}");
    }
    for series in [
        r#"usher_tokens_total{outcome="verified"}"#,
        r#"usher_token_exchanges_total{outcome="granted"}"#,
        r#"usher_graph_requests_total{outcome="success"}"#,
    ] {
        assert!(value(&text, series) >= 1.0, "{series} in\n{text}");
    }
    assert!(!text.contains(made_up), "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[tokio::test]
async fn metrics_are_not_for_clients_of_tools() {
    let (host, address) = host().await;
    let public = host.mcp().replace("/mcp", "/metrics");
    let answer = host.client().http().get(&public).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let elsewhere = address.replace("/metrics", "/mcp");
    let answer = host.client().http().get(&elsewhere).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}
