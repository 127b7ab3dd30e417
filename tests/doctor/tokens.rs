//! Tokens that are pasted: decoded, judged as the host would, and never said back.

use serde_json::json;

use super::trial::{Trial, doctor};
use crate::protocol::stage::{mint, token};

#[tokio::test]
async fn a_good_token_is_taken() {
    let trial = Trial::begin().await;
    let token = token(&trial.host, "admin").await;
    let report = trial.judge(&token).await;
    assert_eq!(report.code, 0, "{}", report.text);
    assert!(report.text.contains("the host takes it"), "{}", report.text);
}

#[tokio::test]
async fn a_token_that_the_host_would_refuse_is_refused_with_the_reason() {
    let trial = Trial::begin().await;
    let of_v1 = json!({ "ver": "1.0", "iss": "https://sts.windows.net/11111111-1111-4111-8111-111111111111/" });
    for (request, reason) in [
        (json!({ "persona": "member", "ttl": -1000 }), "expired"),
        (
            json!({ "persona": "member", "claims": of_v1 }),
            "requestedAccessTokenVersion",
        ),
        (json!({ "persona": "unscoped" }), "user_impersonation"),
        (json!({ "persona": "member", "key": "rogue" }), "signature"),
    ] {
        let token = mint(&trial.host, &request).await;
        trial.judge(&token).await.fails(&[reason]);
    }
}

#[tokio::test]
async fn what_is_no_token_is_said_to_be_none() {
    let trial = Trial::begin().await;
    for text in ["", "garbage", "a.b.c"] {
        let report = trial.judge(text).await;
        assert_ne!(report.code, 0, "{text:?}: {}", report.text);
    }
}

#[tokio::test]
async fn a_token_on_the_command_line_is_not_taken() {
    let report = doctor(&["--token".as_ref(), "a-token-that-others-could-read".as_ref()], None).await;
    assert_ne!(report.code, 0);
    assert!(
        !report.text.contains("a-token-that-others-could-read"),
        "{}",
        report.text
    );
}
