//! Tokens that the tenant's key signed: for whom, from whom, for how long, and for what.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::trial::Trial;
use crate::sign_in::browser::{Found, Visitor, get_json};

const OTHER_TENANT: &str = "22222222-2222-4222-8222-222222222222";
const API: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[tokio::test]
async fn a_token_that_entra_issues_is_accepted_whichever_published_key_signed_it() {
    let mut trial = Trial::begin().await;
    let token = trial.forge(json!({})).await;
    trial.accepts("a member's token", &token).await;
    let keys = get_json(
        &trial.host,
        &format!("{}/dev/keys", trial.host.description()["authority"].as_str().unwrap()),
    )
    .await;
    let second = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] != keys["signing"])
        .unwrap();
    let token = trial.forge(json!({ "key": second["kid"] })).await;
    trial.accepts("the second published key", &token).await;
    let token = trial.forge(json!({ "header": { "typ": "at+jwt" } })).await;
    trial.accepts("typ at+jwt (RFC 9068)", &token).await;
    let token = trial.forge(json!({ "header": { "typ": null } })).await;
    trial.accepts("no typ", &token).await;
    let token = trial.claims(json!({ "aud": [API] })).await;
    trial.accepts("an array of our audience alone", &token).await;
    let token = trial.claims(json!({ "scope": "something.else" })).await;
    trial
        .accepts("a claim `scope`, which isn't Entra's, contradicts scp", &token)
        .await;
    let token = trial.claims(json!({ "scp": "Other.Read user_impersonation" })).await;
    trial.accepts("the scope among others", &token).await;
    let token = trial.claims(json!({ "idtyp": "user" })).await;
    trial.accepts("idtyp user", &token).await;
    trial.end();
}

#[tokio::test]
async fn errors_when_the_token_is_not_in_force() {
    let mut trial = Trial::begin().await;
    let token = trial.forge(json!({ "ttl": -5 })).await;
    trial
        .accepts("expired 5 s ago, within the skew of a minute", &token)
        .await;
    let token = trial.forge(json!({ "ttl": -120 })).await;
    trial.refuses("expired 2 min ago", &token, "the token expired 12").await;
    let token = trial.claims(json!({ "exp": null })).await;
    trial.refuses("no exp", &token, "the token has no exp").await;
    let token = trial.claims(json!({ "exp": (now() + 3_600).to_string() })).await;
    trial
        .refuses("exp as a string", &token, "the token's exp is malformed")
        .await;
    let token = trial.claims(json!({ "nbf": now() + 3_600 })).await;
    trial.refuses("nbf in an hour", &token, "the token's nbf is 3").await;
    let token = trial.claims(json!({ "iat": now() + 3_600 })).await;
    trial.refuses("iat in an hour", &token, "the token's iat is 3").await;
    trial.end();
}

