#![allow(clippy::unwrap_used)]
mod support;
use support::*;
use serde_json::json;
use std::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn scratch() {
    let host = Plan::new().make().await;
    let a = Ask::modern(ALICE, "tools/list", json!({})).to(&host).await;
    println!("{}", serde_json::to_string_pretty(&a.json()).unwrap());
    for args in [json!({}), json!({"date":"2026-02-30","amount":0,"category":"x","description":"d","payment_method":"visa","zzz":1}),
        json!({"date":"2026-02-28","amount":12.5,"category":"food","description":"d","payment_method":"visa"}),
        json!({"date":"2026-02-28","amount":12.5,"category":"food","description":"x".repeat(10<<20),"payment_method":"visa"})] {
        let a = Ask::modern(ALICE, "tools/call", json!({"name":"add_user_expense","arguments":args})).to(&host).await;
        println!("{} {}", a.status, a.body.chars().take(600).collect::<String>());
    }
    let a = Ask::modern(ALICE, "tools/call", json!({"name":"get_user_expenses"})).to(&host).await;
    println!("{} {}", a.status, a.body);
    let stats = Ask::modern(ALICE, "tools/call", json!({"name":"get_expense_stats","arguments":{}})).to(&host).await;
    println!("{} {}", stats.status, stats.body);
    let mut r = Ask::modern(ALICE, "tools/call", json!({"name":"add_user_expense","arguments":{"amount":"@@"}})).request();
    let b = axum::body::to_bytes(std::mem::take(r.body_mut()), 1<<20).await.unwrap();
    *r.body_mut() = String::from_utf8(b.to_vec()).unwrap().replace("\"@@\"", "NaN").into();
    let a = host.send(r).await; println!("{} {}", a.status, a.body);
    for t in ["noop", "tight_loop", "structured_off_schema"] {
        let s = Instant::now();
        let a = Ask::modern(ALICE, "tools/call", json!({"name":t,"arguments":{}})).to(&host).await;
        println!("{t} {:?} {} {}", s.elapsed(), a.status, a.body);
    }
    let sid = Ask::initialize(ALICE).to(&host).await.header("mcp-session-id").to_owned();
    let a = Ask::within(ALICE, &sid, "tools/call", &json!({"name":"get_user_expenses","arguments":{}})).to(&host).await;
    println!("{} {}", a.status, a.body);
    // hot path figure
    let token = format!("Bearer {}", sign(&claims(ALICE)));
    for name in ["noop", "nope"] {
        let n = 3000; let s = Instant::now();
        for _ in 0..n { Ask::modern(ALICE, "x", json!({})).header("a","b"); }
        let base = s.elapsed();
        let s = Instant::now();
        for _ in 0..n { Ask::modern(ALICE, "tools/call", json!({"name":name,"arguments":{}})).header("authorization", &token).to(&host).await; }
        println!("{name}: {:?} per call, of which making the request {:?}", s.elapsed()/n, base/n);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnects() {
    use tracing_subscriber::prelude::*;
    tracing_subscriber::registry().with(tracing_subscriber::fmt::layer()).with(tracing_subscriber::filter::Targets::new().with_target("usher", tracing::Level::DEBUG)).init();
    let mut plan = Plan::new();
    plan.settings.allowed_hosts = vec!["127.0.0.1".into()];
    let host = plan.make().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let stop = tokio_util::sync::CancellationToken::new();
    let task = tokio::spawn(host.serve(listener, stop.clone()));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = |ask: Ask| { let (p, b) = ask.without("host").request().into_parts(); let (client, url) = (client.clone(), url.clone()); async move {
        let b = axum::body::to_bytes(b, usize::MAX).await.unwrap(); client.request(p.method, url).headers(p.headers).body(b).send().await.unwrap() } };
    let sid = send(Ask::initialize(ALICE)).await.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let s = Instant::now();
    println!("--- modern disconnect");
    let _ = tokio::time::timeout(std::time::Duration::from_millis(300), send(Ask::modern(ALICE, "tools/call", json!({"name":"tight_loop","arguments":{}})))).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    println!("--- legacy disconnect {:?}", s.elapsed());
    let r = send(Ask::within(ALICE, &sid, "tools/call", &json!({"name":"tight_loop","arguments":{}}))).await;
    println!("status {}", r.status());
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    drop(r);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    println!("--- legacy cancel {:?}", s.elapsed());
    let r = send(Ask::within(ALICE, &sid, "tools/call", &json!({"name":"tight_loop","arguments":{}}))).await;
    send(Ask::post(ALICE, json!({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}).to_string()).header("mcp-session-id", &sid)).await;
    let t = tokio::time::timeout(std::time::Duration::from_secs(5), r.text()).await;
    println!("{:?} {t:?}", s.elapsed());
    println!("--- shutdown with a call in flight");
    let call = tokio::spawn(send(Ask::modern(ALICE, "tools/call", json!({"name":"tight_loop","arguments":{}}))));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    stop.cancel();
    let s = Instant::now();
    let r = call.await.unwrap();
    println!("{} {}", r.status(), r.text().await.unwrap());
    println!("{:?}", task.await.unwrap());
    println!("{:?}", s.elapsed());
}
