//! What the host makes of a token: the very verifier that guards the endpoint is asked.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use usher_entra::{
    Answer, BearerToken, Caller, CallerKind, Credentials, Hint, Reason, Rejection, Verifier, VerifierSettings,
    http_client,
};

use super::super::finding::{Finding, Trouble};
use super::super::target::Target;
use super::super::words;
use super::NAME;

/// Verifies the token as if a client had sent it.
pub(super) async fn of(target: &Target, token: SecretString) -> Finding {
    let bearer = match bearer(&token) {
        Ok(bearer) => bearer,
        Err(finding) => return *finding,
    };
    let settings = target.sign_in.verification.clone();
    let verifier = match verifier(settings) {
        Ok(verifier) => verifier,
        Err(error) => {
            let wrong = words::sentence(&format!("{error:#}"));
            let fix = "Correct the key of [entra] or the public-url that the message is about.";
            return Finding::failed(NAME, "none", Trouble::new(wrong, fix));
        }
    };
    match verifier.verify(bearer).await {
        Ok(who) => accepted(who.caller(), super::now()),
        Err(rejection) => refused(&rejection, target),
    }
}

fn verifier(settings: VerifierSettings) -> anyhow::Result<Verifier> {
    let client = http_client(&settings.jwks_uri)?;
    Ok(Verifier::new(settings, client)?)
}

/// A token as the host gets it: from a header, by the rules for headers.
fn bearer(token: &SecretString) -> Result<BearerToken, Box<Finding>> {
    let refused = |wrong: &str| {
        let fix = "Copy the token whole, on one line, and nothing else.";
        Box::new(Finding::failed(
            NAME,
            told(Answer::Invalid),
            Trouble::new(words::sentence(wrong), fix),
        ))
    };
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
        .map_err(|_| refused("what was read can't be sent in a header"))?;
    value.set_sensitive(true);
    match Credentials::from_headers(&HeaderMap::from_iter([(AUTHORIZATION, value)])) {
        Credentials::Bearer(token) => Ok(token),
        Credentials::Malformed(malformed) => Err(refused(&malformed.to_string())),
        Credentials::None => Err(refused("there is no token")),
    }
}

fn accepted(caller: &Caller, now: i64) -> Finding {
    let kind = match caller.kind() {
        CallerKind::User => "user",
        CallerKind::Application => "application",
    };
    let end = i64::try_from(caller.expires_at())
        .unwrap_or(i64::MAX)
        .saturating_sub(now);
    let finding = Finding::ok(
        NAME,
        format!(
            "the host takes it: {kind} {}, through client {}",
            caller.object_id(),
            caller.client_id()
        ),
    );
    let finding = finding.detail(if end >= 0 {
        format!("it ends {}", words::distance(end))
    } else {
        format!(
            "it ended {}, which the configured clock skew still tolerates",
            words::distance(end)
        )
    });
    finding.detail(if caller.handles_claims_challenges() {
        "its client is sent claims challenges"
    } else {
        "its client isn't sent claims challenges, but told in words what to do"
    })
}

fn refused(rejection: &Rejection, target: &Target) -> Finding {
    let trouble = Trouble::new(
        words::sentence(&rejection.reason().to_string()),
        fix(rejection.reason(), target),
    );
    Finding::failed(NAME, told(rejection.answer()), trouble)
}

/// What a client would have been told.
fn told(answer: Answer) -> &'static str {
    match answer {
        Answer::Invalid => "the host refuses it: 401 invalid_token",
        Answer::InsufficientScope => "the host refuses it: 403 insufficient_scope",
        Answer::ClientNotAllowed => "the host refuses it: 403",
        Answer::Unavailable { .. } => "none: 503, since there are no keys to verify with",
    }
}

/// What to do about it.
fn fix(reason: &Reason, target: &Target) -> String {
    let scope = &target.sign_in.scope;
    match reason {
        Reason::UnknownKey { hint: Some(hint) }
        | Reason::Signature { hint: Some(hint) }
        | Reason::Issuer { hint: Some(hint), .. }
        | Reason::Audience { hint: Some(hint), .. } => by_hint(*hint, target),
        Reason::Tenant { .. } => by_hint(Hint::OtherTenant, target),
        Reason::Version => by_hint(Hint::VersionOne, target),
        Reason::NotAnAccessToken => by_hint(Hint::IdToken, target),
        Reason::UnknownKey { hint: None } => {
            "Sign in again for a token by a current key; if that is refused too, compare the token's iss with the configured tenant and cloud.".to_owned()
        }
        Reason::Signature { hint: None } => {
            "Copy the token whole, since one changed character is enough; if it was whole, somebody has forged or changed it.".to_owned()
        }
        Reason::Issuer { hint: None, .. } | Reason::KeyIssuer { .. } => {
            "Compare tenant-id and cloud with the tenant that the client signs in to.".to_owned()
        }
        Reason::Audience { hint: None, .. } => format!(
            "Let the client ask for {scope}, and compare client-id with the registration that has this scope."
        ),
        Reason::Expired { .. } => {
            "Let the client get a new token; if it was new, set this machine's clock.".to_owned()
        }
        Reason::NotYetValid { .. } => "Set this machine's clock, and have it kept by NTP.".to_owned(),
        Reason::ScopeMissing { .. } | Reason::NoPermission { .. } => {
            format!("Let the client ask for {scope}, and consent to it.")
        }
        Reason::AppOnlyNotEnabled { .. } => {
            "Let a user sign in; or list the app roles that let applications in under entra.application-roles.".to_owned()
        }
        Reason::ApplicationRoleMissing { .. } => {
            "Give the client's registration one of the configured app roles as application permission, grant admin consent, and let it get a new token.".to_owned()
        }
        Reason::ClientNotAllowed { client } => {
            format!("Add {client} to entra.allowed-clients if people may use that client.")
        }
        Reason::SenderConstrained => {
            "Have the client, or the broker that it signs in by, ask for a bearer token.".to_owned()
        }
        Reason::KeysUnavailable { .. } => {
            "Run `usher doctor` with the same configuration: it says why the keys can't be fetched.".to_owned()
        }
        Reason::NotCompact
        | Reason::Header
        | Reason::Algorithm
        | Reason::CriticalHeader
        | Reason::TokenType
        | Reason::KeyIdMissing
        | Reason::Claims
        | Reason::ClaimMissing(_)
        | Reason::ClaimMalformed(_)
        | Reason::IdentityType
        | Reason::ScopeInAppOnlyToken => {
            "Copy the access token whole, as the client sends it; if it was whole, it isn't one that Entra issued for this API.".to_owned()
        }
    }
}

fn by_hint(hint: Hint, target: &Target) -> String {
    match hint {
        Hint::VersionOne | Hint::AppIdUri => {
            "Set api.requestedAccessTokenVersion to 2 in the app registration's manifest, and let the client get a new token.".to_owned()
        }
        Hint::GraphToken => format!("Let the client ask for {}, and not for a scope of Graph.", target.sign_in.scope),
        Hint::IdToken => "Let the client send the access token instead of the ID token.".to_owned(),
        Hint::OtherTenant => {
            format!("Let the client sign in to the tenant {}.", target.sign_in.verification.tenant_id)
        }
    }
}
