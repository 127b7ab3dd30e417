//! Who may see and call what: the question of [`usher_policy::authorize`], with the facts that it needs.
//!
//! **In** come a verified caller and the policies of tools. **Out** goes a [`Permit`], or a [`Refusal`]. What a rule says about
//! a caller's groups isn't in the token: Microsoft Graph knows it, and is asked through [`Graph`], whose cache answers most of
//! the time without a wait. One lookup serves a call, and one a whole listing, whatever the number of tools; a caller about
//! whom the token says enough costs none.
//!
//! What this room never does: it takes no failure for an answer. Who couldn't be found out about is neither let in nor told
//! that there is nothing; what they can do is in the [`Failure`], and the operator reads cause and fix in the log under the
//! same reference.
//!
//! Two differences between a hidden tool and an unknown one remain, both for tools with a rule by group. In time: a caller whose
//! memberships aren't in the cache makes the host ask Graph when calling the one, and not when calling the other; after a
//! listing, which asks about all groups at once, there is none for as long as the answers are believed. And while nobody can
//! find out whether the caller may use it, the tool can't be denied to exist.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use usher_downstream::{DownstreamError, Graph};
use usher_entra::{Caller, Remedy, SignedIn};
use usher_policy::{Denied, Memberships, Permit, Purpose, ToolPolicy, authorize, may_see};
use uuid::Uuid;

use crate::attached::Demand;
use crate::words;

/// The longest that a lookup may take: a person is waiting, for a list at that.
const LOOKUP_TIME: Duration = Duration::from_secs(5);

/// Decides who may see and call which tool.
#[derive(Clone)]
pub struct Access {
    groups: Option<Arc<dyn Groups>>,
}

/// Who answers questions about groups.
trait Groups: Send + Sync {
    /// Sets the groups that any rule names.
    fn watch(&self, groups: BTreeSet<Uuid>);
    /// What is known without asking.
    fn known(&self, caller: &Caller, groups: &[Uuid]) -> Option<Memberships>;
    /// What can be found out until the deadline.
    fn ask<'a>(
        &'a self,
        who: &'a SignedIn,
        groups: &'a [Uuid],
        deadline: Instant,
    ) -> BoxFuture<'a, Result<Memberships, DownstreamError>>;
}

impl Groups for Graph {
    fn watch(&self, groups: BTreeSet<Uuid>) {
        self.watch_groups(groups);
    }

    fn known(&self, caller: &Caller, groups: &[Uuid]) -> Option<Memberships> {
        self.known(caller, groups)
    }

    fn ask<'a>(
        &'a self,
        who: &'a SignedIn,
        groups: &'a [Uuid],
        deadline: Instant,
    ) -> BoxFuture<'a, Result<Memberships, DownstreamError>> {
        self.memberships(who, groups, deadline).boxed()
    }
}

/// Why there is no permit.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The rule says no: the tool is to look as one that doesn't exist.
    Hidden,
    /// The rule would hold if the token had these scopes too; short names.
    NeedsScopes(Vec<String>),
    /// It couldn't be found out.
    Undecided(Failure),
}

/// A failure to find out.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// What the client or the person can do.
    pub(crate) remedy: Remedy,
    /// What joins the person's sentence and the operator's line.
    pub(crate) reference: String,
}

impl Refusal {
    /// A short name for metrics.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Hidden => "denied",
            Self::NeedsScopes(_) => "needs-scopes",
            Self::Undecided(_) => "undecided",
        }
    }

    /// What the person is told. None if they are told that there is no such tool.
    pub(crate) fn said(&self) -> Option<String> {
        match self {
            Self::Hidden => None,
            Self::NeedsScopes(missing) => Some(words::needs_scopes(missing)),
            Self::Undecided(failure) => Some(words::undecided(&failure.remedy, &failure.reference)),
        }
    }

    /// The challenge that the caller's client can answer by itself, if there is one.
    pub(crate) fn demand(&self, caller: &Caller) -> Option<Demand> {
        match self {
            Self::Hidden => None,
            Self::NeedsScopes(missing) => Some(Demand::Scopes(missing.clone())),
            Self::Undecided(failure) => Demand::of(&failure.remedy, caller),
        }
    }
}

/// What is known about a caller for one or many decisions.
pub(crate) struct Facts {
    memberships: Memberships,
    /// Why the rest isn't known.
    failure: Option<Failure>,
}

impl Facts {
    /// What the token says, and nothing else.
    pub(crate) fn of_token() -> Self {
        Self {
            memberships: Memberships::none(),
            failure: None,
        }
    }

    /// Why a rule couldn't be decided by them.
    pub(crate) fn failure(self, who: &SignedIn) -> Failure {
        self.failure.unwrap_or_else(|| unanswered(who))
    }

    /// Whether the caller may see a tool.
    pub(crate) fn shows(&self, who: &SignedIn, tool: &Arc<ToolPolicy>) -> Shown {
        Shown::by(authorize(who, tool, &self.memberships, Purpose::List).map(|_| ()))
    }
}

