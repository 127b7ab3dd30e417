//! Why there is no answer, for each of its readers.

use std::time::Duration;

use usher_entra::{ClaimsChallenge, CredentialError, ExchangeError, OperatorNote, Remedy};

/// Why a service gave no answer that could be passed on.
///
/// What the service itself says of a request, a 404 for instance, isn't an error here but an answer. `Display` is for the
/// log: it holds neither a token nor a text that Entra or the service wrote.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DownstreamError {
    /// There is no token to be had on behalf of the caller.
    #[error("no token on behalf of the caller: {}", .0.operator().meaning)]
    Exchange(#[from] ExchangeError),
    /// There is no token of the host's own identity to be had.
    #[error("no token of the host's own identity: {0}")]
    Identity(#[from] CredentialError),
    /// The service wants a token that satisfies these claims, and the exchange yielded none that did.
    #[error("the service demands claims that the caller's sign-in doesn't satisfy")]
    Claims(ClaimsChallenge),
    /// Too many requests; when to come back, if known.
    #[error("throttled")]
    Throttled(Option<Duration>),
    /// The deadline came first. Whether a request that changes something was carried out isn't known.
    #[error("the deadline came first")]
    Timeout,
    /// The service can't be reached, or fails, or isn't who it should be.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The answer, or the body, is over the grant's bound.
    #[error("too large")]
    TooLarge,
    /// What is wrong with the request. The tool may read it.
    #[error("invalid: {0}")]
    Invalid(String),
    /// What the grant doesn't cover. The tool may read it.
    #[error("not granted: {0}")]
    NotGranted(String),
    /// The service refused what the host asked by itself, for which no tool is to blame.
    #[error("refused with status {status}{}", .code.as_deref().map(|code| format!(" and code {code}")).unwrap_or_default())]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The service's own code, if it gave one that is fit for a log.
        code: Option<String>,
    },
    /// The grant asks for what the host isn't configured with.
    #[error("the host isn't configured for it: {0}")]
    Misconfigured(String),
}

impl DownstreamError {
    /// What the client or the person can do about it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Exchange(error) => error.remedy().clone(),
            Self::Claims(challenge) => Remedy::SatisfyClaims(challenge.clone()),
            Self::Throttled(after) => Remedy::Retry { after: *after },
            Self::Timeout | Self::Unavailable(_) => Remedy::Retry { after: None },
            Self::Identity(error) if error.is_transient() => Remedy::Retry {
                after: error.retry_after(),
            },
            Self::Identity(_)
            | Self::TooLarge
            | Self::Invalid(_)
            | Self::NotGranted(_)
            | Self::Refused { .. }
            | Self::Misconfigured(_) => Remedy::Operator,
        }
    }

    /// What the operator must know: the cause, and the fix.
    #[must_use]
    pub fn operator(&self) -> OperatorNote {
        let (error, meaning, fix) = match self {
            Self::Exchange(error) => return error.operator().clone(),
            Self::Identity(error) => {
                let meaning = format!("There is no token of the host's own identity: {error}.");
                return note("managed_identity", meaning, error.fix());
            }
            Self::Claims(_) => (
                "insufficient_claims",
                "The service demands more of the caller's sign-in than it has, and a new exchange didn't bring it."
                    .to_owned(),
                "Nothing, if the person then signs in as demanded; else look at the Conditional Access policy in the sign-in logs.",
            ),
            Self::Throttled(after) => (
                "throttled",
                match after {
                    Some(after) => format!("The service takes no more requests for {} s.", after.as_secs()),
                    None => "The service takes no more requests for now.".to_owned(),
                },
                "Wait; if it lasts, believe answers about groups for longer, or let tools ask for less.",
            ),
            Self::Timeout => (
                "timeout",
                "The deadline came before the service's answer.".to_owned(),
                "Look how fast the service answers from this host; raise the tool's deadline if it is meant to take so long.",
            ),
            Self::Unavailable(detail) => (
                "unavailable",
                format!("The service can't be reached or fails: {detail}."),
                "See that this host can reach it: name resolution, network, TLS, and the service's own status.",
            ),
            Self::TooLarge => (
                "too_large",
                "What was sent or answered is over the grant's bound.".to_owned(),
                "Raise max-request-bytes or max-response-bytes in the grant if the tool needs it.",
            ),
            Self::Invalid(what) => (
                "invalid_request",
                format!("The tool wants to send what can't be sent: {what}."),
                "Mend the tool.",
            ),
            Self::NotGranted(what) => (
                "not_granted",
                format!("The grant doesn't cover it: {what}."),
                "Extend the grant if the tool is meant to do this.",
            ),
            Self::Refused { status: 401, .. } => (
                "refused",
                format!("The service takes no token of this host: {self}."),
                "See with `usher doctor` that the authority and the service belong to the same cloud.",
            ),
            Self::Refused { status: 403, .. } => (
                "refused",
                format!("Graph doesn't let this host ask about the caller's groups: {self}."),
                "Give the app registration the delegated permissions User.Read and, where rules name several groups, GroupMember.Read.All, with admin consent.",
            ),
            Self::Refused { .. } => (
                "refused",
                format!("Graph doesn't answer what this host asks about the caller's groups: {self}."),
                "Look whether the caller's account still exists, and the code up in Microsoft Graph's documentation of errors.",
            ),
            Self::Misconfigured(what) => (
                "misconfigured",
                format!("The grant needs what this host doesn't have: {what}."),
                "Complete the host's configuration, or narrow the grant.",
            ),
        };
        note(error, meaning, fix.to_owned())
    }
}

fn note(error: &str, meaning: String, fix: String) -> OperatorNote {
    OperatorNote {
        code: None,
        error: error.to_owned(),
        suberror: None,
        meaning,
        fix,
        correlation_id: None,
        trace_id: None,
        timestamp: None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_infrastructure_can_be_tried_again() {
        let after = Some(Duration::from_secs(7));
        for (error, remedy) in [
            (DownstreamError::Throttled(after), Remedy::Retry { after }),
            (DownstreamError::Timeout, Remedy::Retry { after: None }),
            (
                DownstreamError::Unavailable(String::new()),
                Remedy::Retry { after: None },
            ),
        ] {
            assert_eq!(error.remedy(), remedy, "{error}");
        }
    }

    #[test]
    fn a_challenge_is_passed_up_unchanged() {
        let challenge =
            ClaimsChallenge::from_json(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#).unwrap();
        let error = DownstreamError::Claims(challenge.clone());
        assert_eq!(error.remedy(), Remedy::SatisfyClaims(challenge));
    }

    #[test]
    fn what_only_the_operator_can_mend_says_how() {
        let refused = DownstreamError::Refused {
            status: 403,
            code: Some("Authorization_RequestDenied".to_owned()),
        };
        assert_eq!(refused.remedy(), Remedy::Operator);
        let note = refused.operator();
        assert!(note.meaning.contains("Authorization_RequestDenied"), "{note}");
        assert!(note.fix.contains("GroupMember.Read.All"), "{note}");
    }
}
