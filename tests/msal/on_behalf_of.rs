//! `acquire_token_on_behalf_of`, with each kind of credential.

use serde_json::{Value, json};

use crate::msal::stage::{Certificate, Entra, claims};

/// Checks that MSAL got a token which opens Graph, and for this person.
async fn assert_opens_graph(entra: &Entra, result: &Value, username: &str) {
    assert_eq!(result["token_type"], "Bearer", "{result:#}");
    assert_eq!(result["token_source"], "identity_provider");
    assert!(
        result["scope"]
            .as_str()
            .unwrap()
            .contains("https://graph.microsoft.com/User.Read"),
        "{result:#}"
    );
    assert!(
        (3600..=5400).contains(&result["expires_in"].as_i64().unwrap()),
        "{result:#}"
    );
    // MSAL has decoded and checked the id token by then.
    assert_eq!(result["id_token_claims"]["preferred_username"], username);
    let me = format!("{}/v1.0/me", entra.at.graph());
    let (status, me) = entra.get(&me, &result["access_token"]).await;
    assert_eq!(status, 200, "{me}");
    assert_eq!(me["userPrincipalName"], username);
}

/// How the client proved itself: the token's `azpacr`, 1 by a secret and 2 by an assertion.
fn proof(result: &Value) -> Value {
    claims(&result["access_token"])["azpacr"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_opens_graph_for_the_person_who_called() {
    let entra = Entra::start().await;
    for (persona, username) in [("member", "alice@contoso.example"), ("admin", "bob@contoso.example")] {
        let result = entra.on_behalf_of(persona, &entra.secret(), json!({})).await;
        assert_opens_graph(&entra, &result, username).await;
        assert_eq!(proof(&result), "1");
    }
    assert_eq!(entra.count("obo").await, 2);
    assert!(entra.count("instance").await >= 1, "MSAL has validated the authority");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_secret_opens_the_other_api_with_another_token() {
    let entra = Entra::start().await;
    let scopes = json!({ "scopes": [entra.at.ledger_scope()] });
    let result = entra.on_behalf_of("member", &entra.secret(), scopes).await;
    let entries = format!("{}/entries", entra.at.ledger());
    let (status, body) = entra.get(&entries, &result["access_token"]).await;
    assert_eq!((status.as_u16(), body), (200, json!({ "entries": [] })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_proves_the_client_by_ps256_and_its_sha256_thumbprint() {
    let entra = Entra::start().await;
    let certificate = Certificate::new();
    certificate.register(&entra, true).await;
    let result = entra
        .on_behalf_of("member", &certificate.with_public_part(), json!({}))
        .await;
    assert_opens_graph(&entra, &result, "alice@contoso.example").await;
    assert_eq!(proof(&result), "2");
}

/// Given a thumbprint and no certificate, MSAL signs with RS256 and names the certificate by its SHA-1 thumbprint.
#[tokio::test(flavor = "multi_thread")]
async fn a_thumbprint_alone_proves_the_client_by_rs256() {
    let entra = Entra::start().await;
    let certificate = Certificate::new();
    // Where certificates are found by SHA-1 only, so that MSAL can't have used anything else.
    let sha1 = certificate.register(&entra, false).await;
    let credential = json!({ "private_key": certificate.private_key, "thumbprint": sha1 });
    let result = entra.on_behalf_of("member", &credential, json!({})).await;
    assert_opens_graph(&entra, &result, "alice@contoso.example").await;
    assert_eq!(proof(&result), "2");
    let other_way = entra
        .on_behalf_of("member", &certificate.with_public_part(), json!({}))
        .await;
    assert_eq!(
        (&other_way["error"], &other_way["error_codes"]),
        (&json!("invalid_client"), &json!([700_027]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managed_identity_vouches_for_the_client_by_way_of_an_assertion_that_is_a_callable() {
    let entra = Entra::start().await;
    let credential = json!({ "managed_identity": entra.description()["managed_identity"]["client_id"] });
    let result = entra.on_behalf_of("nested", &credential, json!({})).await;
    assert_opens_graph(&entra, &result, "nadia@contoso.example").await;
    assert_eq!(proof(&result), "2");
    assert_eq!((entra.count("imds").await, entra.count("obo").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kubernetes_service_account_vouches_for_the_client() {
    let entra = Entra::start().await;
    let result = entra
        .on_behalf_of("member", &entra.service_account().await, json!({}))
        .await;
    assert_opens_graph(&entra, &result, "alice@contoso.example").await;
    assert_eq!(proof(&result), "2");
}
