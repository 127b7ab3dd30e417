//! One flight for many askers, each with a deadline of its own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;
use usher_entra::{ClaimsChallenge, Remedy};

use crate::support::{Exchanges, Reply, graph, in_time, somebody};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_askers_with_a_cold_cache_cause_one_exchange() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    let mut askers = JoinSet::new();
    for _ in 0..1000 {
        askers.spawn(exchanges.token(&alice));
    }
    while let Some(outcome) = askers.join_next().await {
        outcome.unwrap().unwrap();
    }
    assert_eq!(exchanges.server.hits(), 1);
}

#[tokio::test]
async fn askers_share_a_refusal_too() {
    let exchanges = Exchanges::start().await;
    exchanges.server.hold();
    exchanges.server.answer(Reply::error(
        400,
        "invalid_grant",
        65_001,
        Some("consent_required"),
        None,
    ));
    let alice = somebody("alice");
    let mut askers = JoinSet::new();
    for _ in 0..100 {
        askers.spawn(exchanges.token(&alice));
    }
    exchanges.server.asked(1).await;
    exchanges.server.release();
    while let Some(outcome) = askers.join_next().await {
        assert!(matches!(outcome.unwrap().unwrap_err().remedy(), Remedy::Consent { .. }));
    }
    assert_eq!(exchanges.server.hits(), 1);
}

#[tokio::test]
async fn an_asker_who_gives_up_does_not_fail_the_others() {
    let exchanges = Exchanges::start().await;
    exchanges.server.hold();
    let alice = somebody("alice");
    let first = tokio::spawn(exchanges.token(&alice));
    exchanges.server.asked(1).await;
    let second = tokio::spawn(exchanges.token(&alice));
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    exchanges.server.release();
    second.await.unwrap().unwrap();
    assert_eq!(exchanges.server.hits(), 1);
}

#[tokio::test]
async fn an_asker_waits_no_longer_than_its_deadline_and_the_exchange_goes_on() {
    let exchanges = Exchanges::start().await;
    exchanges.server.hold();
    let alice = somebody("alice");
    let deadline = Instant::now() + Duration::from_millis(30);
    let error = exchanges.tokens.token(&alice, &graph(), deadline).await.unwrap_err();
    assert_eq!(error.remedy(), &Remedy::Retry { after: None });
    assert!(error.is_transient());
    exchanges.server.asked(1).await;
    exchanges.server.release();
    exchanges.granted(&alice).await;
    assert_eq!(
        exchanges.server.hits(),
        1,
        "the second asker has what the first asked for"
    );
}

#[tokio::test]
async fn askers_with_the_same_claims_share_an_exchange() {
    let exchanges = Exchanges::start().await;
    exchanges.server.hold();
    let alice = somebody("alice");
    let claims = ClaimsChallenge::from_json(r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#).unwrap();
    let mut askers = JoinSet::new();
    for _ in 0..50 {
        let (tokens, alice, claims) = (Arc::clone(&exchanges.tokens), alice.clone(), claims.clone());
        askers.spawn(async move { tokens.token_with_claims(&alice, &graph(), &claims, in_time()).await });
    }
    exchanges.server.asked(1).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    exchanges.server.release();
    while let Some(outcome) = askers.join_next().await {
        outcome.unwrap().unwrap();
    }
    assert_eq!(exchanges.server.hits(), 1);
}
