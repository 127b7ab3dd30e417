//! Entra throttling, failing, unreachable or replaced: it is left alone, and nobody is refused for it.

use std::time::Duration;

use usher_entra::Remedy;

use crate::support::{Exchanges, Reply, seconds, somebody};

fn after(wait: u64) -> Remedy {
    Remedy::Retry {
        after: Some(seconds(wait)),
    }
}

/// What no pause between two attempts is longer than.
const PAUSE: Duration = Duration::from_millis(500);

#[tokio::test]
async fn being_throttled_keeps_everybody_from_asking_until_retry_after() {
    let exchanges = Exchanges::start().await;
    let carol = somebody("carol");
    let kept = exchanges.granted(&carol).await;
    exchanges.server.answer(Reply::raw(429, "").header("retry-after", "17"));
    assert_eq!(exchanges.remedy(&somebody("alice")).await, after(17));
    assert_eq!(exchanges.server.hits(), 2, "a throttled request is not repeated");

    exchanges.server.answer(Reply::token("granted", 3600));
    exchanges.clock.advance(seconds(10));
    assert_eq!(exchanges.remedy(&somebody("bob")).await, after(7));
    assert_eq!(exchanges.server.hits(), 2);
    assert_eq!(exchanges.granted(&carol).await, kept, "what is kept serves on");
    exchanges.clock.advance(seconds(7));
    assert_eq!(exchanges.granted(&somebody("bob")).await, "granted");
}

#[tokio::test]
async fn without_retry_after_the_wait_is_five_seconds() {
    let exchanges = Exchanges::start().await;
    exchanges.server.answer(Reply::raw(429, "<html>"));
    assert_eq!(exchanges.remedy(&somebody("alice")).await, after(5));
    let exchanges = Exchanges::start().await;
    exchanges
        .server
        .answer(Reply::error(400, "temporarily_unavailable", 90_055, None, None));
    assert_eq!(exchanges.remedy(&somebody("alice")).await, after(5));
}

#[tokio::test]
async fn a_failure_of_entras_gets_a_second_attempt_after_a_pause() {
    let exchanges = Exchanges::start().await;
    exchanges.server.behave(|request| match request.number {
        1 => Reply::error(503, "temporarily_unavailable", 90_033, None, None),
        _ => Reply::token("second", 3600),
    });
    let alice = tokio::spawn(exchanges.token(&somebody("alice")));
    exchanges.clock.slept(1).await;
    assert_eq!(exchanges.server.hits(), 1, "not before the pause");
    exchanges.clock.advance(PAUSE);
    alice.await.unwrap().unwrap();
    let requests = exchanges.server.received();
    assert_eq!(requests[0].form, requests[1].form);
}

#[tokio::test]
async fn a_failure_that_lasts_is_not_tried_a_third_time_and_stops_everybody_for_a_while() {
    let exchanges = Exchanges::start().await;
    exchanges.server.answer(Reply::raw(502, "<html>bad gateway</html>"));
    let alice = tokio::spawn(exchanges.token(&somebody("alice")));
    exchanges.clock.slept(1).await;
    exchanges.clock.advance(PAUSE);
    let error = alice.await.unwrap().unwrap_err();
    assert_eq!(error.remedy(), &after(5));
    assert_eq!(error.operator().error, "http_502");
    assert!(error.operator().correlation_id.is_some());
    assert_eq!(exchanges.server.hits(), 2);
    assert_eq!(exchanges.remedy(&somebody("bob")).await, after(5));
    assert_eq!(exchanges.server.hits(), 2);
}

#[tokio::test]
async fn a_failure_that_says_when_to_come_back_is_not_tried_before() {
    let exchanges = Exchanges::start().await;
    exchanges.server.answer(Reply::raw(503, "").header("retry-after", "30"));
    assert_eq!(exchanges.remedy(&somebody("alice")).await, after(30));
    assert_eq!(exchanges.server.hits(), 1);
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_tried_twice_and_says_nothing_about_the_caller() {
    let mut exchanges = Exchanges::start().await;
    exchanges.server.stop().await;
    let alice = somebody("alice");
    let asking = tokio::spawn(exchanges.token(&alice));
    exchanges.clock.slept(1).await;
    exchanges.clock.advance(PAUSE);
    let error = asking.await.unwrap().unwrap_err();
    assert_eq!(error.remedy(), &Remedy::Retry { after: None });
    let note = error.operator();
    assert_eq!(note.error, "unreachable");
    assert!(
        note.meaning.contains("127.0.0.1") && note.meaning.contains("refused"),
        "{note}"
    );
}

#[tokio::test]
async fn something_else_that_answers_is_the_operators_to_look_at() {
    for (status, body) in [
        (200, "<html>Sign in to the hotel's network</html>"),
        (403, "blocked"),
        (302, ""),
    ] {
        let exchanges = Exchanges::start().await;
        exchanges
            .server
            .answer(Reply::raw(status, body).header("location", "http://127.0.0.1:9/elsewhere"));
        let error = exchanges.refused(&somebody("alice")).await;
        assert_eq!(error.remedy(), &Remedy::Operator, "{status}");
        assert_eq!(error.operator().error, format!("http_{status}"));
        assert_eq!(
            exchanges.server.hits(),
            1,
            "and no redirect is followed with a token in the body"
        );
    }
}
