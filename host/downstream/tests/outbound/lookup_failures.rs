//! Failing to find out is never an answer.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use axum::response::IntoResponse;
use serde_json::json;
use usher_downstream::DownstreamError;
use usher_entra::Remedy;

use crate::support::{
    ADMINS, AUDITORS, Service, World, claims_challenge, form, grant, graph_error, members_of, refuse, soon, user,
    user_with_token,
};

/// The number of the request: the first is 1.
fn counting() -> impl Fn() -> usize + Send + Sync {
    let count = AtomicUsize::new(0);
    move || count.fetch_add(1, Ordering::SeqCst) + 1
}

#[tokio::test]
async fn a_failure_is_never_remembered_as_no() {
    let count = counting();
    let world = World::new(move |seen| {
        if count() <= 2 {
            graph_error(500, "generalException").into_response()
        } else {
            members_of(&seen, &[ADMINS])
        }
    })
    .await;
    let alice = user("alice");
    let error = world.graph.memberships(&alice, &[ADMINS], soon()).await.unwrap_err();
    assert_eq!(error.remedy(), Remedy::Retry { after: None });
    assert!(error.to_string().contains("500 generalException"), "{error}");
    assert!(world.graph.known(alice.caller(), &[ADMINS]).is_none());
    world.clock.advance(Duration::from_secs(1));
    let known = world.graph.memberships(&alice, &[ADMINS], soon()).await.unwrap();
    assert_eq!(known.get(ADMINS), Some(true));
}

#[tokio::test]
async fn a_crowd_that_comes_after_a_failure_does_not_hammer() {
    let world = World::new(|_| graph_error(500, "generalException")).await;
    for _ in 0..100 {
        assert!(
            world
                .graph
                .memberships(&user("alice"), &[ADMINS], soon())
                .await
                .is_err()
        );
    }
    assert_eq!(world.service.count(), 2, "one attempt and its repetition");
    // The next user isn't held back by it.
    assert!(world.graph.memberships(&user("bob"), &[ADMINS], soon()).await.is_err());
    assert_eq!(world.service.count(), 4);
}

#[tokio::test]
async fn a_short_failure_is_got_over() {
    let count = counting();
    let world = World::new(move |seen| match count() {
        1 => graph_error(502, "badGateway").into_response(),
        _ => members_of(&seen, &[ADMINS]),
    })
    .await;
    let known = world
        .graph
        .memberships(&user("alice"), &[ADMINS], soon())
        .await
        .unwrap();
    assert_eq!(known.get(ADMINS), Some(true));
}

#[tokio::test]
async fn throttling_is_waited_for_within_the_deadline() {
    let count = counting();
    let world = World::new(move |seen| match count() {
        1 => ([("retry-after", "1")], graph_error(429, "TooManyRequests")).into_response(),
        _ => members_of(&seen, &[ADMINS]),
    })
    .await;
    let known = world
        .graph
        .memberships(&user("alice"), &[ADMINS], soon())
        .await
        .unwrap();
    assert_eq!(known.get(ADMINS), Some(true));
    assert_eq!(world.service.count(), 2);
}

