//! Tokens that are no tokens, or that somebody else signed.

use std::io::ErrorKind;
use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::trial::Trial;
use crate::protocol::wire::Ask;

#[tokio::test]
async fn errors_when_the_algorithm_is_any_but_the_one_that_entra_uses() {
    let mut trial = Trial::begin().await;
    // HS256 is keyed with the public key's PEM, which everybody has.
    for algorithm in ["HS256", "RS384", "RS512", "PS256"] {
        let token = trial.forge(json!({ "header": { "alg": algorithm } })).await;
        trial.refuses(algorithm, &token, "another algorithm than RS256").await;
    }
    for header in [json!({ "alg": "none" }), json!({ "alg": "none", "kid": null })] {
        let token = trial.forge(json!({ "header": header })).await;
        trial
            .refuses(
                "alg none without a signature",
                &token,
                "not three non-empty base64url segments",
            )
            .await;
        let signed = format!("{token}c2lnbmF0dXJl");
        trial
            .refuses(
                "alg none with something for a signature",
                &signed,
                "another algorithm than RS256",
            )
            .await;
    }
    trial.end();
}

#[tokio::test]
async fn errors_when_the_key_is_not_the_tenants() {
    let mut trial = Trial::begin().await;
    for (what, header, reason) in [
        (
            "a rogue key under a known name",
            json!({}),
            "the token's signature is wrong",
        ),
        (
            "a rogue key under its own name",
            json!({ "kid": "rogue-key" }),
            "a key that the tenant does not publish",
        ),
        (
            "a rogue key without a name",
            json!({ "kid": null }),
            "names no key (kid)",
        ),
    ] {
        let token = trial.forge(json!({ "key": "rogue", "header": header })).await;
        trial.refuses(what, &token, reason).await;
    }
    trial.end();
}

#[tokio::test]
async fn a_key_that_the_token_brings_along_is_never_looked_at() {
    let mut trial = Trial::begin().await;
    let rogue = TcpListener::bind("127.0.0.1:0").unwrap();
    rogue.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys", rogue.local_addr().unwrap());
    let jwk = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "rogue-key" });
    for (header, reason) in [
        (
            json!({ "jku": url, "kid": "rogue-key" }),
            "a key that the tenant does not publish",
        ),
        (json!({ "x5u": url }), "the token's signature is wrong"),
        (json!({ "jwk": jwk }), "the token's signature is wrong"),
        (json!({ "x5c": ["AAAA"] }), "the token's signature is wrong"),
    ] {
        let token = trial.forge(json!({ "key": "rogue", "header": header })).await;
        trial.refuses("a key in the header", &token, reason).await;
    }
    // A connection that was made is in the queue by now.
    assert_eq!(
        rogue.accept().unwrap_err().kind(),
        ErrorKind::WouldBlock,
        "somebody fetched {url}"
    );
    trial.end();
}

#[tokio::test]
async fn errors_when_the_header_demands_what_is_not_understood() {
    let mut trial = Trial::begin().await;
    let token = trial.forge(json!({ "header": { "crit": ["exp"], "exp": 1 } })).await;
    trial.refuses("crit", &token, "has crit").await;
    let token = trial.forge(json!({ "header": { "typ": "secevent+jwt" } })).await;
    trial
        .refuses("another typ", &token, "a typ other than JWT and at+jwt")
        .await;
    trial.end();
}

#[tokio::test]
async fn errors_when_the_token_was_tampered_with() {
    let mut trial = Trial::begin().await;
    let token = trial.forge(json!({})).await;
    trial
        .accepts("untouched, and so in the cache of verified tokens", &token)
        .await;
    let mut parts = token.split('.');
    let (header, payload, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    claims["roles"] = json!(["Expenses.Admin"]);
    let promoted = URL_SAFE_NO_PAD.encode(claims.to_string());
    trial
        .refuses(
            "a role added",
            &format!("{header}.{promoted}.{signature}"),
            "the token's signature is wrong",
        )
        .await;
    let other = trial.forge(json!({ "persona": "admin" })).await;
    let stolen = other.rsplit_once('.').unwrap().1.to_owned();
    trial
        .refuses(
            "another's signature",
            &format!("{header}.{payload}.{stolen}"),
            "the token's signature is wrong",
        )
        .await;
    trial
        .refuses(
            "no signature",
            &format!("{header}.{payload}."),
            "not three non-empty base64url segments",
        )
        .await;
    trial
        .refuses(
            "padding",
            &format!("{header}.{payload}.{signature}=="),
            "not three non-empty base64url segments",
        )
        .await;
    trial
        .refuses(
            "a fourth part",
            &format!("{token}.AAAA"),
            "not three non-empty base64url segments",
        )
        .await;
    trial.end();
}

#[tokio::test]
async fn errors_when_there_is_no_token_in_the_header() {
    let mut trial = Trial::begin().await;
    for (what, token, reason) in [
        ("garbage", "garbage", "not three non-empty base64url segments"),
        (
            "three parts of garbage",
            "a.b.c",
            "not three non-empty base64url segments",
        ),
        (
            "JSON that is no header",
            "W10.W10.AAAA",
            "not a JSON object with a string alg",
        ),
        ("nothing", "", "says Bearer and holds no token"),
        ("forbidden characters", "to\"ken", "a character that RFC 6750"),
    ] {
        trial.refuses(what, token, reason).await;
    }
    trial
        .refuses("20 KB", &"a".repeat(20_000), "longer than 16384 bytes")
        .await;
    let token = trial.forge(json!({})).await;
    let before = trial.host.data().output().len();
    let twice = Ask::modern(&token, "tools/list", json!({})).header_too("authorization", &format!("Bearer {token}"));
    let answer = twice.to(&trial.host).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(trial.host.data().output()[before..].contains("more than one Authorization header"));
    trial.end();
}

#[tokio::test]
async fn errors_when_the_keys_cannot_be_had_and_never_blames_the_token() {
    let mut trial = Trial::begin().await;
    let authority = trial.host.description()["authority"].as_str().unwrap().to_owned();
    let post = |path: &str, body: Value| {
        let request = trial
            .host
            .client()
            .http()
            .post(format!("{authority}{path}"))
            .json(&body);
        async move { assert_eq!(request.send().await.unwrap().status(), StatusCode::OK) }
    };
    // A new key signs, and the document that would show it fails: an outage, not a forgery.
    post(
        "/dev/failures",
        json!({ "endpoint": "jwks", "status": 503, "times": 100 }),
    )
    .await;
    post("/dev/keys", json!({ "action": "rotate", "published": true })).await;
    let token = trial.forge(json!({})).await;
    let (answer, log) = trial.show(&token).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}\n{log}");
    assert!(
        answer
            .header("retry-after")
            .parse::<u64>()
            .is_ok_and(|seconds| seconds > 0),
        "{answer:?}"
    );
    assert_eq!(answer.header("www-authenticate"), "", "signing in again would not help");
    assert!(log.contains("signing keys cannot be fetched"), "{log}");
    trial.end();
}
