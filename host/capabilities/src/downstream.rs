//! What the interfaces that reach other services share: how many requests go side by side, and how a failure is told.
//!
//! A failure has three readers. The tool gets the contract's typed error, which holds nothing that the other service or Entra
//! said. The operator gets the cause and the fix, in the log. The person gets what to do about it: the [`Remedy`] is remembered
//! in the [`CallContext`], and the server says it in words if the tool ends with `sign-in-required`.

use std::fmt::Display;
use std::time::Duration;

use futures_util::future::join_all;
use usher_downstream::DownstreamError;
use usher_entra::Remedy;
use usher_policy::NotCovered;

use crate::call_context::CallContext;
use crate::capability::Capability;

/// Requests that one host function sends at once. The contract's number.
pub(crate) const SIDE_BY_SIDE: usize = 20;

/// Why there is no answer.
pub(crate) enum Failure {
    /// The tool's own mistake; it is told what it was.
    Invalid(String),
    /// The permit has no such request; what was missing.
    NotGranted(String),
    /// The other service, or Entra before it, gave none.
    Downstream(DownstreamError),
    /// The answer lacks what was asked for, or the service isn't there, which admission rules out.
    NotThere,
}

impl Failure {
    /// What is wrong with what the guest passed.
    pub(crate) fn invalid(what: impl Display) -> Self {
        Self::Invalid(what.to_string())
    }

    /// More requests, or groups, than may go together.
    pub(crate) fn too_many(what: &str, count: usize) -> Self {
        Self::Invalid(format!("{count} {what} at once: at most {SIDE_BY_SIDE}"))
    }
}

/// Sends requests side by side: one answer for each, in the same order. None is sent if there are more than may go together.
pub(crate) async fn side_by_side<R, A, F>(requests: Vec<R>, send: impl Fn(R) -> F) -> Vec<Result<A, Failure>>
where
    F: Future<Output = Result<A, Failure>>,
{
    let count = requests.len();
    if count > SIDE_BY_SIDE {
        return requests
            .iter()
            .map(|_| Err(Failure::too_many("requests", count)))
            .collect();
    }
    join_all(requests.into_iter().map(send)).await
}

impl From<NotCovered> for Failure {
    fn from(missing: NotCovered) -> Self {
        match missing {
            NotCovered::BodyTooLarge { .. } => Self::Downstream(DownstreamError::TooLarge),
            // What no grant could cover.
            NotCovered::Path(_) | NotCovered::Url(_) | NotCovered::QueryTwice(_) | NotCovered::QueryTooLong(_) => {
                Self::invalid(missing)
            }
            missing => Self::NotGranted(missing.to_string()),
        }
    }
}

impl From<DownstreamError> for Failure {
    fn from(error: DownstreamError) -> Self {
        match error {
            DownstreamError::Invalid(what) => Self::Invalid(what),
            DownstreamError::NotGranted(missing) => Self::NotGranted(missing),
            other => Self::Downstream(other),
        }
    }
}

/// The errors that `graph`, `graph-write` and `http` have in common. Two types in the contract, one shape.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Told {
    NotGranted(String),
    SignInRequired,
    Invalid(String),
    TooLarge,
    Throttled(Option<u32>),
    Timeout,
    Unavailable,
}

macro_rules! in_the_words_of {
    ($error:path) => {
        impl From<Told> for $error {
            fn from(told: Told) -> Self {
                use $error as Wit;
                match told {
                    Told::NotGranted(reason) => Wit::NotGranted(reason),
                    Told::SignInRequired => Wit::SignInRequired,
                    Told::Invalid(what) => Wit::Invalid(what),
                    Told::TooLarge => Wit::TooLarge,
                    Told::Throttled(milliseconds) => Wit::Throttled(milliseconds),
                    Told::Timeout => Wit::Timeout,
                    Told::Unavailable => Wit::Unavailable,
                }
            }
        }
    };
}

in_the_words_of!(crate::bindings::graph_types::Error);
in_the_words_of!(crate::bindings::http::Error);

impl CallContext {
    /// A failure in the contract's words. What the person can do is remembered, what only the operator may read goes to the log.
    pub(crate) fn tell<C: Capability>(&mut self, failure: Failure) -> Told {
        match failure {
            Failure::Invalid(what) => Told::Invalid(what),
            Failure::NotThere => Told::Unavailable,
            Failure::NotGranted(missing) => {
                let reason = format!(
                    "{}: {missing}; the tool must require it and the grant of the component give it",
                    C::NAME
                );
                let policy = self.permit().tool();
                let (tool, component) = (policy.tool(), policy.component());
                tracing::warn!(target: "usher::tool", tool, component, "{reason}");
                Told::NotGranted(reason)
            }
            Failure::Downstream(error) => {
                self.log_downstream::<C>(&error);
                self.tell_downstream(error)
            }
        }
    }

