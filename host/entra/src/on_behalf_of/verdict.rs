//! What an error means: for the person a remedy, for the operator a note.
//!
//! The remedy is decided by `error`, `suberror` and `claims` alone ("Handle errors and exceptions in MSAL", and the
//! warning in "Microsoft Entra authentication and authorization error codes"). The number only chooses the words of the
//! note.

use std::{error::Error, time::Duration};

use http::StatusCode;
use url::Url;
use uuid::Uuid;

use super::{
    ExchangeError, Remedy,
    answer::{TokenError, Unavailable},
};
use crate::{CredentialError, OperatorNote, aadsts};

/// What the person can do.
///
/// The suberrors are those that Microsoft documents; any other is treated like none. One that says that no interaction
/// helps counts more than claims, which Conditional Access adds to some of its blocks.
pub(super) fn remedy(error: &TokenError, consent_link: impl FnOnce() -> Option<Url>) -> Remedy {
    match error.suberror.as_deref() {
        Some("message_only" | "additional_action") => return Remedy::Blocked,
        Some("consent_required") => return Remedy::Consent { link: consent_link() },
        _ => {}
    }
    if let Some(claims) = &error.claims {
        return Remedy::SatisfyClaims(claims.clone());
    }
    match error.error.as_str() {
        // `basic_action` and `user_password_expired` end here if they come without claims: a sign-in asks for what is
        // missing.
        "invalid_grant" | "interaction_required" => Remedy::SignInAgain,
        "temporarily_unavailable" | "server_error" => Remedy::Retry { after: None },
        _ => Remedy::Operator,
    }
}

/// What the operator reads about an error that Entra decided on.
pub(super) fn note(error: &TokenError) -> OperatorNote {
    let (meaning, fix) = match error.code.and_then(aadsts::explain) {
        Some(explanation) => (explanation.meaning.to_owned(), explanation.fix.to_owned()),
        None => unexplained(error),
    };
    OperatorNote {
        code: error.code,
        error: error.error.clone(),
        suberror: error.suberror.clone(),
        meaning,
        fix,
        correlation_id: error.correlation_id.clone(),
        trace_id: error.trace_id.clone(),
        timestamp: error.timestamp.clone(),
    }
}

/// For a number that isn't known here, what can be said by the kind of error.
fn unexplained(error: &TokenError) -> (String, String) {
    let meaning = match error.error.as_str() {
        "invalid_grant" => "Entra does not accept the user's token for the exchange.",
        "interaction_required" => "Entra wants the user to sign in with more than the token shows.",
        "invalid_client" => "Entra does not accept the credential that this host proves the app registration with.",
        "unauthorized_client" => "Entra does not let this app registration exchange tokens.",
        "invalid_scope" => "Entra does not know the scope that was asked for.",
        "invalid_resource" | "invalid_target" => "Entra does not know the API that the scope belongs to.",
        "temporarily_unavailable" | "server_error" => "Entra has a failure of its own.",
        _ => "Entra does not accept the request.",
    };
    let fix = match error.code {
        Some(code) => {
            format!("See https://login.microsoftonline.com/error?code={code} for what Microsoft says about it.")
        }
        None => "Look the request up in Entra's sign-in logs by its correlation id.".to_owned(),
    };
    (meaning.to_owned(), fix)
}

/// Throttled, or failing.
pub(super) fn unavailable(unavailable: &Unavailable) -> OperatorNote {
    if let Some(error) = &unavailable.error
        && error.code.and_then(aadsts::explain).is_some()
    {
        return note(error);
    }
    let (meaning, fix) = if unavailable.status == StatusCode::TOO_MANY_REQUESTS {
        (
            "Entra's token endpoint throttles this app registration, and is left alone for as long as it asks.",
            "If it lasts, see whether another process uses the same app registration, or a client repeats calls that fail.",
        )
    } else {
        (
            "Entra's token endpoint has a failure of its own; a second attempt failed too or was not wanted.",
            "Nothing here needs fixing; if it lasts, see https://status.azure.com for Microsoft Entra ID.",
        )
    };
    let mut note = OperatorNote::new(&format!("http_{}", unavailable.status.as_u16()), meaning, fix);
    if let Some(error) = &unavailable.error {
        note.code = error.code;
        note.correlation_id.clone_from(&error.correlation_id);
        note.trace_id.clone_from(&error.trace_id);
        note.timestamp.clone_from(&error.timestamp);
    }
    note
}

pub(super) fn unreadable(host: &str, status: StatusCode) -> OperatorNote {
    OperatorNote::new(
        &format!("http_{}", status.as_u16()),
        format!("What answers as {host} does not answer like Entra's token endpoint."),
        "See whether a proxy or firewall answers in its place, and whether the configured cloud is right.",
    )
}

pub(super) fn unreachable(host: &str, error: &reqwest::Error) -> OperatorNote {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    OperatorNote::new(
        "unreachable",
        format!("Entra's token endpoint at {host} can't be reached: {cause}."),
        format!("See that this machine resolves {host} and may connect to it (DNS, firewall, HTTPS_PROXY)."),
    )
}

pub(super) fn timed_out(host: &str) -> OperatorNote {
    OperatorNote::new(
        "timeout",
        format!("Entra's token endpoint at {host} did not answer in time."),
        format!(
            "If it lasts, see what delays connections from this machine to {host}; otherwise it was Entra's delay."
        ),
    )
}

pub(super) fn no_credential(error: &CredentialError) -> OperatorNote {
    OperatorNote::new(
        "credential",
        format!("This host can't prove its app registration to Entra: {error}."),
        error.fix(),
    )
}

/// While Entra wants to be left alone.
pub(super) fn backing_off(wait: Duration) -> ExchangeError {
    let note = OperatorNote::new(
        "backing_off",
        "Entra throttled this host or failed a moment ago, so it was not asked.",
        "Nothing needs fixing; what made Entra do so is in the log before this.",
    );
    ExchangeError::new(Remedy::Retry { after: Some(wait) }, note)
}

/// An asker's deadline came before the outcome.
pub(super) fn too_late() -> ExchangeError {
    let note = OperatorNote::new(
        "deadline",
        "The call's time was over before Entra's token endpoint had answered; the exchange goes on for the next call.",
        "If it lasts, allow calls more time, or see what delays connections from this machine to Entra.",
    );
    ExchangeError::new(Remedy::Retry { after: None }, note)
}

/// The exchange ended without an outcome, which only a defect or the end of the process does.
pub(super) fn lost() -> ExchangeError {
    let note = OperatorNote::new(
        "interrupted",
        "The exchange ended without an outcome.",
        "If the host was not being stopped, this is a defect of the host: please report it.",
    );
    ExchangeError::new(Remedy::Retry { after: None }, note)
}

/// An application called.
pub(super) fn needs_user() -> ExchangeError {
    let note = OperatorNote::new(
        "application",
        "The caller is an application, and Entra exchanges only users' tokens on behalf of somebody.",
        "Call this tool as a user, or give the tool a capability that does not act on behalf of one.",
    );
    ExchangeError::new(Remedy::NeedsUser, note)
}

/// The token is of another tenant than the one whose token endpoint would be asked.
pub(super) fn other_tenant(actual: Uuid, expected: Uuid) -> ExchangeError {
    let note = OperatorNote::new(
        "tenant",
        format!("The caller's token is of tenant {actual}, and exchanges are configured for tenant {expected}."),
        "Configure the same tenant for incoming and outgoing tokens.",
    );
    ExchangeError::new(Remedy::Operator, note)
}
