//! What is kept: one assertion's token for one scope, while both are good.

use usher_entra::{DownstreamScope, Remedy};

use crate::support::{Exchanges, Reply, START, graph, in_time, seconds, signed_in, somebody, text};

#[tokio::test]
async fn a_second_call_costs_no_exchange() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    assert_eq!(exchanges.server.hits(), 1);
}

#[tokio::test]
async fn nobody_is_served_what_another_assertion_or_scope_obtained() {
    let exchanges = Exchanges::start().await;
    let other_scope = DownstreamScope::parse("api://dddddddd-bbbb-4ccc-8ddd-eeeeeeeeeeee/.default").unwrap();
    let alice = somebody("alice");
    let mut seen = vec![
        exchanges.granted(&alice).await,
        exchanges.granted(&somebody("bob")).await,
        exchanges
            .granted(&signed_in("alice", "second", START, START + 3600))
            .await,
    ];
    seen.push(text(
        &exchanges.tokens.token(&alice, &other_scope, in_time()).await.unwrap(),
    ));
    assert_eq!(seen, ["downstream-1", "downstream-2", "downstream-3", "downstream-4"]);
    assert_eq!(
        exchanges.server.received()[3].field("scope"),
        Some(other_scope.as_str())
    );
}

#[tokio::test]
async fn a_token_is_used_until_five_minutes_before_its_end() {
    let exchanges = Exchanges::start().await;
    exchanges
        .server
        .behave(|request| Reply::token(&format!("downstream-{}", request.number), 1000).refresh_in(900));
    let alice = somebody("alice");
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    exchanges.clock.advance(seconds(699));
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    exchanges.clock.advance(seconds(1));
    assert_eq!(exchanges.granted(&alice).await, "downstream-2");
}

#[tokio::test]
async fn a_token_is_not_kept_longer_than_its_assertion_lives() {
    let exchanges = Exchanges::start().await;
    let alice = signed_in("alice", "short", START - 3600, START + 100);
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    exchanges.clock.advance(seconds(99));
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    exchanges.clock.advance(seconds(1));
    assert_eq!(exchanges.granted(&alice).await, "downstream-2");
}

#[tokio::test]
async fn a_token_that_a_resource_refused_is_dropped_and_a_newer_one_stays() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    let first = exchanges.token(&alice).await.unwrap();
    exchanges.tokens.discard(&somebody("bob"), &graph(), &first);
    assert_eq!(exchanges.granted(&alice).await, "downstream-1", "it is not Bob's");
    exchanges.tokens.discard(&alice, &graph(), &first);
    assert_eq!(exchanges.granted(&alice).await, "downstream-2");
    exchanges.tokens.discard(&alice, &graph(), &first);
    assert_eq!(
        exchanges.granted(&alice).await,
        "downstream-2",
        "a late refusal of the first"
    );
}

#[tokio::test]
async fn a_cache_of_no_entries_exchanges_every_time() {
    let exchanges = Exchanges::with_settings(|settings| settings.cache_entries = 0).await;
    let alice = somebody("alice");
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    assert_eq!(exchanges.granted(&alice).await, "downstream-2");
}

#[tokio::test]
async fn a_token_past_half_of_its_life_is_renewed_while_nobody_waits() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    exchanges.granted(&alice).await;
    exchanges.clock.advance(seconds(4823 / 2 - 1));
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    assert_eq!(exchanges.server.hits(), 1, "it is too early");

    exchanges.clock.advance(seconds(2));
    exchanges.server.hold();
    for _ in 0..100 {
        assert_eq!(exchanges.granted(&alice).await, "downstream-1", "nobody waits");
    }
    exchanges.server.asked(2).await;
    exchanges.server.release();
    let renewed = async {
        while exchanges.granted(&alice).await != "downstream-2" {
            tokio::task::yield_now().await;
        }
    };
    renewed.await;
    assert_eq!(exchanges.server.hits(), 2, "one renewal for all who asked");
}

#[tokio::test]
async fn entra_may_ask_for_an_earlier_renewal() {
    let exchanges = Exchanges::start().await;
    exchanges
        .server
        .behave(|request| Reply::token(&format!("downstream-{}", request.number), 3600).refresh_in(600));
    let alice = somebody("alice");
    exchanges.granted(&alice).await;
    exchanges.clock.advance(seconds(600));
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    exchanges.server.asked(2).await;
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_kept_token_in_use() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    exchanges.granted(&alice).await;
    exchanges
        .server
        .answer(Reply::error(401, "invalid_client", 7_000_222, None, None));
    exchanges.clock.advance(seconds(2500));
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    exchanges.server.asked(2).await;
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    exchanges.clock.advance(seconds(29));
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    assert_eq!(exchanges.server.hits(), 2, "the next attempt is half a minute later");
    // The first attempt may still be on its way back, and is then joined instead of repeated.
    while exchanges.server.hits() < 3 {
        exchanges.clock.advance(seconds(30));
        assert_eq!(exchanges.granted(&alice).await, "downstream-1");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_renewal_that_finds_the_user_revoked_ends_the_use_of_the_kept_token() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    exchanges.granted(&alice).await;
    exchanges
        .server
        .answer(Reply::error(400, "invalid_grant", 50_173, None, None));
    exchanges.clock.advance(seconds(2500));
    let refused = async {
        loop {
            match exchanges.token(&alice).await {
                Ok(_) => tokio::task::yield_now().await,
                Err(error) => break error,
            }
        }
    };
    assert_eq!(refused.await.remedy(), &Remedy::SignInAgain);
    assert_eq!(exchanges.server.hits(), 2);
    assert!(
        exchanges
            .tokens
            .token(&somebody("alice"), &graph(), in_time())
            .await
            .is_err()
    );
}