#[tokio::test]
async fn while_graph_throttles_nobody_asks_it_about_groups() {
    let world = World::new(|_| ([("retry-after", "40")], graph_error(429, "TooManyRequests"))).await;
    for name in ["alice", "alice", "bob", "carol"] {
        match world.graph.memberships(&user(name), &[ADMINS], soon()).await {
            Err(DownstreamError::Throttled(Some(after))) => {
                assert!((35..=40).contains(&after.as_secs()), "{after:?}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(world.service.count(), 1);
}

#[tokio::test]
async fn a_missing_permission_is_the_operators_business() {
    let world = World::new(|_| graph_error(403, "Authorization_RequestDenied")).await;
    let asked = world
        .graph
        .memberships(&user("alice"), &[ADMINS, AUDITORS], soon())
        .await;
    let error = asked.unwrap_err();
    assert_eq!(error.remedy(), Remedy::Operator);
    let note = error.operator().to_string();
    assert!(
        note.contains("Authorization_RequestDenied") && note.contains("GroupMember.Read.All"),
        "{note}"
    );
    assert!(!note.contains("not for the log"), "{note}");
}

#[tokio::test]
async fn an_answer_that_can_not_be_read_is_no_answer() {
    for body in [
        "",
        "{}",
        "{\"value\":null}",
        "<html>",
        "{\"value\":[{\"id\":\"x\"}]}",
        "[]",
    ] {
        let world = World::new(move |_| body).await;
        let asked = world.graph.memberships(&user("alice"), &[ADMINS], soon()).await;
        assert!(
            matches!(asked, Err(DownstreamError::Unavailable(_))),
            "{body}: {asked:?}"
        );
    }
}

#[tokio::test]
async fn a_claims_challenge_is_answered_by_one_exchange_with_the_claims() {
    let world = World::new(|seen| {
        if seen.header("authorization").contains("token-1-") {
            claims_challenge().into_response()
        } else {
            members_of(&seen, &[ADMINS])
        }
    })
    .await;
    let known = world
        .graph
        .memberships(&user("alice"), &[ADMINS], soon())
        .await
        .unwrap();
    assert_eq!(known.get(ADMINS), Some(true));
    let exchanges = world.entra.seen();
    assert_eq!(exchanges.len(), 2);
    assert!(
        form(&exchanges[1])["claims"].contains("1796000000"),
        "{:?}",
        exchanges[1]
    );
}

#[tokio::test]
async fn a_challenge_that_stays_is_passed_up() {
    let world = World::new(|_| claims_challenge()).await;
    let error = world
        .graph
        .memberships(&user("alice"), &[ADMINS], soon())
        .await
        .unwrap_err();
    match error.remedy() {
        Remedy::SatisfyClaims(challenge) => assert!(challenge.as_json().contains("nbf")),
        other => panic!("{other:?}"),
    }
    assert_eq!((world.entra.count(), world.service.count()), (2, 2));
}

#[tokio::test]
async fn a_token_that_graph_refuses_is_exchanged_anew_once() {
    let world = World::new(|_| graph_error(401, "InvalidAuthenticationToken")).await;
    let error = world
        .graph
        .memberships(&user("alice"), &[ADMINS], soon())
        .await
        .unwrap_err();
    assert!(
        matches!(error, DownstreamError::Refused { status: 401, .. }),
        "{error:?}"
    );
    assert_eq!((world.entra.count(), world.service.count()), (2, 2));
}

#[tokio::test]
async fn a_stale_token_in_one_client_does_not_sign_the_person_out_of_another() {
    // Entra takes one assertion of alice's and refuses the other.
    let count = counting();
    let entra = Service::new(move |seen| {
        if form(&seen)["assertion"].ends_with("stale") {
            refuse("invalid_grant", json!({"error_codes": [500_133]}))
        } else {
            grant(&seen, count())
        }
    })
    .await;
    let service = Service::new(|seen| members_of(&seen, &[ADMINS])).await;
    let world = World::of(entra, service, Duration::from_secs(60));
    let (stale, fresh) = (user_with_token("alice", "stale"), user_with_token("alice", "fresh"));
    let (first, second) = tokio::join!(
        world.graph.memberships(&stale, &[ADMINS], soon()),
        world.graph.memberships(&fresh, &[ADMINS], soon()),
    );
    assert_eq!(first.unwrap_err().remedy(), Remedy::SignInAgain);
    assert_eq!(second.unwrap().get(ADMINS), Some(true));
}

#[tokio::test]
async fn a_refused_exchange_asks_graph_nothing() {
    let entra = Service::new(|_| refuse("invalid_grant", json!({"suberror": "consent_required"}))).await;
    let service = Service::new(|seen| members_of(&seen, &[ADMINS])).await;
    let world = World::of(entra, service, Duration::from_secs(60));
    let error = world
        .graph
        .memberships(&user("alice"), &[ADMINS], soon())
        .await
        .unwrap_err();
    assert!(matches!(error.remedy(), Remedy::Consent { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("not for anybody's eyes"));
    assert_eq!(world.service.count(), 0);
}

#[tokio::test]
async fn graph_away_is_a_failure_that_passes() {
    let world = World::new(|_| ()).await;
    // Nobody listens there any more.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/", gone.local_addr().unwrap()).parse().unwrap();
    drop(gone);
    let away = Service::nowhere(base);
    let world = World::of(world.entra, away, Duration::from_secs(60));
    let error = world
        .graph
        .memberships(&user("alice"), &[ADMINS], soon())
        .await
        .unwrap_err();
    assert_eq!(error.remedy(), Remedy::Retry { after: None });
}
