//! A failed exchange, for its three readers: the remedy for whoever called, the note for the operator, and whether it
//! will pass for everybody else.

use std::{fmt, sync::Arc, time::Duration};

use url::Url;

use crate::{ClaimsChallenge, OperatorNote};

/// What the client or the person can do about a failed exchange. Decided by `error`, `suberror` and `claims` of Entra's
/// answer, never by its texts or numbers, which Microsoft changes ("Microsoft Entra authentication and authorization
/// error codes": "should never be used by the client itself").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// The caller's own token no longer works: 401 with `invalid_token`. A new sign-in can help.
    SignInAgain,
    /// Entra wants more of the sign-in, such as a second factor: 401 with `insufficient_claims`.
    SatisfyClaims(ClaimsChallenge),
    /// Nobody has consented to what this server asks for downstream.
    Consent {
        /// Where the user can; absent when no address to come back to is configured.
        link: Option<Url>,
    },
    /// Conditional Access, or an assignment that is missing: no token of theirs helps.
    Blocked,
    /// An application called by itself, and only people can be acted on behalf of.
    NeedsUser,
    /// Throttled, unreachable or too slow: it says nothing about the caller.
    Retry {
        /// When trying again can be worth it, if that is known.
        after: Option<Duration>,
    },
    /// A misconfiguration: nothing that the person can do.
    Operator,
}

/// A failed exchange. A clone is a counter: one exchange has many askers.
#[derive(Clone)]
pub struct ExchangeError(Arc<Failure>);

struct Failure {
    remedy: Remedy,
    note: OperatorNote,
}

impl ExchangeError {
    pub(crate) fn new(remedy: Remedy, note: OperatorNote) -> Self {
        Self(Arc::new(Failure { remedy, note }))
    }

    /// What the client or the person can do.
    #[must_use]
    pub fn remedy(&self) -> &Remedy {
        &self.0.remedy
    }

    /// What the operator reads in the log.
    #[must_use]
    pub fn operator(&self) -> &OperatorNote {
        &self.0.note
    }

    /// Whether the same call may work later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.0.remedy, Remedy::Retry { .. })
    }

    /// A failed exchange for the tests of other crates, with the note that a real one with this AADSTS code has.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn testing(remedy: Remedy, error: &str, code: Option<u32>) -> Self {
        let explanation = code.and_then(crate::aadsts::explain);
        let mut note = OperatorNote::new(
            error,
            explanation.map_or("A made-up failure.", |explanation| explanation.meaning),
            explanation.map_or("Nothing needs fixing.", |explanation| explanation.fix),
        );
        note.code = code;
        Self::new(remedy, note)
    }
}

impl fmt::Debug for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExchangeError")
            .field("remedy", &self.0.remedy)
            .field("operator", &self.0.note)
            .finish()
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.note.fmt(f)
    }
}

impl std::error::Error for ExchangeError {}