    fn tell_downstream(&mut self, error: DownstreamError) -> Told {
        match error {
            DownstreamError::TooLarge => Told::TooLarge,
            DownstreamError::Timeout => Told::Timeout,
            DownstreamError::Throttled(after) => Told::Throttled(after.map(milliseconds)),
            other => match other.remedy() {
                Remedy::Retry { after: Some(after) } => Told::Throttled(Some(milliseconds(after))),
                Remedy::Retry { after: None } | Remedy::Operator => Told::Unavailable,
                remedy => {
                    self.needs(remedy);
                    Told::SignInRequired
                }
            },
        }
    }

    /// One line for the operator: what happened and what to do. Nothing that the other service said in its own words.
    fn log_downstream<C: Capability>(&self, error: &DownstreamError) {
        let (policy, caller) = (self.permit().tool(), self.permit().caller());
        let note = error.operator();
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "usher::downstream",
                    capability = C::NAME,
                    tool = policy.tool(),
                    component = policy.component(),
                    tid = %caller.tenant_id(),
                    oid = %caller.object_id(),
                    "{note}"
                )
            };
        }
        match (error, error.remedy()) {
            // The tool's own doing, and what passes by itself or by what the person does: nobody is woken for it.
            (DownstreamError::TooLarge, _) => line!(warn),
            (_, Remedy::Operator) => line!(error),
            _ => line!(warn),
        }
    }
}

fn milliseconds(after: Duration) -> u32 {
    u32::try_from(after.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use usher_entra::ExchangeError;

    use super::*;
    use crate::bindings::{graph_types, http};
    use crate::graph::Graph;
    use crate::testing::call;

    fn exchange(remedy: Remedy) -> DownstreamError {
        DownstreamError::Exchange(ExchangeError::testing(remedy, "invalid_grant", Some(65001)))
    }

    fn told(error: DownstreamError) -> (Told, Option<Remedy>) {
        let mut call = call("", &[]);
        let told = call.context.tell::<Graph>(error.into());
        (told, call.context.remedy().cloned())
    }

    #[test]
    fn what_the_person_must_do_is_remembered_and_not_told() {
        for remedy in [
            Remedy::SignInAgain,
            Remedy::Consent { link: None },
            Remedy::Blocked,
            Remedy::NeedsUser,
        ] {
            assert_eq!(told(exchange(remedy.clone())), (Told::SignInRequired, Some(remedy)));
        }
    }

    #[test]
    fn what_passes_or_is_the_operators_leaves_nothing_for_the_person_to_do() {
        let seconds = Duration::from_secs;
        for (error, expected) in [
            (exchange(Remedy::Operator), Told::Unavailable),
            (exchange(Remedy::Retry { after: None }), Told::Unavailable),
            (
                exchange(Remedy::Retry {
                    after: Some(seconds(7)),
                }),
                Told::Throttled(Some(7_000)),
            ),
            (
                DownstreamError::Throttled(Some(seconds(2))),
                Told::Throttled(Some(2_000)),
            ),
            (DownstreamError::Throttled(None), Told::Throttled(None)),
            (
                DownstreamError::Throttled(Some(Duration::MAX)),
                Told::Throttled(Some(u32::MAX)),
            ),
            (DownstreamError::Timeout, Told::Timeout),
            (DownstreamError::TooLarge, Told::TooLarge),
            (
                DownstreamError::Unavailable("tcp reset by 10.0.0.7".to_owned()),
                Told::Unavailable,
            ),
            (
                DownstreamError::Misconfigured("no secret of that name".to_owned()),
                Told::Unavailable,
            ),
            (
                DownstreamError::Refused {
                    status: 403,
                    code: Some("Authorization_RequestDenied".to_owned()),
                },
                Told::Unavailable,
            ),
            (
                DownstreamError::Invalid("a body".to_owned()),
                Told::Invalid("a body".to_owned()),
            ),
        ] {
            assert_eq!(told(error), (expected, None));
        }
    }

    #[test]
    fn of_several_remedies_the_last_one_counts() {
        let mut call = call("", &[]);
        for remedy in [Remedy::Consent { link: None }, Remedy::SignInAgain] {
            call.context.tell::<Graph>(exchange(remedy).into());
        }
        assert_eq!(call.context.remedy(), Some(&Remedy::SignInAgain));
    }

    #[test]
    fn both_interfaces_say_the_same() {
        assert!(matches!(
            graph_types::Error::from(Told::Throttled(Some(1))),
            graph_types::Error::Throttled(Some(1))
        ));
        assert!(matches!(
            http::Error::from(Told::Throttled(Some(1))),
            http::Error::Throttled(Some(1))
        ));
        assert!(matches!(
            graph_types::Error::from(Told::SignInRequired),
            graph_types::Error::SignInRequired
        ));
        assert!(matches!(
            http::Error::from(Told::SignInRequired),
            http::Error::SignInRequired
        ));
    }
}
