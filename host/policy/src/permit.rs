//! The permit, and the one function that gives it.

use std::sync::Arc;
use std::time::Duration;

use usher_entra::{Caller, SignedIn};

use crate::allowance::Allowance;
use crate::decision::Decision;
use crate::limits::Limits;
use crate::memberships::Memberships;
use crate::tool_policy::ToolPolicy;

/// What the caller wants of the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be shown it. Leaves an audit line at debug level only: a listing asks about every tool.
    List,
    /// To run it. Leaves an audit line.
    Call,
}

/// "This caller may run this tool": what opens an instance with capabilities. Only [`authorize`] makes one.
///
/// It holds the caller's token, unreadable, so that whatever is asked on behalf of the caller is asked for the one who was
/// permitted. It isn't `Clone`: one permit, one call.
#[derive(Debug)]
pub struct Permit {
    who: SignedIn,
    tool: Arc<ToolPolicy>,
}

impl Permit {
    /// Who is calling.
    #[must_use]
    pub fn caller(&self) -> &Arc<Caller> {
        self.who.caller()
    }

    /// Who is calling, with the token that proves it, to be exchanged and nothing else.
    #[must_use]
    pub fn who(&self) -> &SignedIn {
        &self.who
    }

    /// Which tool, and what it may reach.
    #[must_use]
    pub fn tool(&self) -> &Arc<ToolPolicy> {
        &self.tool
    }

    /// The most that this call can reach.
    #[must_use]
    pub fn allowance(&self) -> &Allowance {
        self.tool.allowance()
    }

    /// The most that this call can use up.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.tool.limits()
    }
}

/// Why there is no permit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The rule says no. To the client, this must look exactly like a tool that doesn't exist.
    #[error("the tool's rule doesn't hold for the caller")]
    Hidden,
    /// Only scopes are missing: the rule would hold with these, too, by their short names, in alphabetical order. A listing
    /// shows the tool, since nobody could ask for the scopes otherwise; a call is answered by the challenge
    /// `insufficient_scope` (RFC 6750 §3.1).
    #[error("the tool's rule would hold with the scopes {}, too", .0.join(", "))]
    NeedsScopes(Vec<String>),
    /// The rule couldn't be decided: a failure of the infrastructure, never "not allowed".
    #[error("whether the tool's rule holds couldn't be found out")]
    Undecided,
}

/// Decides whether a caller may see or run a tool, and writes the audit line. What is known of the caller's groups must cover
/// [`ToolPolicy::groups_asked`], or the answer is [`Denied::Undecided`].
///
/// # Errors
/// [`Denied`], whose reader decides what the client is told.
pub fn authorize(
    who: &SignedIn,
    tool: &Arc<ToolPolicy>,
    memberships: &Memberships,
    purpose: Purpose,
) -> Result<Permit, Denied> {
    let decision = tool.rule.decide(who.caller(), memberships);
    audit(who.caller(), tool, memberships, purpose, &decision);
    judged(decision).map(|()| Permit {
        who: who.clone(),
        tool: Arc::clone(tool),
    })
}

/// What [`authorize`] would decide about showing a caller a tool. There is no permit in it, so neither a token is needed nor an
/// audit line written: it is for telling a client that its list has changed, which gives access to nothing.
///
/// # Errors
/// As [`authorize`].
pub fn may_see(caller: &Caller, tool: &ToolPolicy, memberships: &Memberships) -> Result<(), Denied> {
    judged(tool.rule.decide(caller, memberships))
}

fn judged(decision: Decision<'_>) -> Result<(), Denied> {
    match decision {
        Decision::Yes => Ok(()),
        Decision::No => Err(Denied::Hidden),
        Decision::NeedsScopes(scopes) => Err(Denied::NeedsScopes(scopes.into_iter().map(str::to_owned).collect())),
        Decision::Undecided => Err(Denied::Undecided),
    }
}

/// One line for each decision: who, what, which revision, and how it was decided; where groups decided, how many seconds old the
/// oldest answer about them was. Nothing of a token but its identifiers.
fn audit(caller: &Caller, tool: &ToolPolicy, memberships: &Memberships, purpose: Purpose, decision: &Decision<'_>) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "usher::audit",
                decision = %match decision {
                    Decision::Yes => "allow",
                    Decision::No => "deny",
                    Decision::NeedsScopes(_) => "needs-scopes",
                    Decision::Undecided => "undecided",
                },
                purpose = %match purpose { Purpose::List => "list", Purpose::Call => "call" },
                tool = %tool.tool,
                component = %tool.component,
                revision = %tool.revision,
                tid = %caller.tenant_id(),
                oid = %caller.object_id(),
                azp = %caller.client_id(),
                uti = caller.token_id(),
                groups_age_s = groups_age(caller, tool, memberships).map(|age| age.as_secs()),
            )
        };
    }
    match purpose {
        Purpose::List => line!(debug),
        Purpose::Call => line!(info),
    }
}

/// The age of the oldest answer about a group that the decision needed. None if it needed none.
fn groups_age(caller: &Caller, tool: &ToolPolicy, memberships: &Memberships) -> Option<Duration> {
    let mut oldest = None;
    tool.visit_asked(caller, |group| oldest = oldest.max(memberships.age(group)));
    oldest
}
