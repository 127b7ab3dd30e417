//! Each error that Entra is known to answer an exchange with, in Entra's own shape: what the person can do about it, and
//! that the operator gets an explanation. Nothing but `error`, `suberror` and `claims` may decide.

use usher_entra::{ClaimsChallenge, Remedy, aadsts};

use crate::support::{Exchanges, Reply, somebody};

const CLAIMS: &str =
    r#"{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}"#;

/// What is expected of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    SignInAgain,
    SatisfyClaims,
    Consent,
    Blocked,
    Operator,
    Retry,
}

use Expected::{Blocked, Consent, Operator, Retry, SatisfyClaims, SignInAgain};

/// AADSTS code, status, error, suberror, whether there are claims, and what is expected.
type Row = (u32, u16, &'static str, Option<&'static str>, bool, Expected);

const ROWS: &[Row] = &[
    (50_013, 400, "invalid_grant", None, false, SignInAgain),
    (500_133, 400, "invalid_grant", None, false, SignInAgain),
    (50_027, 400, "invalid_grant", None, false, SignInAgain),
    (50_027, 400, "invalid_request", None, false, Operator),
    (240_002, 400, "invalid_grant", None, false, SignInAgain),
    (65_001, 400, "invalid_grant", Some("consent_required"), false, Consent),
    (
        50_076,
        400,
        "interaction_required",
        Some("basic_action"),
        true,
        SatisfyClaims,
    ),
    (
        50_079,
        400,
        "interaction_required",
        Some("basic_action"),
        true,
        SatisfyClaims,
    ),
    (
        50_074,
        400,
        "interaction_required",
        Some("basic_action"),
        true,
        SatisfyClaims,
    ),
    (
        50_078,
        400,
        "interaction_required",
        Some("basic_action"),
        true,
        SatisfyClaims,
    ),
    (50_076, 400, "invalid_grant", None, true, SatisfyClaims),
    (
        50_076,
        400,
        "interaction_required",
        Some("basic_action"),
        false,
        SignInAgain,
    ),
    (
        53_003,
        400,
        "interaction_required",
        Some("message_only"),
        false,
        Blocked,
    ),
    (53_003, 400, "interaction_required", Some("message_only"), true, Blocked),
    (53_003, 400, "invalid_grant", Some("message_only"), true, Blocked),
    (530_032, 400, "invalid_grant", Some("additional_action"), false, Blocked),
    (530_084, 400, "invalid_grant", Some("additional_action"), false, Blocked),
    (50_105, 400, "invalid_grant", None, false, SignInAgain),
    (50_057, 400, "invalid_grant", None, false, SignInAgain),
    (50_173, 400, "invalid_grant", Some("bad_token"), false, SignInAgain),
    (
        50_055,
        400,
        "invalid_grant",
        Some("user_password_expired"),
        false,
        SignInAgain,
    ),
    (50_196, 400, "invalid_grant", None, false, SignInAgain),
    (70_011, 400, "invalid_scope", None, false, Operator),
    (28_002, 400, "invalid_scope", None, false, Operator),
    (500_011, 400, "invalid_resource", None, false, Operator),
    (65_002, 400, "invalid_client", None, false, Operator),
    (650_052, 400, "invalid_client", None, false, Operator),
    (650_053, 400, "invalid_scope", None, false, Operator),
    (650_056, 400, "invalid_request", None, false, Operator),
    (650_057, 400, "invalid_resource", None, false, Operator),
    (700_016, 400, "unauthorized_client", None, false, Operator),
    (7_000_112, 400, "unauthorized_client", None, false, Operator),
    (7_000_114, 400, "unauthorized_client", None, false, Operator),
    (7_000_215, 401, "invalid_client", None, false, Operator),
    (7_000_218, 401, "invalid_client", None, false, Operator),
    (7_000_222, 401, "invalid_client", None, false, Operator),
    (700_027, 401, "invalid_client", None, false, Operator),
    (5_002_741, 401, "invalid_client", None, false, Operator),
    (70_021, 401, "invalid_client", None, false, Operator),
    (70_021, 400, "invalid_request", None, false, Operator),
    (700_211, 401, "invalid_client", None, false, Operator),
    (700_212, 401, "invalid_client", None, false, Operator),
    (700_213, 401, "invalid_client", None, false, Operator),
    (7_002_138, 401, "invalid_client", None, false, Operator),
    (700_214, 401, "invalid_client", None, false, Operator),
    (700_229, 401, "invalid_client", None, false, Operator),
    (700_231, 401, "invalid_client", None, false, Operator),
    (90_002, 400, "invalid_request", None, false, Operator),
    (90_009, 400, "invalid_request", None, false, Operator),
    (900_144, 400, "invalid_request", None, false, Operator),
    (70_003, 400, "unsupported_grant_type", None, false, Operator),
    (90_055, 400, "temporarily_unavailable", None, false, Retry),
    (90_055, 503, "temporarily_unavailable", None, false, Retry),
    (9_010_010, 400, "invalid_target", None, false, Operator),
    (901_002, 400, "invalid_request", None, false, Operator),
];

