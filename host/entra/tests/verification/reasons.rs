//! What the operator reads. The client never sees it.

use serde_json::json;
use usher_entra::{Hint, Reason};

use crate::support::{API, CLIENT, TENANT, Tenant, Token, rogue_key};

fn version_one() -> Token {
    Token::user()
        .with("ver", json!("1.0"))
        .with("iss", json!(format!("https://sts.windows.net/{TENANT}/")))
        .with("aud", json!(format!("api://{API}")))
}

#[tokio::test]
async fn a_v1_token_tells_which_setting_to_change() {
    let tenant = Tenant::start().await;
    for token in [version_one(), Token::user().with("ver", json!("1.0"))] {
        let reason = tenant.reason(&token.sign()).await.to_string();
        assert!(reason.contains("set api.requestedAccessTokenVersion to 2"), "{reason}");
    }
}

#[tokio::test]
async fn a_graph_token_is_called_one_and_marked_unverified_when_its_signature_is_wrong() {
    let tenant = Tenant::start().await;
    let graph = Token::user().with("aud", json!("https://graph.microsoft.com"));
    let reason = tenant.reason(&graph.sign()).await;
    assert!(
        matches!(
            reason,
            Reason::Audience {
                hint: Some(Hint::GraphToken),
                ..
            }
        ),
        "{reason}"
    );

    let reason = tenant.reason(&graph.sign_by(rogue_key())).await;
    assert_eq!(
        reason,
        Reason::Signature {
            hint: Some(Hint::GraphToken)
        }
    );
    assert!(reason.to_string().contains("unverified"), "{reason}");
}

#[tokio::test]
async fn an_id_token_is_called_one() {
    let tenant = Tenant::start().await;
    let reason = tenant.reason(&Token::user().without("azp").without("scp").sign()).await;
    assert_eq!(reason, Reason::NotAnAccessToken);
    assert!(reason.to_string().contains("ID token"), "{reason}");
}

#[tokio::test]
async fn the_reason_names_the_rule() {
    let tenant = Tenant::start().await;
    let client = CLIENT.parse().unwrap();
    for (token, expected) in [
        (Token::user().without("exp"), Reason::ClaimMissing("exp")),
        (Token::user().with("exp", json!("1")), Reason::ClaimMalformed("exp")),
        (Token::user().expiring_in(-600), Reason::Expired { seconds_ago: 600 }),
        (
            Token::user().with("nbf", json!(1_796_003_600)),
            Reason::NotYetValid {
                claim: "nbf",
                seconds_ahead: 3600,
            },
        ),
        (Token::user().without("oid"), Reason::ClaimMissing("oid")),
        (Token::user().with("cnf", json!({})), Reason::SenderConstrained),
        (Token::user().with_header("alg", json!("RS512")), Reason::Algorithm),
        (
            Token::user().with_header("crit", json!(["b64"])),
            Reason::CriticalHeader,
        ),
        (Token::user().without("scp"), Reason::NoPermission { client }),
        (
            Token::user().with("scp", json!("x")),
            Reason::ScopeMissing {
                required: "user_impersonation".into(),
                client,
            },
        ),
    ] {
        assert_eq!(tenant.reason(&token.sign()).await, expected);
    }
}

#[tokio::test]
async fn a_verified_rejection_carries_the_uti_and_an_unverified_one_does_not() {
    let tenant = Tenant::start().await;
    let token = Token::user().with("scp", json!("x"));
    let verified = tenant.verify(&token.sign()).await.unwrap_err();
    assert_eq!(verified.token_id(), Some("3f2AbC-token_id"));
    let forged = tenant.verify(&token.sign_by(rogue_key())).await.unwrap_err();
    assert_eq!(forged.token_id(), None);
    let broken = tenant
        .verify(&token.with("uti", json!("line\nbreak")).sign())
        .await
        .unwrap_err();
    assert_eq!(broken.token_id(), None);
}

#[tokio::test]
async fn no_reason_holds_what_a_token_says_beyond_ids_and_addresses() {
    let tenant = Tenant::start().await;
    let secret = "s3cret-value";
    for claim in [
        "iss", "tid", "aud", "ver", "idtyp", "scp", "oid", "azp", "exp", "nbf", "name",
    ] {
        for token in [Token::user(), Token::user().without("scp")] {
            let token = token.with("name", json!(secret)).with(claim, json!(secret));
            for token in [token.sign(), token.sign_by(rogue_key())] {
                if let Err(rejection) = tenant.verify(&token).await {
                    let printed = format!("{rejection} {rejection:?}");
                    assert!(!printed.contains(secret), "{claim}: {printed}");
                    assert!(!printed.contains("alice@contoso.example"), "{claim}: {printed}");
                }
            }
        }
    }
    for member in ["alg", "typ", "kid", "crit"] {
        let token = Token::user().with_header(member, json!(secret)).sign();
        let printed = format!("{:?}", tenant.verify(&token).await.unwrap_err());
        assert!(!printed.contains(secret), "{member}: {printed}");
    }
}
