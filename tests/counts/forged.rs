//! Keys that don't exist: whoever names one makes the host look once, not each time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;
use usher_tests::control::count;

use super::stats;
use crate::protocol::stage::{host, mint, token};
use crate::protocol::wire::structured;

const TOKENS: usize = 1_000;

#[tokio::test]
async fn a_thousand_tokens_with_unknown_keys_cost_one_fetch_of_the_keys_and_keep_nobody_out() {
    let host = host().await;
    let admin = token(&host, "admin").await;
    structured(&stats(&admin).to(&host).await.result());
    let rogue = mint(&host, &json!({ "persona": "admin", "key": "rogue" })).await;
    let (_, rest) = rogue.split_once('.').unwrap();
    let before = count(&host, "jwks").await;
    join_all((0..TOKENS).map(|forged| {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": format!("forged-{forged}") });
        let token = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()));
        let host = &host;
        async move {
            let answer = stats(&token).to(host).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
        }
    }))
    .await;
    assert_eq!(count(&host, "jwks").await - before, 1);
    structured(&stats(&token(&host, "admin").await).to(&host).await.result());
    assert_eq!(count(&host, "jwks").await - before, 1);
}
