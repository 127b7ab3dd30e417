//! How long a refusal is remembered, and whom it concerns.

use usher_entra::{DownstreamScope, Remedy};

use crate::support::{Exchanges, Reply, START, graph, in_time, seconds, signed_in, somebody};

fn hopeless() -> Reply {
    Reply::error(400, "invalid_grant", 50_173, None, None)
}

fn no_consent() -> Reply {
    Reply::error(400, "invalid_grant", 65_001, Some("consent_required"), None)
}

/// After how many seconds a refusal leads to another request.
async fn remembered(reply: Reply) -> u64 {
    let exchanges = Exchanges::start().await;
    exchanges.server.answer(reply);
    let alice = somebody("alice");
    exchanges.refused(&alice).await;
    for second in 0..=120 {
        exchanges.refused(&alice).await;
        if exchanges.server.hits() > 1 {
            return second;
        }
        exchanges.clock.advance(seconds(1));
    }
    panic!("remembered for more than two minutes");
}

#[tokio::test]
async fn an_assertion_that_can_never_work_is_refused_for_a_minute_without_asking() {
    assert_eq!(remembered(hopeless()).await, 60);
}

#[tokio::test]
async fn what_somebody_can_cure_is_refused_for_ten_seconds_without_asking() {
    assert_eq!(remembered(no_consent()).await, 10);
    assert_eq!(
        remembered(Reply::error(401, "invalid_client", 7_000_222, None, None)).await,
        10
    );
    assert_eq!(
        remembered(Reply::error(
            400,
            "interaction_required",
            53_003,
            Some("message_only"),
            None
        ))
        .await,
        10
    );
}

#[tokio::test]
async fn what_passes_by_itself_is_not_remembered_against_the_caller() {
    let exchanges = Exchanges::start().await;
    exchanges.server.answer(Reply::raw(429, "").header("retry-after", "1"));
    let alice = somebody("alice");
    assert!(exchanges.refused(&alice).await.is_transient());
    exchanges.clock.advance(seconds(1));
    exchanges.server.answer(Reply::token("again", 3600));
    assert_eq!(exchanges.granted(&alice).await, "again");
}

#[tokio::test]
async fn a_consent_that_was_just_given_counts_after_ten_seconds() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    exchanges.server.answer(no_consent());
    exchanges.refused(&alice).await;
    exchanges.server.answer(Reply::token("consented", 3600));
    exchanges.clock.advance(seconds(9));
    exchanges.refused(&alice).await;
    exchanges.clock.advance(seconds(1));
    assert_eq!(exchanges.granted(&alice).await, "consented");
}

#[tokio::test]
async fn the_refusal_of_one_stands_in_nobody_elses_way() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    exchanges.server.answer(hopeless());
    exchanges.refused(&alice).await;
    exchanges.server.answer(Reply::token("granted", 3600));
    assert_eq!(exchanges.granted(&somebody("bob")).await, "granted", "another user");
    let newer = signed_in("alice", "newer", START, START + 3600);
    assert_eq!(
        exchanges.granted(&newer).await,
        "granted",
        "another token of the same user"
    );
    let other = DownstreamScope::parse("api://dddddddd-bbbb-4ccc-8ddd-eeeeeeeeeeee/.default").unwrap();
    assert!(
        exchanges.tokens.token(&alice, &other, in_time()).await.is_ok(),
        "another scope"
    );
    assert!(exchanges.tokens.token(&alice, &graph(), in_time()).await.is_err());
}

#[tokio::test]
async fn a_user_whose_new_sign_in_is_refused_alike_is_not_sent_to_sign_in_again() {
    let exchanges = Exchanges::start().await;
    exchanges
        .server
        .answer(Reply::error(400, "invalid_grant", 50_105, None, None));
    assert_eq!(exchanges.remedy(&somebody("alice")).await, Remedy::SignInAgain);
    exchanges.clock.advance(seconds(5));
    let newer = signed_in("alice", "newer", START + 4, START + 3600);
    assert_eq!(exchanges.remedy(&newer).await, Remedy::Blocked);
    assert_eq!(
        exchanges.remedy(&somebody("bob")).await,
        Remedy::SignInAgain,
        "each user for themselves"
    );
    exchanges.clock.advance(seconds(600));
    let newest = signed_in("alice", "newest", START + 600, START + 3600);
    assert_eq!(
        exchanges.remedy(&newest).await,
        Remedy::SignInAgain,
        "after a while it is tried anew"
    );
}