/// Whether a tool is in a caller's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Yes,
    No,
    Undecided,
}

impl Shown {
    fn by(decision: Result<(), Denied>) -> Self {
        match decision {
            // Who lacks nothing but scopes is shown the tool: calling it is how they come by the scopes.
            Ok(()) | Err(Denied::NeedsScopes(_)) => Self::Yes,
            Err(Denied::Hidden) => Self::No,
            Err(Denied::Undecided) => Self::Undecided,
        }
    }
}

impl Access {
    /// Decides by tokens and, where a rule names a group, by what Microsoft Graph says. Without Graph no such rule can be
    /// decided; the runtime refuses components that have one.
    #[must_use]
    pub fn new(graph: Option<Arc<Graph>>) -> Self {
        Self {
            groups: graph.map(|graph| graph as Arc<dyn Groups>),
        }
    }

    /// Says which groups any rule names, so that one question covers them all.
    pub(crate) fn watch(&self, groups: BTreeSet<Uuid>) {
        if let Some(asked) = &self.groups {
            asked.watch(groups);
        }
    }

    /// Decides about one call.
    ///
    /// # Errors
    /// Why there is no permit.
    pub(crate) async fn permit(&self, who: &SignedIn, tool: &Arc<ToolPolicy>) -> Result<Permit, Refusal> {
        let time = Duration::from_millis(tool.limits().deadline_ms.into()).min(LOOKUP_TIME);
        let facts = self.facts(who, &tool.groups_asked(who.caller()), time).await;
        authorize(who, tool, &facts.memberships, Purpose::Call).map_err(|denied| match denied {
            Denied::Hidden => Refusal::Hidden,
            Denied::NeedsScopes(missing) => Refusal::NeedsScopes(missing),
            Denied::Undecided => Refusal::Undecided(facts.failure(who)),
        })
    }

    /// What a listing of these tools must know about a caller.
    pub(crate) async fn listing<'a>(&self, who: &SignedIn, tools: impl Iterator<Item = &'a Arc<ToolPolicy>>) -> Facts {
        let groups: BTreeSet<Uuid> = tools.flat_map(|tool| tool.groups_asked(who.caller())).collect();
        let groups: Vec<Uuid> = groups.into_iter().collect();
        self.facts(who, &groups, LOOKUP_TIME).await
    }

    /// Whether a tool may be in a caller's list, by the token and by what is known of the caller's groups already. Nobody is asked.
    pub(crate) fn may_be_shown(&self, caller: &Caller, tool: &ToolPolicy) -> bool {
        let groups = tool.groups_asked(caller);
        let known = match &self.groups {
            Some(asked) if !groups.is_empty() => asked.known(caller, &groups),
            _ => None,
        };
        Shown::by(may_see(caller, tool, &known.unwrap_or_else(Memberships::none))) != Shown::No
    }

    async fn facts(&self, who: &SignedIn, groups: &[Uuid], time: Duration) -> Facts {
        let found = match &self.groups {
            _ if groups.is_empty() => return Facts::of_token(),
            None => Err(DownstreamError::Misconfigured(
                "a rule names a group, and Microsoft Graph isn't configured".to_owned(),
            )),
            Some(asked) => match asked.known(who.caller(), groups) {
                Some(memberships) => Ok(memberships),
                None => asked.ask(who, groups, Instant::now() + time).await,
            },
        };
        match found {
            Ok(memberships) => Facts {
                memberships,
                failure: None,
            },
            Err(error) => Facts {
                failure: Some(failure(who.caller(), &error)),
                ..Facts::of_token()
            },
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("asks_about_groups", &self.groups.is_some())
            .finish()
    }
}

/// An answer that leaves out what was asked.
fn unanswered(who: &SignedIn) -> Failure {
    let error =
        DownstreamError::Unavailable("Microsoft Graph's answer leaves out a group that it was asked about".into());
    failure(who.caller(), &error)
}

/// Tells the operator what happened and what to do, and hands on what the person can do.
fn failure(caller: &Caller, error: &DownstreamError) -> Failure {
    let failure = Failure {
        remedy: error.remedy(),
        reference: reference(),
    };
    let note = error.operator();
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "usher::access",
                reference = failure.reference,
                tid = %caller.tenant_id(),
                oid = %caller.object_id(),
                azp = %caller.client_id(),
                uti = caller.token_id(),
                aadsts = note.code,
                error = %note.error,
                suberror = note.suberror.as_deref(),
                correlation_id = note.correlation_id.as_deref(),
                trace_id = note.trace_id.as_deref(),
                timestamp = note.timestamp.as_deref(),
                fix = %note.fix,
                "a caller's groups could not be found out: {}", note.meaning
            )
        };
    }
    match failure.remedy {
        Remedy::Operator => line!(error),
        _ => line!(warn),
    }
    failure
}

/// A short random name for one failure.
pub(crate) fn reference() -> String {
    format!("{:08x}", Uuid::new_v4().as_fields().0)
}

#[cfg(test)]
mod tests;
