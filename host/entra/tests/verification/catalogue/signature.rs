//! Tokens whose header or signature is wrong, whatever they claim.

use serde_json::json;
use usher_entra::Answer;

use super::{INVALID, check, user};
use crate::support::{Tenant, Token, rogue_key, second_key, signing_key};

#[tokio::test]
async fn only_rs256_by_a_published_key_is_a_signature() {
    let unsigned = |token: Token| token.with_header("alg", json!("none"));
    let pem = signing_key().public_pem();
    check(vec![
        ("alg none with kid", unsigned(user()).with_signature(""), INVALID),
        (
            "alg none without kid",
            unsigned(user()).without_header("kid").with_signature(""),
            INVALID,
        ),
        ("alg none with a good signature", unsigned(user()).sign(), INVALID),
        ("alg None", user().with_header("alg", json!("None")).sign(), INVALID),
        (
            "alg rs256 in lower case",
            user().with_header("alg", json!("rs256")).sign(),
            INVALID,
        ),
        ("alg missing", user().without_header("alg").sign(), INVALID),
        ("HS256 keyed with our public PEM", user().hs256(pem.as_bytes()), INVALID),
        (
            "HS256 keyed with our trimmed public PEM",
            user().hs256(pem.trim().as_bytes()),
            INVALID,
        ),
        (
            "HS256 keyed with our modulus",
            user().hs256(&signing_key().modulus()),
            INVALID,
        ),
        ("RS512 by the right key", user().rs512(signing_key()), INVALID),
        ("PS256 by the right key", user().ps256(signing_key()), INVALID),
        ("rogue key with known kid", user().sign_by(rogue_key()), INVALID),
        (
            "rogue key with unknown kid",
            user().named_and_signed_by(rogue_key()),
            INVALID,
        ),
        (
            "rogue key with no kid",
            user().without_header("kid").sign_by(rogue_key()),
            INVALID,
        ),
        ("right key with no kid", user().without_header("kid").sign(), INVALID),
        (
            "right key with the other's kid",
            user().with_header("kid", json!(second_key().kid())).sign(),
            INVALID,
        ),
        ("kid empty", user().with_header("kid", json!("")).sign(), INVALID),
        ("kid as number", user().with_header("kid", json!(1)).sign(), INVALID),
        (
            "crit unknown",
            user()
                .with_header("crit", json!(["x"]))
                .with_header("x", json!(1))
                .sign(),
            INVALID,
        ),
        ("crit empty", user().with_header("crit", json!([])).sign(), INVALID),
        ("crit null", user().with_header("crit", json!(null)).sign(), INVALID),
        (
            "typ of an ID token's logout",
            user().with_header("typ", json!("logout+jwt")).sign(),
            INVALID,
        ),
    ])
    .await;
}

#[tokio::test]
async fn keys_that_a_token_brings_are_not_looked_at() {
    let tenant = Tenant::start().await;
    tenant.verify(&user().sign()).await.unwrap();
    let elsewhere = tenant.jwks.address().join("/elsewhere").unwrap();
    for member in ["jku", "x5u"] {
        for token in [
            user()
                .with_header(member, json!(elsewhere.as_str()))
                .sign_by(rogue_key()),
            user()
                .with_header(member, json!(elsewhere.as_str()))
                .named_and_signed_by(rogue_key()),
        ] {
            assert_eq!(tenant.answer(&token).await, Answer::Invalid, "{member}");
        }
    }
    for token in [
        user().with_header("jwk", rogue_key().jwk()).sign_by(rogue_key()),
        user()
            .with_header("jwk", rogue_key().jwk())
            .named_and_signed_by(rogue_key()),
        user().with_header("x5c", json!(["AAAA"])).sign_by(rogue_key()),
    ] {
        assert_eq!(tenant.answer(&token).await, Answer::Invalid);
    }
    assert_eq!(tenant.jwks.hits_elsewhere(), 0, "an address in a token was contacted");
    // The same members in a token by the right key are skipped, whatever they hold.
    let token = user()
        .with_header("jku", json!(elsewhere.as_str()))
        .with_header("jwk", json!("not a key"))
        .sign();
    tenant.verify(&token).await.unwrap();
    assert_eq!(tenant.jwks.hits_elsewhere(), 0, "an address in a token was contacted");
}

#[tokio::test]
async fn tampered_tokens_and_garbage_are_refused() {
    let good = user().sign();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let admin = user().with("roles", json!(["Expenses.Admin"]));
    let mut flipped = signature.to_owned();
    flipped.replace_range(10..11, if &signature[10..11] == "A" { "B" } else { "A" });
    let header_json = r#"{"alg":"RS256","kid":"JYhAcTPMZ_LX6DBlOWQ7Hn0NeXE"}"#;
    let twice = header_json.replace("{", r#"{"alg":"none","#);
    check(vec![
        ("payload tampered", admin.with_signature(signature), INVALID),
        ("signature tampered", format!("{message}.{flipped}"), INVALID),
        (
            "signature of another token",
            user().with("uti", json!("x")).with_signature(signature),
            INVALID,
        ),
        (
            "signature cut",
            format!("{message}.{}", &signature[..signature.len() - 4]),
            INVALID,
        ),
        ("garbage", "garbage".to_owned(), INVALID),
        ("garbage in three parts", "a.b.c".to_owned(), INVALID),
        ("two parts", message.to_owned(), INVALID),
        ("four parts", format!("{good}.x"), INVALID),
        ("empty parts", "..".to_owned(), INVALID),
        ("empty header", format!(".{payload}.{signature}"), INVALID),
        ("empty payload", format!("{header}..{signature}"), INVALID),
        ("padded", format!("{good}=="), INVALID),
        ("header not JSON", Token::raw("alg=RS256", "{}"), INVALID),
        ("header an array", Token::raw(r#"["RS256"]"#, "{}"), INVALID),
        ("header with alg twice", Token::raw(&twice, "{}"), INVALID),
        ("payload not JSON", Token::raw(header_json, "claims"), INVALID),
        (
            "payload with exp twice",
            Token::raw(header_json, r#"{"exp":1,"exp":9999999999}"#),
            INVALID,
        ),
        ("payload empty object", Token::raw(header_json, "{}"), INVALID),
    ])
    .await;
}