#[tokio::test]
async fn errors_when_the_token_is_for_somebody_else() {
    let mut trial = Trial::begin().await;
    for (what, audience, reason) in [
        (
            "another app",
            json!("cccccccc-bbbb-4ccc-8ddd-eeeeeeeeeeee"),
            "aud is cccccccc-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        ),
        (
            "Graph by id",
            json!("00000003-0000-0000-c000-000000000000"),
            "it is a token for Microsoft Graph",
        ),
        (
            "Graph by URL",
            json!("https://graph.microsoft.com"),
            "it is a token for Microsoft Graph",
        ),
        (
            "us and another",
            json!([API, "00000003-0000-0000-c000-000000000000"]),
            "expected aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee alone",
        ),
        (
            "the App ID URI",
            json!(format!("api://{API}")),
            "its audience is an App ID URI",
        ),
        ("the endpoint's URL", json!(trial.host.mcp()), "the token's aud is"),
        ("nobody", Value::Null, "the token's aud is"),
    ] {
        let token = trial.claims(json!({ "aud": audience })).await;
        trial.refuses(what, &token, reason).await;
    }
    trial.end();
}

#[tokio::test]
async fn errors_when_the_token_is_from_somebody_else() {
    let mut trial = Trial::begin().await;
    let ours = trial.host.description()["issuer"].as_str().unwrap().to_owned();
    let foreign = format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0");
    let slashed = format!("{ours}/");
    for (what, claims, reason) in [
        (
            "a foreign issuer",
            json!({ "iss": "https://evil.example/" }),
            "the token's iss is https://evil.example/",
        ),
        (
            "our issuer with a slash",
            json!({ "iss": slashed }),
            "the token's iss is",
        ),
        (
            "another tenant",
            json!({ "iss": foreign, "tid": OTHER_TENANT }),
            "it is from another tenant",
        ),
        ("no issuer", json!({ "iss": null }), "the token's iss is"),
        (
            "our issuer and another tenant",
            json!({ "tid": OTHER_TENANT }),
            "the token's tid is 22222222",
        ),
        ("our issuer and no tenant", json!({ "tid": null }), "the token's tid is"),
    ] {
        let token = trial.claims(claims).await;
        trial.refuses(what, &token, reason).await;
    }
    trial.end();
}

#[tokio::test]
async fn errors_when_the_token_is_of_version_one_and_the_log_says_what_to_set() {
    let mut trial = Trial::begin().await;
    let tenant = trial.host.description()["tenant"].as_str().unwrap().to_owned();
    let token = trial.claims(json!({
        "iss": format!("https://sts.windows.net/{tenant}/"), "aud": format!("api://{API}"), "ver": "1.0", "azp": null,
        "azpacr": null, "appid": "aebc6443-996d-45c2-90f0-388ff96faa56", "appidacr": "0", "preferred_username": null,
        "upn": "alice@contoso.example", "unique_name": "alice@contoso.example",
    }));
    let token = token.await;
    trial
        .refuses("a v1.0 token", &token, "set api.requestedAccessTokenVersion to 2")
        .await;
    let token = trial.claims(json!({ "ver": "1.0" })).await;
    trial
        .refuses(
            "ver 1.0 with our issuer",
            &token,
            "set api.requestedAccessTokenVersion to 2",
        )
        .await;
    let token = trial.claims(json!({ "ver": null })).await;
    trial.refuses("no ver", &token, "the token's ver is not 2.0").await;
    trial.end();
}

#[tokio::test]
async fn forbids_when_the_token_is_good_and_lacks_the_scope() {
    let mut trial = Trial::begin().await;
    for (what, claims, reason) in [
        ("neither scp nor roles", json!({ "scp": null }), "neither scp nor roles"),
        (
            "another scope",
            json!({ "scp": "Other.Read" }),
            "the token's scp does not hold user_impersonation",
        ),
        (
            "the scope as a part of a word",
            json!({ "scp": "user_impersonation_lite" }),
            "does not hold user_impersonation",
        ),
        (
            "the scope in `scope` alone",
            json!({ "scp": "x", "scope": "user_impersonation" }),
            "does not hold user_impersonation",
        ),
        (
            "roles, and no scp",
            json!({ "scp": null, "roles": ["Expenses.Admin"] }),
            "does not hold user_impersonation",
        ),
    ] {
        let token = trial.claims(claims).await;
        trial.forbids(what, &token, true, reason).await;
    }
    trial.end();
}

#[tokio::test]
async fn errors_when_nobody_in_person_is_behind_the_token() {
    let mut trial = Trial::begin().await;
    let app_only = json!({ "idtyp": "app", "scp": null, "roles": ["Expenses.Read.All"], "name": null, "preferred_username": null });
    let token = trial.claims(app_only).await;
    trial
        .forbids("app-only with a role", &token, false, "the token is app-only")
        .await;
    for (what, claims, reason) in [
        (
            "app-only with a scope added",
            json!({ "idtyp": "app" }),
            "is app-only (idtyp app) and has a scp",
        ),
        (
            "an unknown idtyp",
            json!({ "idtyp": "device" }),
            "idtyp is neither user nor app",
        ),
        ("no oid", json!({ "oid": null }), "the token has no oid"),
        (
            "an oid that is no GUID",
            json!({ "oid": "alice" }),
            "the token's oid is malformed",
        ),
        (
            "bound to a key",
            json!({ "cnf": { "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }),
            "bound to a key (cnf)",
        ),
    ] {
        let token = trial.claims(claims).await;
        trial.refuses(what, &token, reason).await;
    }
    trial.end();
}

#[tokio::test]
async fn errors_when_an_id_token_is_sent_for_an_access_token() {
    let mut trial = Trial::begin().await;
    // A public client's, whose audience is that client.
    let mut visitor = Visitor::registered(&trial.host).await;
    let tokens = visitor.sign_in("member").await;
    trial
        .refuses(
            "an id token",
            tokens["id_token"].as_str().unwrap(),
            "the token's aud is",
        )
        .await;
    // The API's own, whose audience is the API as an access token's is.
    let secret = trial.host.description()["client_secret"].as_str().unwrap().to_owned();
    let mut visitor = Visitor::named(Found::of(&trial.host).await, API).with_secret(&secret);
    let tokens = visitor.sign_in("member").await;
    trial
        .refuses(
            "the API's own id token",
            tokens["id_token"].as_str().unwrap(),
            "the token has no azp",
        )
        .await;
    trial
        .accepts("the API's own access token", tokens["access_token"].as_str().unwrap())
        .await;
    visitor.issued.assert_never_said_by(&trial.host);
    trial.end();
}
