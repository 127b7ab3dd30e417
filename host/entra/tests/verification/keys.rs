//! How keys are fetched, kept and renewed; above all how often Entra is asked.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::task::JoinSet;
use usher_entra::{Answer, Reason, Verifier, VerifierSettings, http_client};

use crate::support::{API, ISSUER, TENANT, Tenant, Token, bearer, hours, minutes, rogue_key, second_key, signing_key};

/// A token that names a key of this number, which nobody publishes.
fn forged(number: usize) -> String {
    Token::user()
        .with_header("kid", json!(format!("forged-{number}")))
        .with_signature("c2ln")
}

fn unavailable(answer: Answer) -> Duration {
    match answer {
        Answer::Unavailable { retry_after } => retry_after,
        other => panic!("expected unavailable keys, got {other:?}"),
    }
}

#[tokio::test]
async fn a_thousand_forged_kids_in_a_row_cause_one_fetch_in_five_minutes() {
    let tenant = Tenant::start().await;
    tenant.verify(&Token::user().sign()).await.unwrap();
    tenant.clock.advance(minutes(5));
    let before = tenant.jwks.hits();
    for number in 0..1000 {
        assert_eq!(tenant.answer(&forged(number)).await, Answer::Invalid);
    }
    tenant.clock.advance(minutes(5) - Duration::from_secs(1));
    assert_eq!(tenant.answer(&forged(1000)).await, Answer::Invalid);
    assert_eq!(tenant.jwks.hits() - before, 1);
    tenant.clock.advance(Duration::from_secs(1));
    assert_eq!(tenant.answer(&forged(1001)).await, Answer::Invalid);
    assert_eq!(tenant.jwks.hits() - before, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_forged_kids_at_once_share_one_fetch() {
    let tenant = Tenant::start().await;
    tenant.jwks.hold();
    let mut askers = JoinSet::new();
    for number in 0..1000 {
        let verifier = Arc::clone(&tenant.verifier);
        askers.spawn(async move { verifier.verify(bearer(&forged(number))).await.unwrap_err().answer() });
    }
    // A good token waits for the same flight, and is served by it.
    let good = tokio::spawn({
        let verifier = Arc::clone(&tenant.verifier);
        async move { verifier.verify(bearer(&Token::user().sign())).await }
    });
    tenant.jwks.asked(1).await;
    tenant.jwks.release();
    while let Some(answer) = askers.join_next().await {
        assert_eq!(answer.unwrap(), Answer::Invalid);
    }
    good.await.unwrap().unwrap();
    assert_eq!(tenant.jwks.hits(), 1);
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_abort_the_fetch() {
    let tenant = Tenant::start().await;
    tenant.jwks.hold();
    let asker = tokio::spawn({
        let verifier = Arc::clone(&tenant.verifier);
        async move { verifier.verify(bearer(&forged(0))).await.is_err() }
    });
    tenant.jwks.asked(1).await;
    asker.abort();
    assert!(asker.await.unwrap_err().is_cancelled());
    tenant.jwks.release();
    assert_eq!(tenant.answer(&forged(1)).await, Answer::Invalid);
    assert_eq!(tenant.jwks.hits(), 1);
}

#[tokio::test]
async fn entra_being_away_at_the_start_does_not_lock_out_for_five_minutes() {
    let tenant = Tenant::start().await;
    tenant.jwks.fail();
    let token = Token::user().sign();
    assert_eq!(unavailable(tenant.answer(&token).await), Duration::from_secs(1));
    assert!(!tenant.verifier.keys_ready().is_ready());

    // While backing off nobody is asked.
    assert_eq!(unavailable(tenant.answer(&token).await), Duration::from_secs(1));
    assert_eq!(tenant.jwks.hits(), 1);

    tenant.clock.advance(Duration::from_secs(1));
    assert_eq!(unavailable(tenant.answer(&token).await), Duration::from_secs(2));
    tenant.jwks.publish(&[signing_key()]);
    tenant.clock.advance(Duration::from_secs(2));
    tenant.verify(&token).await.unwrap();
    assert_eq!(tenant.jwks.hits(), 3);
    assert!(tenant.verifier.keys_ready().is_ready());
}

#[tokio::test]
async fn the_background_task_fetches_at_once_and_then_hourly() {
    let tenant = Tenant::start().await;
    let refresh = tenant.verifier.spawn_refresh();
    tenant.clock.slept(1).await;
    let status = tenant.verifier.keys_ready();
    assert_eq!((status.usable(), status.age()), (2, Some(Duration::ZERO)));

    tenant.clock.advance(minutes(59));
    assert_eq!(tenant.verifier.keys_ready().age(), Some(minutes(59)));
    assert_eq!(tenant.jwks.hits(), 1);
    tenant.clock.advance(minutes(1));
    tenant.clock.slept(2).await;
    assert_eq!(
        (tenant.jwks.hits(), tenant.verifier.keys_ready().age()),
        (2, Some(Duration::ZERO))
    );

    drop(refresh);
}

#[tokio::test]
async fn the_background_task_retries_soon_after_a_failure() {
    let tenant = Tenant::start().await;
    tenant.jwks.fail();
    let _refresh = tenant.verifier.spawn_refresh();
    tenant.clock.slept(1).await;
    assert_eq!(tenant.verifier.keys_ready().age(), None);
    tenant.jwks.publish(&[signing_key()]);
    tenant.clock.advance(Duration::from_secs(1));
    tenant.clock.slept(2).await;
    assert!(tenant.verifier.keys_ready().is_ready());
    // The start is over, and an unknown kid may cause its own fetch: the timer's don't count for it.
    assert_eq!(tenant.answer(&forged(0)).await, Answer::Invalid);
    assert_eq!(tenant.jwks.hits(), 3);
}

#[tokio::test]
async fn the_last_known_good_keys_stay_in_use_when_entra_dies() {
    let tenant = Tenant::start().await;
    tenant.verify(&Token::user().sign()).await.unwrap();
    tenant.jwks.fail();
    tenant.clock.advance(minutes(10));
    tenant
        .verify(&Token::user().with("uti", json!("other")).sign())
        .await
        .unwrap();
    // A new kid may be a good one that can't be fetched: that is no verdict on the token.
    unavailable(tenant.answer(&Token::user().named_and_signed_by(rogue_key())).await);
    tenant
        .verify(&Token::user().with("uti", json!("third")).sign())
        .await
        .unwrap();
}

#[tokio::test]
async fn keys_are_not_believed_beyond_the_hard_ttl() {
    let tenant = Tenant::start().await;
    tenant.verify(&Token::user().sign()).await.unwrap();
    tenant.jwks.fail();
    let token = |uti: &str| Token::user().expiring_in(28 * 3600).with("uti", json!(uti)).sign();
    tenant.clock.advance(hours(24) - Duration::from_secs(1));
    tenant.verify(&token("a")).await.unwrap();
    tenant.clock.advance(Duration::from_secs(1));
    unavailable(tenant.answer(&token("b")).await);
    assert!(!tenant.verifier.keys_ready().is_ready());

    tenant.jwks.publish(&[signing_key()]);
    tenant.clock.advance(Duration::from_secs(30));
    tenant.verify(&token("b")).await.unwrap();
}

#[tokio::test]
async fn a_rotation_is_picked_up_by_the_first_token_of_the_new_key() {
    let tenant = Tenant::start().await;
    tenant.jwks.publish(&[signing_key()]);
    let _refresh = tenant.verifier.spawn_refresh();
    tenant.clock.slept(1).await;
    tenant.jwks.publish(&[signing_key(), second_key()]);
    tenant
        .verify(&Token::user().named_and_signed_by(second_key()))
        .await
        .unwrap();
    tenant.verify(&Token::user().sign()).await.unwrap();
    assert_eq!(tenant.jwks.hits(), 2);
}

#[tokio::test]
async fn errors_when_a_key_is_published_for_another_issuer() {
    let tenant = Tenant::start().await;
    let mut consumer = signing_key().jwk();
    consumer["issuer"] = json!("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0");
    let mut template = second_key().jwk();
    template["issuer"] = json!("https://login.microsoftonline.com/{tenantid}/v2.0");
    tenant.jwks.publish_entries(vec![consumer, template]);
    assert!(matches!(
        tenant.reason(&Token::user().sign()).await,
        Reason::KeyIssuer { .. }
    ));
    tenant
        .verify(&Token::user().named_and_signed_by(second_key()))
        .await
        .unwrap();
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let tenant = Tenant::start().await;
    tenant.jwks.redirect();
    unavailable(tenant.answer(&Token::user().sign()).await);
    assert_eq!(tenant.jwks.hits_elsewhere(), 0);
}

#[tokio::test]
async fn keys_from_another_address_are_refused_even_if_the_client_follows_redirects() {
    let tenant = Tenant::start().await;
    tenant.jwks.redirect();
    let settings = VerifierSettings::new(
        ISSUER.to_owned(),
        TENANT.parse().unwrap(),
        API.parse().unwrap(),
        tenant.jwks.address(),
        "user_impersonation".to_owned(),
    );
    let careless = reqwest::Client::builder().no_proxy().build().unwrap();
    let verifier = Verifier::with_clock(settings, careless, tenant.clock.clone()).unwrap();
    let answer = verifier
        .verify(bearer(&Token::user().sign()))
        .await
        .unwrap_err()
        .answer();
    unavailable(answer);
    assert_eq!(tenant.jwks.hits_elsewhere(), 1);
}

#[tokio::test]
async fn a_bad_answer_does_not_replace_good_keys() {
    let tenant = Tenant::start().await;
    tenant.verify(&Token::user().sign()).await.unwrap();
    let many = vec![signing_key().jwk(); 2000];
    for (number, body) in [
        "<html>".to_owned(),
        json!({"keys": []}).to_string(),
        json!({"keys": [{"kty": "EC"}]}).to_string(),
        json!({"keys": many}).to_string(),
    ]
    .into_iter()
    .enumerate()
    {
        let hits = tenant.jwks.hits();
        tenant.jwks.answer(body);
        tenant.clock.advance(minutes(5));
        unavailable(tenant.answer(&forged(number)).await);
        assert_eq!(tenant.jwks.hits(), hits + 1);
        tenant
            .verify(&Token::user().with("uti", json!(format!("t{number}"))).sign())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn starting_does_not_fail_when_nothing_listens_there() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/keys", listener.local_addr().unwrap())
    };
    let settings = VerifierSettings::new(
        ISSUER.to_owned(),
        TENANT.parse().unwrap(),
        API.parse().unwrap(),
        gone.parse().unwrap(),
        "user_impersonation".to_owned(),
    );
    let client = http_client(&settings.jwks_uri).unwrap();
    let verifier = Verifier::new(settings, client).unwrap();
    let _refresh = verifier.spawn_refresh();
    assert!(!verifier.keys_ready().is_ready());
    unavailable(
        verifier
            .verify(bearer(&Token::user().sign()))
            .await
            .unwrap_err()
            .answer(),
    );
}
