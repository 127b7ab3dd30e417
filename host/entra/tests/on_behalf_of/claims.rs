//! Exchanges that answer a resource's claims challenge.

use usher_entra::{ClaimsChallenge, Remedy};

use crate::support::{Exchanges, Reply, graph, in_time, somebody, text};

const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true, "value":"1796000000"}}}"#;
const STEP_UP: &str =
    r#"{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}"#;

#[tokio::test]
async fn a_challenge_drops_what_is_kept_and_its_outcome_is_not_kept() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    let claims = ClaimsChallenge::from_json(CLAIMS).unwrap();
    assert_eq!(exchanges.granted(&alice).await, "downstream-1");
    for expected in ["downstream-2", "downstream-3"] {
        let token = exchanges
            .tokens
            .token_with_claims(&alice, &graph(), &claims, in_time())
            .await
            .unwrap();
        assert_eq!(text(&token), expected);
    }
    assert_eq!(exchanges.granted(&alice).await, "downstream-4");
    let requests = exchanges.server.received();
    let sent: Vec<Option<&str>> = requests.iter().map(|request| request.field("claims")).collect();
    assert_eq!(
        sent,
        [None, Some(CLAIMS), Some(CLAIMS), None],
        "and cp1 is never announced"
    );
}

#[tokio::test]
async fn a_challenge_that_the_sign_in_does_not_satisfy_is_passed_up() {
    let exchanges = Exchanges::start().await;
    let refusal = Reply::error(400, "interaction_required", 50_076, Some("basic_action"), Some(STEP_UP));
    exchanges.server.answer(refusal);
    let claims = ClaimsChallenge::from_json(CLAIMS).unwrap();
    let outcome = exchanges
        .tokens
        .token_with_claims(&somebody("alice"), &graph(), &claims, in_time())
        .await;
    let expected = ClaimsChallenge::from_json(STEP_UP).unwrap();
    assert_eq!(outcome.unwrap_err().remedy(), &Remedy::SatisfyClaims(expected));
}
