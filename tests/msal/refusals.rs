//! What MSAL's caller learns when there is no token.

use serde_json::{Value, json};

use crate::msal::stage::{Certificate, Entra};

/// Checks a refusal by what a program may branch on, and that the rest is there for people.
#[track_caller]
fn assert_refused(result: &Value, error: &str, suberror: Option<&str>, code: u32) {
    assert_eq!(result["error"], error, "{result:#}");
    assert_eq!(result["suberror"].as_str(), suberror, "{result:#}");
    assert_eq!(result["error_codes"], json!([code]), "{result:#}");
    let description = result["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
    for name in ["trace_id", "correlation_id", "timestamp", "error_uri"] {
        assert!(result[name].is_string(), "{name} is missing: {result:#}");
    }
    assert!(result["access_token"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_trouble_reaches_the_caller() {
    let entra = Entra::start().await;
    for (persona, error, suberror, code) in [
        ("no-consent", "invalid_grant", Some("consent_required"), 65001),
        ("disabled", "invalid_grant", None, 50057),
        ("unassigned", "invalid_grant", None, 50105),
    ] {
        let result = entra.on_behalf_of(persona, &entra.secret(), json!({})).await;
        assert_refused(&result, error, suberror, code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_demanded_with_claims_that_are_json() {
    let entra = Entra::start().await;
    let result = entra.on_behalf_of("mfa", &entra.secret(), json!({})).await;
    assert_refused(&result, "interaction_required", Some("basic_action"), 50076);
    let claims: Value = serde_json::from_str(result["claims"].as_str().unwrap()).unwrap();
    assert!(claims["access_token"].is_object(), "{claims}");
    // Repeating the challenge at the token endpoint doesn't satisfy it: the person has to.
    let challenge = json!({ "claims": result["claims"] });
    let again = entra.on_behalf_of("mfa", &entra.secret(), challenge).await;
    assert_refused(&again, "interaction_required", Some("basic_action"), 50076);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_proves_nothing_is_refused() {
    let entra = Entra::start().await;
    let result = entra.on_behalf_of("member", &json!("wrong"), json!({})).await;
    assert_refused(&result, "invalid_client", None, 7_000_215);
    // Well made, and never registered.
    let certificate = Certificate::new();
    let result = entra
        .on_behalf_of("member", &certificate.with_public_part(), json!({}))
        .await;
    assert_refused(&result, "invalid_client", None, 700_027);
    entra
        .control("/dev/credentials", &json!({ "action": "expire_secret" }))
        .await;
    let result = entra.on_behalf_of("member", &entra.secret(), json!({})).await;
    assert_refused(&result, "invalid_client", None, 7_000_222);
}

/// The trap of Kubernetes with a managed identity: the identity's token was itself obtained through a federated credential.
#[tokio::test(flavor = "multi_thread")]
async fn a_federated_credential_is_not_a_step_to_another() {
    let entra = Entra::start().await;
    let identity = &entra.description()["managed_identity"]["client_id"];
    let exchange = "api://AzureADTokenExchange/.default";
    let token = entra
        .for_application(identity, &entra.service_account().await, exchange)
        .await;
    let credential = json!({ "assertion": token["access_token"] });
    let result = entra.on_behalf_of("member", &credential, json!({})).await;
    assert_refused(&result, "invalid_client", None, 700_231);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_is_not_trusted_vouches_for_nobody() {
    let entra = Entra::start().await;
    entra
        .control("/dev/credentials", &json!({ "action": "remove_federated" }))
        .await;
    let result = entra
        .on_behalf_of("member", &entra.service_account().await, json!({}))
        .await;
    assert_refused(&result, "invalid_client", None, 70_021);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_nobody_to_act_for() {
    let entra = Entra::start().await;
    let client_id = &entra.description()["daemons"][0]["client_id"];
    let scope = format!("api://{}/.default", entra.at.client_id());
    let daemon = entra.for_application(client_id, &entra.secret(), &scope).await;
    assert_eq!(daemon["token_source"], "identity_provider", "{daemon:#}");
    let app_only = json!({ "assertion": daemon["access_token"] });
    let result = entra.on_behalf_of("member", &entra.secret(), app_only).await;
    assert_refused(&result, "invalid_grant", None, 7_000_114);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_that_is_for_somebody_else_is_refused() {
    let entra = Entra::start().await;
    let graph = entra.on_behalf_of("member", &entra.secret(), json!({})).await;
    let foreign = json!({ "assertion": graph["access_token"] });
    let result = entra.on_behalf_of("member", &entra.secret(), foreign).await;
    assert_refused(&result, "invalid_grant", None, 500_131);
}

#[tokio::test(flavor = "multi_thread")]
async fn being_throttled_is_told_and_passes() {
    let entra = Entra::start().await;
    let plan = json!({ "endpoint": "obo", "status": 429, "retry_after": 1, "times": 1 });
    entra.control("/dev/failures", &plan).await;
    let result = entra.on_behalf_of("member", &entra.secret(), json!({})).await;
    assert!(
        result["access_token"].is_null() && result["error"].is_string(),
        "{result:#}"
    );
    let result = entra.on_behalf_of("member", &entra.secret(), json!({})).await;
    assert!(result["access_token"].is_string(), "{result:#}");
}