fn kind(remedy: &Remedy) -> Expected {
    match remedy {
        Remedy::SignInAgain => SignInAgain,
        Remedy::SatisfyClaims(claims) => {
            assert_eq!(claims, &ClaimsChallenge::from_json(CLAIMS).unwrap());
            SatisfyClaims
        }
        Remedy::Consent { link } => {
            assert!(link.as_ref().unwrap().path().ends_with("/oauth2/v2.0/authorize"));
            Consent
        }
        Remedy::Blocked => Blocked,
        Remedy::Retry { .. } => Retry,
        Remedy::Operator => Operator,
        Remedy::NeedsUser => panic!("that is known before Entra is asked"),
    }
}

#[tokio::test]
async fn each_error_has_its_remedy_and_its_explanation() {
    for (number, row @ (code, status, error, suberror, has_claims, expected)) in ROWS.iter().copied().enumerate() {
        let exchanges = Exchanges::start().await;
        let reply = Reply::error(status, error, code, suberror, has_claims.then_some(CLAIMS));
        // So that a 503 is not sent twice, which is another test's subject.
        exchanges.server.answer(if status == 503 {
            reply.header("retry-after", "1")
        } else {
            reply
        });
        let refused = exchanges.refused(&somebody("alice")).await;
        assert_eq!(kind(refused.remedy()), expected, "row {number}: {row:?}");
        assert_eq!(
            exchanges.server.hits(),
            1,
            "an answer below 500 gets no second attempt: {row:?}"
        );
        let note = refused.operator();
        let explanation = aadsts::explain(code).unwrap();
        assert_eq!(note.code, Some(code), "{row:?}");
        assert_eq!(note.error, error, "{row:?}");
        assert_eq!(note.suberror.as_deref(), suberror, "{row:?}");
        assert_eq!(
            (&*note.meaning, &*note.fix),
            (explanation.meaning, explanation.fix),
            "{row:?}"
        );
        assert_eq!(
            note.correlation_id.as_deref(),
            Some("5c5c5c5c-0000-4000-8000-000000000000")
        );
        assert_eq!(note.trace_id.as_deref(), Some("0f0f0f0f-0000-4000-8000-000000000000"));
        assert_eq!(note.timestamp.as_deref(), Some("2026-11-22 18:00:00Z"));
    }
}

#[tokio::test]
async fn numbers_and_unknown_suberrors_decide_nothing() {
    for (code, suberror, claims) in [
        (65_001, None, None),
        (50_076, Some("protection_policy_required"), None),
        (99_999_999, Some("token_expired"), Some("not json")),
        (53_003, Some("client_mismatch"), None),
    ] {
        let exchanges = Exchanges::start().await;
        exchanges
            .server
            .answer(Reply::error(400, "invalid_grant", code, suberror, claims));
        assert_eq!(
            exchanges.remedy(&somebody("alice")).await,
            Remedy::SignInAgain,
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_number_that_nobody_knows_is_still_told_to_the_operator() {
    let exchanges = Exchanges::start().await;
    exchanges
        .server
        .answer(Reply::error(400, "invalid_grant", 99_999_999, None, None));
    let refused = exchanges.refused(&somebody("alice")).await;
    assert_eq!(
        refused.to_string(),
        "AADSTS99999999 (invalid_grant): Entra does not accept the user's token for the exchange. \
         See https://login.microsoftonline.com/error?code=99999999 for what Microsoft says about it. \
         [correlation id 5c5c5c5c-0000-4000-8000-000000000000, trace id 0f0f0f0f-0000-4000-8000-000000000000, \
         2026-11-22 18:00:00Z]"
    );
}

#[tokio::test]
async fn a_consent_link_is_made_only_if_there_is_an_address_to_come_back_to() {
    let exchanges = Exchanges::with_settings(|settings| settings.consent_redirect = None).await;
    exchanges.server.answer(Reply::error(
        400,
        "invalid_grant",
        65_001,
        Some("consent_required"),
        None,
    ));
    assert_eq!(
        exchanges.remedy(&somebody("alice")).await,
        Remedy::Consent { link: None }
    );
}
