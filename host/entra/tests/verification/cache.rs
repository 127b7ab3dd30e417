//! The cache of verified tokens: never beyond `exp`, never beyond the key, never for another token.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use usher_entra::{Answer, Reason};

use crate::support::{Tenant, Token, hours, minutes, second_key, signing_key};

#[tokio::test]
async fn a_token_that_was_seen_before_is_not_verified_again() {
    let tenant = Tenant::start().await;
    let token = Token::user().sign();
    let first = tenant.verify(&token).await.unwrap();
    assert!(Arc::ptr_eq(&first, &tenant.verify(&token).await.unwrap()));
}

#[tokio::test]
async fn a_cache_of_no_entries_verifies_every_time() {
    let tenant = Tenant::with_settings(|settings| settings.token_cache_entries = 0).await;
    let token = Token::user().sign();
    let first = tenant.verify(&token).await.unwrap();
    assert!(!Arc::ptr_eq(&first, &tenant.verify(&token).await.unwrap()));
}

#[tokio::test]
async fn a_cached_token_is_refused_after_exp_and_the_skew() {
    let tenant = Tenant::start().await;
    let token = Token::user().expiring_in(100).sign();
    let first = tenant.verify(&token).await.unwrap();
    tenant.clock.advance(Duration::from_secs(99));
    assert!(
        Arc::ptr_eq(&first, &tenant.verify(&token).await.unwrap()),
        "a cached token is served until exp"
    );
    tenant.clock.advance(Duration::from_secs(1));
    assert!(
        !Arc::ptr_eq(&first, &tenant.verify(&token).await.unwrap()),
        "from exp on, a token is verified anew"
    );
    tenant.clock.advance(Duration::from_secs(60));
    assert_eq!(tenant.reason(&token).await, Reason::Expired { seconds_ago: 60 });
}

#[tokio::test]
async fn a_good_token_in_the_cache_does_not_help_a_tampered_one() {
    let tenant = Tenant::start().await;
    let good = Token::user().sign();
    tenant.verify(&good).await.unwrap();
    let (_, signature) = good.rsplit_once('.').unwrap();
    let tampered = Token::user()
        .with("roles", json!(["Expenses.Admin"]))
        .with_signature(signature);
    assert_eq!(tenant.answer(&tampered).await, Answer::Invalid);
}

#[tokio::test]
async fn a_removed_key_invalidates_the_cached_tokens_that_it_verified() {
    let tenant = Tenant::start().await;
    let _refresh = tenant.verifier.spawn_refresh();
    tenant.clock.slept(1).await;
    let long_lived = Token::user().expiring_in(28 * 3600);
    let by_first = long_lived.sign();
    let by_second = long_lived.named_and_signed_by(second_key());
    tenant.verify(&by_first).await.unwrap();
    let kept = tenant.verify(&by_second).await.unwrap();

    tenant.jwks.publish(&[second_key()]);
    tenant.clock.advance(hours(1));
    tenant.clock.slept(2).await;
    assert_eq!(tenant.answer(&by_first).await, Answer::Invalid);
    assert!(
        Arc::ptr_eq(&kept, &tenant.verify(&by_second).await.unwrap()),
        "the other key's tokens stay cached"
    );
}

#[tokio::test]
async fn a_key_that_is_replaced_under_its_kid_invalidates_its_cached_tokens() {
    let tenant = Tenant::start().await;
    let _refresh = tenant.verifier.spawn_refresh();
    tenant.clock.slept(1).await;
    let token = Token::user().expiring_in(28 * 3600).sign();
    tenant.verify(&token).await.unwrap();

    let mut replaced = second_key().jwk();
    replaced["kid"] = json!(signing_key().kid());
    tenant.jwks.publish_entries(vec![replaced]);
    tenant.clock.advance(hours(1));
    tenant.clock.slept(2).await;
    assert!(matches!(tenant.reason(&token).await, Reason::Signature { .. }));
}

#[tokio::test]
async fn cached_tokens_do_not_outlive_the_hard_ttl_of_their_key() {
    let tenant = Tenant::start().await;
    let token = Token::user().expiring_in(28 * 3600).sign();
    tenant.verify(&token).await.unwrap();
    tenant.jwks.fail();
    tenant.clock.advance(hours(24) - minutes(1));
    tenant.verify(&token).await.unwrap();
    tenant.clock.advance(minutes(1));
    assert!(matches!(tenant.answer(&token).await, Answer::Unavailable { .. }));
}
