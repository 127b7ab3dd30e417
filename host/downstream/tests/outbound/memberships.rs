//! Who is in which group: how it is asked, and for how long an answer is believed.

use std::{sync::Arc, time::Duration};

use axum::response::IntoResponse;
use futures_util::{FutureExt, future::join_all};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::support::{ADMINS, AUDITORS, Service, World, entra, members_of, soon, user, user_with_token};

#[tokio::test]
async fn one_group_is_asked_about_by_the_filtered_query() {
    let world = World::new(|seen| members_of(&seen, &[ADMINS])).await;
    let known = world
        .graph
        .memberships(&user("alice"), &[ADMINS], soon())
        .await
        .unwrap();
    assert_eq!(known.get(ADMINS), Some(true));
    let seen = world.service.only();
    assert_eq!(
        seen.target,
        format!(
            "/graph/v1.0/me/transitiveMemberOf/microsoft.graph.group?$filter=id%20eq%20%27{ADMINS}%27&$count=true&$select=id&$top=1"
        )
    );
    assert_eq!(seen.header("consistencylevel"), "eventual");
    assert_eq!(
        seen.header("authorization"),
        "Bearer token-1-for-https://graph.microsoft.com/.default"
    );
}

#[tokio::test]
async fn several_groups_are_one_request() {
    let world = World::new(|seen| members_of(&seen, &[AUDITORS])).await;
    let known = world
        .graph
        .memberships(&user("alice"), &[ADMINS, AUDITORS], soon())
        .await
        .unwrap();
    assert_eq!((known.get(ADMINS), known.get(AUDITORS)), (Some(false), Some(true)));
    let seen = world.service.only();
    assert_eq!(
        (seen.method.as_str(), &*seen.target),
        ("POST", "/graph/v1.0/me/checkMemberGroups")
    );
    assert_eq!(seen.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_request_names_twenty_groups_at_most() {
    let groups: Vec<Uuid> = (1..=45).map(Uuid::from_u128).collect();
    let member_of = groups[44];
    let world = World::new(move |seen| members_of(&seen, &[member_of])).await;
    let known = world.graph.memberships(&user("alice"), &groups, soon()).await.unwrap();
    for group in &groups {
        assert_eq!(known.get(*group), Some(*group == member_of));
    }
    assert_eq!(world.service.count(), 3);
}

#[tokio::test]
async fn whoever_asks_about_one_watched_group_asks_about_all() {
    let world = World::new(|seen| members_of(&seen, &[ADMINS])).await;
    world.graph.watch_groups([ADMINS, AUDITORS].into());
    let alice = user("alice");
    world.graph.memberships(&alice, &[AUDITORS], soon()).await.unwrap();
    let known = world.graph.known(alice.caller(), &[ADMINS]).unwrap();
    assert_eq!(known.get(ADMINS), Some(true));
    assert_eq!(world.service.count(), 1);
}

/// Lets a crowd ask at once, with nothing known, and answers when all have asked.
async fn crowd(membership_ttl: Duration) -> World {
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let service = Service::slow(move |seen| {
        let gate = Arc::clone(&gate);
        async move {
            gate.acquire().await.unwrap().forget();
            members_of(&seen, &[ADMINS])
        }
    })
    .await;
    let world = World::of(entra().await, service, membership_ttl);
    world.graph.watch_groups([ADMINS, AUDITORS].into());
    let alice = user("alice");
    let asking = (0..1_000).map(|number| {
        // Different rules ask about different groups.
        let groups = if number % 2 == 0 {
            vec![ADMINS]
        } else {
            vec![AUDITORS, ADMINS]
        };
        let (graph, alice) = (&world.graph, &alice);
        async move { graph.memberships(alice, &groups, soon()).await }
    });
    let mut asking = Box::pin(join_all(asking));
    assert!((&mut asking).now_or_never().is_none());
    opened.add_permits(1_000);
    for known in asking.await {
        assert_eq!(known.unwrap().get(ADMINS), Some(true));
    }
    world
}

#[tokio::test]
async fn a_thousand_askers_share_one_exchange_and_one_request() {
    let world = crowd(Duration::from_secs(60)).await;
    assert_eq!((world.entra.count(), world.service.count()), (1, 1));
    assert!(world.graph.known(user("alice").caller(), &[ADMINS, AUDITORS]).is_some());
}

#[tokio::test]
async fn without_a_cache_those_who_ask_at_once_still_share_one_request() {
    let world = crowd(Duration::ZERO).await;
    assert_eq!((world.entra.count(), world.service.count()), (1, 1));
    assert!(world.graph.known(user("alice").caller(), &[ADMINS]).is_none());
    world
        .graph
        .memberships(&user("alice"), &[ADMINS], soon())
        .await
        .unwrap();
    assert_eq!(world.service.count(), 2);
}

#[tokio::test]
async fn an_answer_is_believed_for_its_time_and_tells_its_age() {
    let world = World::new(|seen| members_of(&seen, &[ADMINS])).await;
    let alice = user("alice");
    world.graph.memberships(&alice, &[ADMINS], soon()).await.unwrap();
    world.clock.advance(Duration::from_secs(59));
    let known = world.graph.known(alice.caller(), &[ADMINS]).unwrap();
    assert_eq!(known.age(ADMINS).unwrap(), Duration::from_secs(59));
    world.clock.advance(Duration::from_secs(1));
    assert!(world.graph.known(alice.caller(), &[ADMINS]).is_none());
    let known = world.graph.memberships(&alice, &[ADMINS], soon()).await.unwrap();
    assert_eq!(known.age(ADMINS).unwrap(), Duration::ZERO);
    assert_eq!(world.service.count(), 2);
}

#[tokio::test]
async fn one_users_answer_is_never_anothers() {
    let world = World::new(|seen| {
        let is_alice = seen.header("authorization").contains("token-1-");
        members_of(&seen, if is_alice { &[ADMINS] } else { &[] })
    })
    .await;
    let (alice, bob) = (user("alice"), user("bob"));
    let stranger = usher_entra::Caller::testing("alice").in_tenant("elsewhere").build();
    let known = world.graph.memberships(&alice, &[ADMINS], soon()).await.unwrap();
    assert_eq!(known.get(ADMINS), Some(true));
    assert!(world.graph.known(bob.caller(), &[ADMINS]).is_none());
    assert!(world.graph.known(&stranger, &[ADMINS]).is_none());
    let known = world.graph.memberships(&bob, &[ADMINS], soon()).await.unwrap();
    assert_eq!(known.get(ADMINS), Some(false));
    // The same person with another token is the same person.
    assert!(
        world
            .graph
            .known(user_with_token("alice", "another").caller(), &[ADMINS])
            .is_some()
    );
}

#[tokio::test]
async fn an_asker_who_leaves_does_not_take_the_answer_with_them() {
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let service = Service::slow(move |seen| {
        let gate = Arc::clone(&gate);
        async move {
            gate.acquire().await.unwrap().forget();
            members_of(&seen, &[ADMINS]).into_response()
        }
    })
    .await;
    let world = World::of(entra().await, service, Duration::from_secs(60));
    let alice = user("alice");
    let first = world.graph.memberships(&alice, &[ADMINS], soon()).now_or_never();
    assert!(first.is_none(), "the first asker is gone");
    let second = world.graph.memberships(&alice, &[ADMINS], soon());
    opened.add_permits(1);
    assert_eq!(second.await.unwrap().get(ADMINS), Some(true));
    assert_eq!(world.service.count(), 1);
}

#[tokio::test]
async fn no_groups_are_known_without_asking() {
    let world = World::new(|seen| members_of(&seen, &[])).await;
    assert!(world.graph.known(user("alice").caller(), &[]).is_some());
    world.graph.memberships(&user("alice"), &[], soon()).await.unwrap();
    assert_eq!((world.entra.count(), world.service.count()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_on_many_threads_shares_them_too() {
    let world = Arc::new(World::new(|seen| members_of(&seen, &[ADMINS])).await);
    world.graph.watch_groups([ADMINS, AUDITORS].into());
    let asking = (0..1_000).map(|_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.graph.memberships(&user("alice"), &[ADMINS], soon()).await })
    });
    for known in join_all(asking.collect::<Vec<_>>()).await {
        assert_eq!(known.unwrap().unwrap().get(ADMINS), Some(true));
    }
    assert_eq!((world.entra.count(), world.service.count()), (1, 1));
}
